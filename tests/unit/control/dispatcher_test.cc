// Requests against real cores, without a network.
#include "control/dispatcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "control/framing.h"
#include "control/watch_feed.h"
#include "tests/unit/control/core_node.h"
#include "tests/unit/control/requests.h"

namespace baton::control {
namespace {

using ::testing::HasSubstr;

class DispatcherTest : public ::testing::Test {
 protected:
  // Sends without letting the shards work.
  void Send(v1::Request request) {
    request.set_id(++last_id_);
    dispatcher_.Handle(request,
                       [this](v1::Reply&& reply) { replies_.push_back(std::move(reply)); });
  }
  void Run() {
    node_.Run([this](size_t shard, relay::Output&& output) {
      dispatcher_.OnOutput(shard, std::move(output));
    });
  }
  v1::Reply Do(const v1::Request& request) {
    Send(request);
    Run();
    EXPECT_EQ(replies_.back().id(), last_id_);
    return replies_.back();
  }
  void ExpectError(const v1::Request& request, v1::Error::Code code, const std::string& text) {
    const v1::Reply reply = Do(request);
    EXPECT_EQ(reply.error().code(), code) << reply.DebugString();
    EXPECT_THAT(reply.error().message(), HasSubstr(text));
  }
  // The state as a watcher that starts now is given it.
  std::string Snapshot() {
    v1::State state;
    const Dispatcher::Frames frames = dispatcher_.SnapshotFrames();
    for (const std::string& frame : *frames) {
      v1::ServerMessage message;
      EXPECT_TRUE(message.ParseFromString(frame.substr(kFrameHeaderSize)));
      state.MergeFrom(message.watch().snapshot().state());
    }
    return state.DebugString();
  }

