// A recording's life, with processes and time that the test plays.
#include "control/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <string>

#include "tests/unit/control/recording_fixture.h"

namespace baton::control {
namespace {

using ::testing::HasSubstr;
using ToSink = record::v1::ToSink;

v1::Request Opus(const std::string& room, const std::string& endpoint, const std::string& track,
                 uint32_t ssrc, uint32_t payload_type) {
  v1::Request request = Publish(room, endpoint, track, ssrc, payload_type);
  request.mutable_publish_track()->set_kind(v1::MEDIA_KIND_AUDIO);
  request.mutable_publish_track()->mutable_codec()->set_encoding("opus");
  request.mutable_publish_track()->mutable_codec()->set_clock_rate(48000);
  request.mutable_publish_track()->mutable_codec()->set_channels(2);
  return request;
}

class RecordingLifeTest : public RecordingTest {
 protected:
  void SetUp() override {
    Open();
    MakeRoom();
  }
  void Tick(Duration passed) {
    clock_.now += passed;
    recordings_->Tick();
    Settle();
  }
  std::string Troubles(const std::string& recording) {
    std::string all;
    const v1::Recording shown = Show(recording);
    for (const v1::RecordingTroubleNote& trouble : shown.troubles()) {
      all += trouble.code() + ": " + trouble.text() + "\n";
    }
    return all;
  }
};

TEST_F(RecordingLifeTest, BeginsWithWhatIsPublished) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  StartOne();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
  const v1::Recording recording = Show("demo");
  EXPECT_EQ(recording.state(), v1::RECORDING_STATE_RUNNING);
  EXPECT_EQ(recording.directory(), directory_.path() + "/demo");
  EXPECT_EQ(recording.tracks(0).publisher(), "alice");
  EXPECT_TRUE(std::filesystem::is_directory(recording.directory()));

  const std::vector<ToSink>& said = tap().messages;
  ASSERT_EQ(said.size(), 2u);
  EXPECT_EQ(said[0].begin().recording(), "demo");
  EXPECT_EQ(said[0].begin().room(), "demo");
  EXPECT_EQ(said[0].begin().segment(), 1u);
  EXPECT_EQ(said[0].begin().start_monotonic_ns(), clock_.now.time_since_epoch().count());
  EXPECT_EQ(said[1].track_added().participant(), "alice");
  EXPECT_EQ(said[1].track_added().payload_type(), 96u);
  const RoomRecord* room = rooms_.mirror().FindRoom("demo");
  ASSERT_EQ(room->legs.size(), 1u);
  EXPECT_EQ(room->legs.begin()->second.parameters.ssrc.value(), said[1].track_added().ssrc());
}

TEST_F(RecordingLifeTest, FollowsWhatIsPublishedLater) {
  StartOne();
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
  ASSERT_TRUE(Do(Unpublish("demo", "alice", "cam")).has_done());
  EXPECT_EQ(Count(v1::Event::kRecordingTrackRemoved), 1u);
  EXPECT_EQ(tap().messages.back().track_removed().reason(), "unpublished");
  // Published again it is another track, with another SSRC.
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x12)).has_track());
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 2; }));
  EXPECT_EQ(tap().messages.back().track_added().id(), 2u);
  ASSERT_TRUE(Do(RemoveEndpoint("demo", "alice")).has_done());
  EXPECT_EQ(tap().messages.back().track_removed().id(), 2u);
  EXPECT_EQ(tap().messages.back().track_removed().reason(), "left");
}

TEST_F(RecordingLifeTest, TracksOfOnePayloadTypeAndTwoCodecsGetTwo) {
  ASSERT_TRUE(Do(AddPlain("demo", "bob", "127.0.0.1:7000")).has_endpoint());
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11, 96)).has_track());
  ASSERT_TRUE(Do(Opus("demo", "bob", "mic", 0x12, 96)).has_track());
  StartOne();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 2; }));
  EXPECT_EQ(tap().messages[1].track_added().payload_type(), 96u);
  EXPECT_EQ(tap().messages[2].track_added().payload_type(), 97u);
}

