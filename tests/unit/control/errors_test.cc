// What the texts of errors say, for commands that name more than one thing.
#include "control/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace baton::control {
namespace {

using relay::CommandError;
using relay::Name;
using ::testing::HasSubstr;

class ErrorsTest : public ::testing::Test {
 protected:
  ErrorsTest() {
    mirror_.Apply(0, relay::RoomCreated{Name("demo"), relay::SubscribeMode::kManual, {}});
    for (const char* name : {"alice", "bob", "carol"}) {
      mirror_.Apply(0, relay::EndpointAdded{.room = Name("demo"),
                                            .endpoint = Name(name),
                                            .transport = relay::Transport::kIce});
    }
    mirror_.Apply(0, relay::TrackPublished{Name("demo"), Name("alice"), Name("cam"), {}});
  }

  // bob's leg for alice's camera is to be one for a track of `to`.
  void ExpectOfSwitch(CommandError error, const char* to, absl::StatusCode code,
                      const std::string& text) {
    const relay::LegName leg{Name("demo"), Name("bob"), Name("alice"), Name("cam")};
    const Subject subject = SubjectOf(relay::SwitchLeg{leg, Name(to), Name("screen")});
    const absl::Status status = CommandErrorStatus(error, subject, mirror_);
    EXPECT_EQ(status.code(), code);
    EXPECT_THAT(std::string(status.message()), HasSubstr(text));
  }

  Mirror mirror_{1};
};

TEST_F(ErrorsTest, SwitchesSayWhichEndIsMissing) {
  using Code = absl::StatusCode;
  ExpectOfSwitch(CommandError::kNoSuchEndpoint, "dave", Code::kNotFound, "endpoint \"dave\"");
  ExpectOfSwitch(CommandError::kNoSuchTrack, "carol", Code::kNotFound,
                 "endpoint \"carol\" in room \"demo\" has no track \"screen\"");
  mirror_.Apply(0, relay::TrackUnpublished{Name("demo"), Name("alice"), Name("cam")});
  ExpectOfSwitch(CommandError::kNoSuchTrack, "carol", Code::kNotFound, "has no track \"cam\"");
}

TEST_F(ErrorsTest, SwitchesSayWhatIsInTheWay) {
  using Code = absl::StatusCode;
  ExpectOfSwitch(CommandError::kNoSuchLeg, "carol", Code::kNotFound, "\"alice/cam\"");
  ExpectOfSwitch(CommandError::kContradicts, "carol", Code::kAlreadyExists, "\"carol/screen\"");
  ExpectOfSwitch(CommandError::kOtherFormat, "carol", Code::kFailedPrecondition, "same kind");
}

TEST_F(ErrorsTest, SinksSayWhatTheyAre) {
  const absl::Status publish = CommandErrorStatus(
      CommandError::kIsSink,
      SubjectOf(relay::PublishTrack{Name("demo"), Name("alice"), Name("cam"), {}}), mirror_);
  EXPECT_EQ(publish.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(publish.message()), HasSubstr("\"alice\" is a recording"));
  const absl::Status leg = CommandErrorStatus(
      CommandError::kIsSink,
      SubjectOf(relay::AddLeg{
          {Name("demo"), Name("bob"), Name("alice"), Name("cam")}, {}, {}, {}, {}, {}}),
      mirror_);
  EXPECT_THAT(std::string(leg.message()), HasSubstr("\"bob\" is a recording"));
  const absl::Status tap =
      CommandErrorStatus(CommandError::kTapInUse,
                         SubjectOf(relay::AddSinkEndpoint{Name("demo"), Name("rec"), 1}), mirror_);
  EXPECT_EQ(tap.code(), absl::StatusCode::kAlreadyExists);
}

TEST_F(ErrorsTest, FullPoolsNameTheSetting) {
  const Subject subject =
      SubjectOf(relay::PublishTrack{Name("demo"), Name("alice"), Name("cam"), {}});
  const absl::Status streams = CommandErrorStatus(CommandError::kTooManyStreams, subject, mirror_);
  EXPECT_EQ(streams.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(streams.message()), HasSubstr("limits.streams"));
  const absl::Status sources =
      CommandErrorStatus(CommandError::kTooManySourcesOfEndpoint, subject, mirror_);
  EXPECT_EQ(sources.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(sources.message()), HasSubstr("\"alice\" may send 64 SSRCs"));
}

}  // namespace
}  // namespace baton::control
