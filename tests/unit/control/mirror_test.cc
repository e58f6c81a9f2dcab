// The mirror of layers, switches and speakers, from events alone.
#include "control/mirror.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace baton::control {
namespace {

using relay::Layer;
using relay::Name;

class MirrorTest : public ::testing::Test {
 protected:
  MirrorTest() {
    Apply(relay::RoomCreated{Name("demo"), relay::SubscribeMode::kManual, {3, 9}});
    for (const char* name : {"alice", "bob", "carol"}) {
      Apply(relay::EndpointAdded{.room = Name("demo"),
                                 .endpoint = Name(name),
                                 .transport = relay::Transport::kIce,
                                 .parameters = {.extensions = {}, .rtx = true}});
    }
    for (const char* publisher : {"alice", "carol"}) {
      Apply(relay::TrackPublished{Name("demo"), Name(publisher), Name("cam"), {}});
    }
    Apply(relay::LegAdded{
        Name("demo"), Name("bob"), Name("alice"), Name("cam"), {.ssrc = rtp::Ssrc(7)}});
  }

  bool Apply(const relay::Event& event) { return mirror_.Apply(0, event); }
  const LegRecord* Leg(std::string_view publisher) const {
    return mirror_.FindLeg("demo", "bob", publisher, "cam");
  }
  bool Switch(std::string_view from, std::string_view to) {
    return Apply(relay::LegSwitched{Name("demo"), Name("bob"), Name(from), Name("cam"), Name(to),
                                    Name("cam")});
  }

  Mirror mirror_{1};
};

TEST_F(MirrorTest, KeepsParameters) {
  EXPECT_EQ(mirror_.FindRoom("demo")->limits, (relay::SpeakerLimits{3, 9}));
  EXPECT_TRUE(mirror_.FindEndpoint("demo", "bob")->parameters.rtx);
}

TEST_F(MirrorTest, OnlyIceEndpointsHaveSomethingToProve) {
  EXPECT_EQ(mirror_.FindEndpoint("demo", "bob")->state, relay::EndpointState::kNew);
  for (const auto transport : {relay::Transport::kPlain, relay::Transport::kSink}) {
    const Name name(std::to_string(static_cast<int>(transport)));
    Apply(relay::EndpointAdded{.room = Name("demo"), .endpoint = name, .transport = transport});
    EXPECT_EQ(mirror_.FindEndpoint("demo", name)->state, relay::EndpointState::kProven);
    EXPECT_EQ(mirror_.FindEndpoint("demo", name)->transport, transport);
  }
}

TEST_F(MirrorTest, KeepsWhatIsWantedAndWhatIsForwarded) {
  EXPECT_EQ(Leg("alice")->wanted, Layer{});
  EXPECT_EQ(Leg("alice")->current, std::nullopt);
  EXPECT_TRUE(Apply(
      relay::LegLayerSet{Name("demo"), Name("bob"), Name("alice"), Name("cam"), Layer{1, 2}}));
  EXPECT_EQ(Leg("alice")->wanted, (Layer{1, 2}));
  EXPECT_EQ(Leg("alice")->current, std::nullopt);
  EXPECT_TRUE(Apply(
      relay::LegLayerChanged{Name("demo"), Name("bob"), Name("alice"), Name("cam"), Layer{1, 0}}));
  EXPECT_EQ(Leg("alice")->current, (Layer{1, 0}));
  EXPECT_EQ(Leg("alice")->wanted, (Layer{1, 2}));
  EXPECT_FALSE(
      Apply(relay::LegLayerSet{Name("demo"), Name("bob"), Name("carol"), Name("cam"), Layer{}}));
  EXPECT_FALSE(Apply(
      relay::LegLayerChanged{Name("demo"), Name("bob"), Name("carol"), Name("cam"), Layer{}}));
}

TEST_F(MirrorTest, ASwitchedLegHasAnotherNameAndAllThatItHad) {
  Apply(relay::LegLayerSet{Name("demo"), Name("bob"), Name("alice"), Name("cam"), Layer{1, 2}});
  EXPECT_TRUE(Switch("alice", "carol"));
  EXPECT_EQ(Leg("alice"), nullptr);
  ASSERT_NE(Leg("carol"), nullptr);
  EXPECT_EQ(Leg("carol")->parameters.ssrc, rtp::Ssrc(7));
  EXPECT_EQ(Leg("carol")->wanted, (Layer{1, 2}));
  EXPECT_EQ(mirror_.totals().legs, 1u);
  // It goes with its new track, and not with its old one.
  EXPECT_TRUE(Apply(relay::TrackUnpublished{Name("demo"), Name("alice"), Name("cam")}));
  EXPECT_NE(Leg("carol"), nullptr);
  EXPECT_TRUE(Apply(relay::TrackUnpublished{Name("demo"), Name("carol"), Name("cam")}));
  EXPECT_EQ(mirror_.totals().legs, 0u);
}

TEST_F(MirrorTest, ASwitchToOrFromNothingChangesNothing) {
  EXPECT_FALSE(Switch("carol", "alice"));
  EXPECT_FALSE(Switch("alice", "dave"));
  EXPECT_FALSE(Switch("alice", "alice"));
  Apply(relay::LegAdded{Name("demo"), Name("bob"), Name("carol"), Name("cam"), {}});
  EXPECT_FALSE(Switch("alice", "carol"));
  EXPECT_EQ(mirror_.totals().legs, 2u);
  EXPECT_EQ(Leg("alice")->parameters.ssrc, rtp::Ssrc(7));
}

TEST_F(MirrorTest, KnowsWhoSpeaks) {
  EXPECT_TRUE(Apply(relay::SpeakerStarted{Name("demo"), Name("alice")}));
  EXPECT_TRUE(mirror_.FindEndpoint("demo", "alice")->speaking);
  EXPECT_FALSE(mirror_.FindEndpoint("demo", "carol")->speaking);
  EXPECT_TRUE(Apply(relay::SpeakerStopped{Name("demo"), Name("alice")}));
  EXPECT_FALSE(mirror_.FindEndpoint("demo", "alice")->speaking);
  EXPECT_FALSE(Apply(relay::SpeakerStarted{Name("demo"), Name("dave")}));
  EXPECT_FALSE(Apply(relay::SpeakerStopped{Name("demo"), Name("dave")}));
}

TEST_F(MirrorTest, ADominantSpeakerWhoLeavesIsNoneAnyMore) {
  EXPECT_EQ(mirror_.FindRoom("demo")->dominant_speaker, "");
  EXPECT_TRUE(Apply(relay::DominantSpeakerChanged{Name("demo"), Name("alice")}));
  EXPECT_FALSE(Apply(relay::DominantSpeakerChanged{Name("demo"), Name("dave")}));
  EXPECT_TRUE(Apply(relay::EndpointRemoved{Name("demo"), Name("bob")}));
  EXPECT_EQ(mirror_.FindRoom("demo")->dominant_speaker, "alice");
  EXPECT_TRUE(Apply(relay::EndpointRemoved{Name("demo"), Name("alice")}));
  EXPECT_EQ(mirror_.FindRoom("demo")->dominant_speaker, "");
}

}  // namespace
}  // namespace baton::control