TEST_F(RecordingLifeTest, OpaqueTracksAreNotRecordedAndThatIsSaid) {
  v1::Request publish = Publish("demo", "alice", "cam", 0x11);
  publish.mutable_publish_track()->set_opaque(true);
  ASSERT_TRUE(Do(publish).has_track());
  StartOne();
  EXPECT_THAT(Troubles("demo"), HasSubstr("track_not_recorded: track alice/cam"));
  EXPECT_EQ(rooms_.mirror().FindRoom("demo")->legs.size(), 0u);
}

TEST_F(RecordingLifeTest, StopsInOrder) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  StartOne();
  EXPECT_EQ(Do(StopRequest("demo")).recording().state(), v1::RECORDING_STATE_STOPPING);
  ASSERT_TRUE(RunUntil([&] { return tap().messages.back().has_end(); }));
  // The endpoint has gone before the last message.
  EXPECT_EQ(rooms_.mirror().FindRoom("demo")->endpoints.size(), 1u);
  EXPECT_EQ(tap().messages.back().end().reason(), "stopped");
  launcher_.last().FinishFile("alice.webm");
  EndSink("demo");
  const v1::Recording recording = Show("demo");
  EXPECT_EQ(recording.state(), v1::RECORDING_STATE_ENDED);
  EXPECT_EQ(recording.end_reason(), "stopped");
  EXPECT_EQ(recording.files(0).name(), "alice.webm");
  EXPECT_EQ(recording.trouble_count(), 0u);
  EXPECT_TRUE(taps_.taps.empty());
  EXPECT_EQ(Count(v1::Event::kRecordingFileFinished), 1u);
  EXPECT_EQ(rooms_.events.back().body_case(), v1::Event::kRecordingEnded);
  // Again is the same.
  EXPECT_EQ(Do(StopRequest("demo")).recording().state(), v1::RECORDING_STATE_ENDED);
}

TEST_F(RecordingLifeTest, AClosedRoomEndsIt) {
  StartOne();
  ASSERT_TRUE(Do(CloseRoom("demo")).has_done());
  ASSERT_TRUE(RunUntil([&] { return tap().messages.back().has_end(); }));
  EXPECT_EQ(tap().messages.back().end().reason(), "room closed");
  EndSink("demo");
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_ENDED);
}

TEST_F(RecordingLifeTest, AProcessThatDiesIsFollowedByAnother) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  StartOne();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
  launcher_.last().Exit({.signalled = true, .value = SIGKILL}, "out of luck");
  ASSERT_EQ(launcher_.sinks.size(), 2u);
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_RESTARTING);
  EXPECT_THAT(Troubles("demo"), HasSubstr("signal 9"));
  EXPECT_THAT(Troubles("demo"), HasSubstr("out of luck"));
  // It is told where it is, and what the packets in the queue belong to.
  const std::vector<ToSink>& said = tap().messages;
  EXPECT_EQ(said[said.size() - 2].begin().segment(), 2u);
  EXPECT_EQ(said.back().track_added().participant(), "alice");
  EXPECT_EQ(tap().attached, 2);
  launcher_.last().SayStarted();
  EXPECT_EQ(Count(v1::Event::kRecordingRestarted), 1u);
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_RUNNING);
  EXPECT_EQ(Show("demo").segment(), 2u);
  // What the first has left is repaired at the end; /bin/true does it well. A file that its
  // successor had finished already is found.
  record::v1::FromSink begun;
  begun.mutable_file_begun()->set_name("alice.webm");
  launcher_.last().Say(begun);
  std::ofstream(directory_.path() + "/demo/alice.webm") << "media";
  Do(StopRequest("demo"));
  ASSERT_TRUE(RunUntil([&] { return tap().messages.back().has_end(); }));
  EndSink("demo");
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_ENDED);
  EXPECT_TRUE(Show("demo").files(0).finished());
  EXPECT_EQ(Show("demo").files(0).bytes(), 5u);
}

TEST_F(RecordingLifeTest, ATrackThatWentWhileMessagesWaitIsAnnouncedAgain) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  StartOne();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
  taps_.hold = true;
  ASSERT_TRUE(Do(Unpublish("demo", "alice", "cam")).has_done());
  launcher_.last().Exit({.signalled = true, .value = SIGKILL});
  EXPECT_EQ(tap().messages.back().track_added().id(), 1u);
}