  CoreNode node_{2};
  Counters counters_;
  Dispatcher dispatcher_{node_, {"node-1", "0.1.0", 77}, 64, counters_};
  std::vector<v1::Reply> replies_;
  uint64_t last_id_ = 100;
};

TEST_F(DispatcherTest, RepeatingSucceedsAndContradictingIsAlreadyExists) {
  const std::vector<v1::Request> requests = {
      CreateRoom("demo"), AddPlain("demo", "alice", "127.0.0.1:5004"), AddIce("demo", "dave"),
      Publish("demo", "alice", "cam", 0x1234), AddLeg("demo", "dave", "alice", "cam")};
  for (const v1::Request& request : requests) {
    v1::Reply first = Do(request);
    EXPECT_FALSE(first.has_error()) << first.DebugString();
    v1::Reply second = Do(request);
    first.clear_id();
    second.clear_id();
    EXPECT_EQ(first.SerializeAsString(), second.SerializeAsString());
  }
  ExpectError(CreateRoom("demo", v1::SUBSCRIBE_MODE_MANUAL), v1::Error::ALREADY_EXISTS, "demo");
  ExpectError(AddPlain("demo", "alice", "127.0.0.1:5006"), v1::Error::ALREADY_EXISTS, "alice");
  ExpectError(AddIce("demo", "alice"), v1::Error::ALREADY_EXISTS, "alice");
  ExpectError(Publish("demo", "alice", "cam", 0x1235), v1::Error::ALREADY_EXISTS, "cam");
}

TEST_F(DispatcherTest, IceEndpointsGetCredentialsAndCandidates) {
  Do(CreateRoom("demo"));
  const v1::Endpoint endpoint = Do(AddIce("demo", "dave")).endpoint();
  EXPECT_EQ(endpoint.ice_local().ufrag().size(), 8u);
  EXPECT_EQ(endpoint.ice_local().password().size(), 24u);
  EXPECT_EQ(endpoint.state(), v1::ENDPOINT_STATE_NEW);
  ASSERT_EQ(endpoint.candidates_size(), 1);
  EXPECT_EQ(endpoint.candidates(0).address(), "127.0.0.1:7882");
  EXPECT_EQ(Do(ShowEndpoint("demo", "dave")).endpoint().DebugString(), endpoint.DebugString());
  // Passwords are in replies about the endpoint only.
  EXPECT_EQ(Snapshot().find(endpoint.ice_local().password()), std::string::npos);
  EXPECT_NE(Snapshot().find(endpoint.ice_local().ufrag()), std::string::npos);
}

TEST_F(DispatcherTest, RepliesSayWhichHeaderExtensionsWereTaken) {
  constexpr const char* kMid = "urn:ietf:params:rtp-hdrext:sdes:mid";
  Do(CreateRoom("demo"));
  const v1::Request bare = AddIce("demo", "dave");
  v1::Request request = bare;
  v1::AddIceEndpoint& add = *request.mutable_add_ice_endpoint();
  add.set_rtx(true);
  add.add_extensions()->set_uri("urn:example:other");
  add.mutable_extensions(0)->set_id(1);
  add.add_extensions()->set_uri(kMid);
  add.mutable_extensions(1)->set_id(4);
  const v1::Endpoint endpoint = Do(request).endpoint();
  ASSERT_EQ(endpoint.extensions_size(), 1);
  EXPECT_EQ(endpoint.extensions(0).uri(), kMid);
  EXPECT_EQ(endpoint.extensions(0).id(), 4u);
  EXPECT_TRUE(endpoint.rtx());
  EXPECT_EQ(Do(ShowEndpoint("demo", "dave")).endpoint().DebugString(), endpoint.DebugString());
  EXPECT_EQ(Snapshot().find(kMid), std::string::npos);
  // What is ignored is not compared either.
  add.mutable_extensions(0)->set_uri("urn:example:another");
  EXPECT_EQ(Do(request).endpoint().DebugString(), endpoint.DebugString());
  ExpectError(bare, v1::Error::ALREADY_EXISTS, "dave");
}

TEST_F(DispatcherTest, TracksAreRepeatedAndAnsweredWithAllTheirStreams) {
  Do(CreateRoom("demo"));
  Do(AddIce("demo", "alice"));
  v1::Request request = Publish("demo", "alice", "cam", 0);
  request.mutable_publish_track()->set_rtx_payload_type(97);
  AddEncoding(1, "l", 11, &request);
  AddEncoding(2, "h", 12, &request);
  const v1::Track track = Do(request).track();
  EXPECT_EQ(track.ssrc(), 1u);
  EXPECT_EQ(track.encodings_size(), 2);
  EXPECT_EQ(track.rtx_payload_type(), 97u);
  EXPECT_TRUE(track.feedback().nack());
  EXPECT_EQ(Do(request).track().DebugString(), track.DebugString());
  request.mutable_publish_track()->mutable_encodings(1)->set_rtx_ssrc(13);
  ExpectError(request, v1::Error::ALREADY_EXISTS, "cam");
  ExpectError(Publish("demo", "alice", "screen", 12), v1::Error::ALREADY_EXISTS, "SSRC");
}

TEST_F(DispatcherTest, SwitchedLegsAreAnsweredByTheirNewName) {
  Do(CreateRoom("demo", v1::SUBSCRIBE_MODE_MANUAL));
  for (const char* name : {"alice", "bob", "carol"}) {
    Do(AddIce("demo", name));
    Do(Publish("demo", name, "cam", 1));
  }
  v1::Request audio = Publish("demo", "carol", "mic", 2, 111);
  audio.mutable_publish_track()->set_kind(v1::MEDIA_KIND_AUDIO);
  Do(audio);
  v1::Request add = AddLeg("demo", "bob", "alice", "cam");
  add.mutable_add_leg()->set_ssrc(7);
  Do(add);
  v1::Request layer;
  SetLeg("demo", "bob", "alice", "cam", layer.mutable_set_leg_layer()->mutable_leg());
  layer.mutable_set_leg_layer()->mutable_layer()->set_spatial(0);
  EXPECT_TRUE(Do(layer).leg().wanted().has_spatial());

  const v1::Request change = SwitchLeg("demo", "bob", "alice", "cam", "carol", "cam");
  const v1::Leg leg = Do(change).leg();
  EXPECT_EQ(leg.name().publisher(), "carol");
  EXPECT_EQ(leg.ssrc(), 7u);
  EXPECT_TRUE(leg.wanted().has_spatial());
  EXPECT_EQ(Do(change).leg().DebugString(), leg.DebugString());
  EXPECT_EQ(dispatcher_.mirror().totals().legs, 1u);
  EXPECT_EQ(counters_.events_unexpected.value(), 0u);

  ExpectError(SwitchLeg("demo", "bob", "carol", "cam", "carol", "mic"),
              v1::Error::FAILED_PRECONDITION, "same kind");
  ExpectError(SwitchLeg("demo", "bob", "carol", "cam", "alice", "mic"), v1::Error::NOT_FOUND,
              "\"alice\"");
  ExpectError(SwitchLeg("demo", "bob", "carol", "cam", "bob", "cam"), v1::Error::INVALID_ARGUMENT,
              "its own");
  Do(AddLeg("demo", "bob", "alice", "cam"));
  ExpectError(SwitchLeg("demo", "bob", "alice", "cam", "carol", "cam"), v1::Error::ALREADY_EXISTS,
              "\"carol/cam\"");
}

TEST_F(DispatcherTest, ErrorsSayWhatToDo) {
  ExpectError(AddIce("x", "a"), v1::Error::NOT_FOUND,
              "room \"x\" does not exist: create it first (batonctl room create x)");
  ExpectError(CloseRoom("x"), v1::Error::NOT_FOUND, "\"x\"");
  ExpectError(ShowRoom("x"), v1::Error::NOT_FOUND, "\"x\"");
  ExpectError(ShowRoom("\x1b"), v1::Error::INVALID_ARGUMENT, "\\x1b");
  Do(CreateRoom("r"));
  ExpectError(ShowEndpoint("r", "a"), v1::Error::NOT_FOUND, "batonctl endpoint add r a");
  ExpectError(RemoveEndpoint("r", "a"), v1::Error::NOT_FOUND, "\"a\"");
  Do(AddPlain("r", "alice", "127.0.0.1:5004"));
  ExpectError(AddPlain("r", "bob", "127.0.0.1:5004"), v1::Error::ALREADY_EXISTS, "another port");
  ExpectError(AddPlain("r", "bob", "127.0.0.1:7882"), v1::Error::INVALID_ARGUMENT, "itself");
  ExpectError(AddPlain("r", "bob", "224.0.0.1:5004"), v1::Error::INVALID_ARGUMENT, "multicast");
  ExpectError(AddPlain("r", "bob", "[2001:db8::1]:5004"), v1::Error::FAILED_PRECONDITION, "IPv6");
  ExpectError(Unpublish("r", "alice", "cam"), v1::Error::NOT_FOUND, "publish it first");
  Do(Publish("r", "alice", "cam", 1));
  ExpectError(Publish("r", "alice", "mic", 1), v1::Error::ALREADY_EXISTS, "SSRC");
  ExpectError(AddLeg("r", "alice", "alice", "cam"), v1::Error::INVALID_ARGUMENT, "its own");
  ExpectError(AddLeg("r", "bob", "alice", "cam"), v1::Error::NOT_FOUND, "endpoint \"bob\"");
  ExpectError(v1::Request(), v1::Error::UNIMPLEMENTED, "upgrade");
}

TEST_F(DispatcherTest, FullPoolsAndQueuesAreResourceExhausted) {
  for (int i = 0; i < 128; ++i) EXPECT_FALSE(Do(CreateRoom("r" + std::to_string(i))).has_error());
  ExpectError(CreateRoom("one-more"), v1::Error::RESOURCE_EXHAUSTED, "limits.rooms");
  node_.refuse = true;
  ExpectError(CloseRoom("r1"), v1::Error::RESOURCE_EXHAUSTED, "retry");
  ExpectError(CreateRoom("two-more"), v1::Error::RESOURCE_EXHAUSTED, "retry");
}

TEST_F(DispatcherTest, PipelinedRequestsForANewRoomMeetOnOneShard) {
  Send(CreateRoom("a"));
  Send(CreateRoom("b"));  // the other shard
  Send(CreateRoom("b"));
  Send(AddIce("b", "x"));
  Send(CreateRoom("a"));
  EXPECT_EQ(node_.queued(0), 2u);
  EXPECT_EQ(node_.queued(1), 3u);
  Run();
  ASSERT_EQ(replies_.size(), 5u);
  for (const v1::Reply& reply : replies_) EXPECT_FALSE(reply.has_error()) << reply.DebugString();
  EXPECT_EQ(dispatcher_.mirror().rooms().size(), 2u);
}

TEST_F(DispatcherTest, TheMirrorCountsWhatGoesWithItsWhole) {
  Do(CreateRoom("demo"));
  for (const char* name : {"a", "b", "c"}) {
    Do(AddIce("demo", name));
    Do(Publish("demo", name, "cam", 1));
  }
  EXPECT_EQ(dispatcher_.mirror().totals().legs, 6u);
  Do(Unpublish("demo", "a", "cam"));
  EXPECT_EQ(dispatcher_.mirror().totals().legs, 4u);
  Do(RemoveEndpoint("demo", "b"));
  EXPECT_EQ(dispatcher_.mirror().totals().legs, 1u);
  EXPECT_EQ(dispatcher_.mirror().totals().tracks, 1u);
  const v1::Room room = Do(ListRooms()).rooms().rooms(0);
  EXPECT_EQ(room.endpoint_count(), 2u);
  EXPECT_EQ(room.leg_count(), 1u);
  Do(CloseRoom("demo"));
  const Totals totals = dispatcher_.mirror().totals();
  EXPECT_EQ(totals.rooms + totals.endpoints + totals.tracks + totals.legs, 0u);
  EXPECT_EQ(counters_.events_unexpected.value(), 0u);
}

TEST_F(DispatcherTest, AWatcherThatResumesKnowsWhatOneThatStartsKnows) {
  v1::Watch request;
  WatchFeed feed(dispatcher_, request);
  EXPECT_EQ(feed.started().start(), v1::WatchStarted::START_SNAPSHOT);
  Do(CreateRoom("demo"));
  Do(AddIce("demo", "dave"));
  std::string frame;
  ASSERT_EQ(feed.NextFrame(&frame), WatchFeed::Next::kFrame);  // the empty snapshot
  ASSERT_EQ(feed.NextFrame(&frame), WatchFeed::Next::kFrame);
  v1::ServerMessage message;
  ASSERT_TRUE(message.ParseFromString(frame.substr(kFrameHeaderSize)));
  ASSERT_EQ(message.watch().events().events_size(), 2);
  EXPECT_EQ(message.watch().events().events(0).revision(), 1u);
  EXPECT_TRUE(message.watch().events().events(1).has_endpoint_added());
  EXPECT_EQ(feed.NextFrame(&frame), WatchFeed::Next::kUpToDate);

  request.mutable_resume_after()->set_epoch(77);
  request.mutable_resume_after()->set_revision(1);
  WatchFeed resumed(dispatcher_, request);
  EXPECT_EQ(resumed.started().start(), v1::WatchStarted::START_RESUMED);
  ASSERT_EQ(resumed.NextFrame(&frame), WatchFeed::Next::kFrame);
  ASSERT_TRUE(message.ParseFromString(frame.substr(kFrameHeaderSize)));
  EXPECT_EQ(message.watch().events().events(0).revision(), 2u);
}

TEST_F(DispatcherTest, PositionsThatCannotBeResumedGiveASnapshotAndTheReason) {
  for (int i = 0; i < 40; ++i) {
    Do(CreateRoom("r"));
    Do(CloseRoom("r"));
  }
  const auto start = [&](uint64_t epoch, uint64_t revision) {
    v1::Watch request;
    request.mutable_resume_after()->set_epoch(epoch);
    request.mutable_resume_after()->set_revision(revision);
    return WatchFeed(dispatcher_, request).started().start();
  };
  EXPECT_EQ(dispatcher_.log().last_revision(), 80u);
  EXPECT_EQ(start(77, 80), v1::WatchStarted::START_RESUMED);
  EXPECT_EQ(start(77, 16), v1::WatchStarted::START_RESUMED);
  EXPECT_EQ(start(77, 15), v1::WatchStarted::START_TOO_OLD);
  EXPECT_EQ(start(77, 81), v1::WatchStarted::START_UNKNOWN_POSITION);
  EXPECT_EQ(start(78, 80), v1::WatchStarted::START_OTHER_EPOCH);
}

TEST_F(DispatcherTest, AFeedThatIsNotReadFallsBehindTheLog) {
  WatchFeed feed(dispatcher_, v1::Watch());
  std::string frame;
  EXPECT_EQ(feed.NextFrame(&frame), WatchFeed::Next::kFrame);
  for (int i = 0; i < 33; ++i) {
    Do(CreateRoom("r"));
    Do(CloseRoom("r"));
  }
  EXPECT_EQ(feed.NextFrame(&frame), WatchFeed::Next::kFellBehind);
}

TEST_F(DispatcherTest, ReportsTheNode) {
  Do(CreateRoom("demo"));
  v1::Request request;
  request.mutable_get_node_status();
  const v1::NodeStatus status = Do(request).node_status();
  EXPECT_EQ(status.name(), "node-1");
  EXPECT_EQ(status.uptime_ms(), 1500u);
  EXPECT_EQ(status.room_count(), 1u);
  ASSERT_EQ(status.shards_size(), 2);
  EXPECT_EQ(status.shards(1).media_addresses(0), "127.0.0.1:7883");
  request.mutable_get_node_statistics();
  const v1::NodeStatistics statistics = Do(request).node_statistics();
  ASSERT_EQ(statistics.shards_size(), 2);
  EXPECT_EQ(statistics.shards(1).rx_packets(), 11u);
  EXPECT_EQ(statistics.shards(0).packets_dropped(0).name(), "unknown_flow");
  Do(AddIce("demo", "alice"));
  Do(Publish("demo", "alice", "cam", 5));
  request.mutable_get_room_statistics()->set_room("demo");
  const v1::RoomStatistics room = Do(request).room_statistics();
  EXPECT_EQ(room.sampled_at_ms(), 1500u);
  ASSERT_EQ(room.tracks_size(), 1);
  EXPECT_EQ(room.tracks(0).clock_rate(), 90000u);
  ASSERT_EQ(room.tracks(0).encodings_size(), 1);
  EXPECT_EQ(room.tracks(0).encodings(0).ssrc(), 5u);
}

}  // namespace
}  // namespace baton::control