TEST_F(RecordingLifeTest, ASecondDeathEndsIt) {
  options_.program = "/bin/false";  // repairs nothing
  recordings_.reset();
  Open();
  StartOne();
  launcher_.last().Exit({.signalled = true, .value = SIGKILL});
  launcher_.last().SayStarted();
  launcher_.last().Exit({.value = 3});
  ASSERT_TRUE(RunUntil([&] { return IsOver(Show("demo")); }));
  EXPECT_EQ(launcher_.sinks.size(), 2u);
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_FAILED);
  EXPECT_THAT(Troubles("demo"), HasSubstr("exit status 3, for the second time"));
  EXPECT_THAT(Troubles("demo"), HasSubstr("repair_failed"));
  EXPECT_EQ(rooms_.mirror().FindRoom("demo")->endpoints.size(), 1u);
}

TEST_F(RecordingLifeTest, AProcessThatCannotBeRunIsAnErrorToWhoeverAsked) {
  launcher_.refuse = absl::NotFoundError("cannot run /x: no such file");
  const v1::Reply reply = Do(StartRequest("demo"));
  EXPECT_EQ(reply.error().code(), v1::Error::UNAVAILABLE);
  EXPECT_THAT(reply.error().message(), HasSubstr("no such file"));
  // It leaves nothing: the next one has the same name.
  ASSERT_TRUE(RunUntil([&] { return !std::filesystem::exists(directory_.path() + "/demo"); }));
  EXPECT_EQ(recordings_->counters().failed.value(), 1u);
}

TEST_F(RecordingLifeTest, AProcessThatDoesNotAnswerIsKilled) {
  const auto reply = Ask(StartRequest("demo"));
  ASSERT_TRUE(RunUntil([&] { return launcher_.sinks.size() == 1; }));
  Tick(options_.start_timeout);
  ASSERT_FALSE(launcher_.last().signals.empty());
  EXPECT_EQ(launcher_.last().signals[0], SIGKILL);
  launcher_.last().Exit({.signalled = true, .value = SIGKILL});
  ASSERT_TRUE(RunUntil([&] { return reply->has_value(); }));
  EXPECT_EQ((*reply)->error().code(), v1::Error::UNAVAILABLE);
  EXPECT_THAT(Troubles("demo"), HasSubstr("start_timeout"));
}

TEST_F(RecordingLifeTest, FilesHaveTheirTimeToBeFinished) {
  StartOne();
  Do(StopRequest("demo"));
  Tick(options_.stop_timeout);
  ASSERT_EQ(launcher_.last().signals.size(), 1u);
  EXPECT_EQ(launcher_.last().signals[0], SIGTERM);
  Tick(options_.kill_after);
  EXPECT_EQ(launcher_.last().signals[1], SIGKILL);
  launcher_.last().Exit({.signalled = true, .value = SIGKILL});
  ASSERT_TRUE(RunUntil([&] { return IsOver(Show("demo")); }));
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_FAILED);
  EXPECT_THAT(Troubles("demo"), HasSubstr("stop_timeout"));
}

TEST_F(RecordingLifeTest, AStallIsTold) {
  StartOne();
  tap().counters.backlog_bytes = 1000;
  tap().counters.written_bytes = 5;
  Tick(options_.stall_after);
  Tick(options_.stall_after);
  EXPECT_THAT(Troubles("demo"), HasSubstr("stalled"));
  EXPECT_EQ(Show("demo").backlog_bytes(), 1000u);
}

TEST_F(RecordingLifeTest, AProcessThatHangsIsKilledAndFollowed) {
  StartOne();
  Tick(options_.hang_after);
  ASSERT_FALSE(launcher_.last().signals.empty());
  EXPECT_EQ(launcher_.last().signals[0], SIGKILL);
  launcher_.last().Exit({.signalled = true, .value = SIGKILL});
  EXPECT_EQ(Show("demo").segment(), 2u);
}

TEST_F(RecordingLifeTest, DroppedPacketsAreToldOnceForATime) {
  StartOne();
  tap().counters.dropped = 10;
  Tick(std::chrono::milliseconds(200));
  tap().counters.dropped = 25;
  Tick(std::chrono::milliseconds(200));
  EXPECT_EQ(Show("demo").dropped(), 25u);
  EXPECT_EQ(Show("demo").trouble_count(), 1u);
}

TEST_F(RecordingLifeTest, TroublesAreBounded) {
  StartOne();
  record::v1::FromSink message;
  message.mutable_trouble()->set_code(record::v1::DISK_FULL);
  message.mutable_trouble()->set_text("no space");
  for (int i = 0; i < 500; ++i) launcher_.last().Say(message);
  const v1::Recording recording = Show("demo");
  EXPECT_LE(recording.troubles_size(), RecordingStatus::kMaxTroubles);
  EXPECT_EQ(recording.trouble_count(), 500u);
  EXPECT_LE(Count(v1::Event::kRecordingTrouble), 16u);
  EXPECT_EQ(
      recordings_->counters().failures[static_cast<size_t>(RecordingFailure::kDiskFull)].value(),
      500u);
}

TEST_F(RecordingLifeTest, StatisticsOfAllSegmentsAreSummed) {
  StartOne();
  record::v1::FromSink message;
  message.mutable_statistics()->set_bytes(100);
  message.mutable_statistics()->set_lost(3);
  launcher_.last().Say(message);
  launcher_.last().Say(message);
  launcher_.last().Exit({.signalled = true, .value = SIGKILL});
  launcher_.last().SayStarted();
  message.mutable_statistics()->set_bytes(40);
  message.mutable_statistics()->set_lost(0);
  launcher_.last().Say(message);
  EXPECT_EQ(Show("demo").bytes(), 140u);
  EXPECT_EQ(Show("demo").lost(), 3u);
  EXPECT_EQ(recordings_->counters().bytes.value(), 140u);
}

TEST_F(RecordingLifeTest, AClientThatTakesTheEndpointOutEndsIt) {
  StartOne();
  ASSERT_TRUE(Do(RemoveEndpoint("demo", "~recording-1")).has_done());
  ASSERT_TRUE(RunUntil([&] { return tap().messages.back().has_end(); }));
  EndSink("demo");
  EXPECT_EQ(Show("demo").state(), v1::RECORDING_STATE_FAILED);
  EXPECT_THAT(Troubles("demo"), HasSubstr("endpoint_removed"));
}

TEST_F(RecordingLifeTest, AClientMayTakeATrackOut) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  StartOne();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
  v1::Request remove;
  SetLeg("demo", "~recording-1", "alice", "cam", remove.mutable_remove_leg()->mutable_leg());
  ASSERT_TRUE(Do(remove).has_done());
  EXPECT_EQ(Count(v1::Event::kRecordingTrackRemoved), 1u);
  Tick(std::chrono::seconds(2));
  EXPECT_EQ(rooms_.mirror().FindRoom("demo")->legs.size(), 0u);
}

TEST_F(RecordingLifeTest, AFullShardIsAskedAgain) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  const auto reply = Ask(StartRequest("demo"));
  ASSERT_TRUE(RunUntil([&] { return launcher_.sinks.size() == 1; }));
  launcher_.last().SayStarted();
  taps_.refuse_messages = true;  // and so are the messages, for a while
  ASSERT_TRUE(RunUntil([&] { return reply->has_value(); }));
  EXPECT_EQ(Count(v1::Event::kRecordingTrackAdded), 0u);
  taps_.refuse_messages = false;
  Tick(std::chrono::seconds(1));
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
}

TEST_F(RecordingLifeTest, KeyFramesAreAskedFor) {
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  StartOne();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingTrackAdded) == 1; }));
  record::v1::FromSink message;
  message.mutable_key_frame_wanted()->set_track_id(1);
  launcher_.last().Say(message);
  EXPECT_EQ(rooms_.node().queued(0), 1u);
  Settle();
  message.mutable_key_frame_wanted()->set_track_id(99);
  launcher_.last().Say(message);
  EXPECT_EQ(rooms_.node().queued(0), 0u);
}

}  // namespace
}  // namespace baton::control
