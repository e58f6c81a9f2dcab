// A node with its threads: what crosses between the control thread and the shards.
#include "cmd/node/node.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "control/config.h"
#include "net/probe.h"
#include "net/socket.h"
#include "rtp/classify.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"
#include "stun/message_builder.h"
#include "tests/unit/cmd/tap_fixture.h"

namespace baton {
namespace {

constexpr int kWaitMs = 20000;

config::Config TestConfig(net::IoBackend backend, int shards) {
  control::ConfigLoader loader;
  loader.AddDevelopment();
  loader.Set("io", net::ToString(backend), "test");
  loader.Set("shards.count", std::to_string(shards), "test");
  for (const char* key : {"media.port", "stun.port"}) loader.Set(key, "0", "test");
  control::LoadedConfig loaded = loader.Finish();
  EXPECT_TRUE(loaded.ok());
  return loaded.config;
}

class NodeTest : public testing::TestWithParam<net::IoBackend> {
 protected:
  void SetUp() override {
    if (GetParam() == net::IoBackend::kUring && !net::TryUring().ok()) {
      GTEST_SKIP() << net::TryUring().message();
    }
  }

  void Start(int shards = 1) {
    auto node = Node::Create(TestConfig(GetParam(), shards));
    ASSERT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    node_->Start();
  }

  template <class Action>
  relay::Command Make(Action action) {
    relay::Command command;
    command.request_id = next_id_++;
    command.action = std::move(action);
    return command;
  }

  // Takes outputs until `count` replies have come; they are in `replies_`.
  void WaitForReplies(size_t count) {
    while (replies_.size() < count) {
      pollfd ready{node_->output_fd(), POLLIN, 0};
      ASSERT_EQ(poll(&ready, 1, kWaitMs), 1) << "no output came";
      node_->DrainOutputs([&](size_t shard, relay::Output&& output) {
        if (auto* reply = std::get_if<relay::Reply>(&output)) {
          replies_.push_back({shard, reply->request_id, reply->error});
        } else {
          ++events_;
        }
      });
    }
  }

  template <class Action>
  void Do(size_t shard, Action action) {
    ASSERT_TRUE(node_->Submit(shard, Make(std::move(action))));
    WaitForReplies(replies_.size() + 1);
    EXPECT_EQ(replies_.back().error, relay::CommandError::kNone);
  }

  struct SeenReply {
    size_t shard;
    uint64_t id;
    relay::CommandError error;
  };

  std::unique_ptr<Node> node_;
  std::vector<SeenReply> replies_;
  size_t events_ = 0;
  uint64_t next_id_ = 1;
};

net::UdpSocket OpenPeer() {
  auto socket = net::OpenUdpSocket(*TransportAddress::Parse("127.0.0.1:0"), {});
  EXPECT_TRUE(socket.ok());
  return *std::move(socket);
}

void SendTo(const net::UdpSocket& from, const TransportAddress& to, Bytes bytes) {
  net::SocketAddress address;
  const socklen_t size = net::ToSocketAddress(to, address);
  ASSERT_EQ(sendto(from.fd.get(), bytes.data(), bytes.size(), 0, &address.any, size),
            static_cast<ssize_t>(bytes.size()));
}

// The next datagram, or nothing if none comes in time.
std::vector<uint8_t> ReceiveFrom(const net::UdpSocket& socket) {
  pollfd ready{socket.fd.get(), POLLIN, 0};
  if (poll(&ready, 1, kWaitMs) != 1) return {};
  std::vector<uint8_t> bytes(2048);
  const ssize_t n = recv(socket.fd.get(), bytes.data(), bytes.size(), 0);
  bytes.resize(n > 0 ? static_cast<size_t>(n) : 0);
  return bytes;
}

relay::TrackParameters Video() {
  relay::TrackParameters video;
  video.kind = relay::MediaKind::kVideo;
  video.codec = {FixedString<32>("VP8"), 90000, 0};
  video.payload_type = rtp::PayloadType(96);
  video.encodings = rtp::Ssrc(0x1234);
  return video;
}

TEST_P(NodeTest, RepliesComeBackInOrderAndOnceWhateverTheQueuesHold) {
  Start();
  constexpr uint64_t kCommands = 5000;
  uint64_t submitted = 0;
  bool was_full = false;
  while (submitted < kCommands) {
    relay::Command command = Make(relay::CreateRoom{relay::Name("room"), {}});
    if (node_->Submit(0, std::move(command))) {
      ++submitted;
      continue;
    }
    // Full: nothing was taken. Only now is anything drained, so the outputs had to wait as well.
    was_full = true;
    --next_id_;
    WaitForReplies(replies_.size() + 1);
  }
  WaitForReplies(kCommands);
  EXPECT_TRUE(was_full);
  ASSERT_EQ(replies_.size(), kCommands);
  for (uint64_t i = 0; i < kCommands; ++i) {
    ASSERT_EQ(replies_[i].id, i + 1);
    ASSERT_EQ(replies_[i].error, relay::CommandError::kNone);
  }
  EXPECT_EQ(events_, 1u) << "creating a room that is there is no event";
}

TEST_P(NodeTest, EachShardForwardsOnItsOwnPort) {
  Start(2);
  ASSERT_EQ(node_->shard_count(), 2u);
  EXPECT_NE(node_->MediaAddresses(0)[0].port, node_->MediaAddresses(1)[0].port);
  for (size_t shard = 0; shard < 2; ++shard) {
    const net::UdpSocket publisher = OpenPeer();
    const net::UdpSocket viewer = OpenPeer();
    const relay::Name room("room");
    const relay::Name alice("alice");
    Do(shard, relay::CreateRoom{room, relay::SubscribeMode::kAll});
    Do(shard, relay::AddPlainEndpoint{room, alice, publisher.bound.local});
    Do(shard, relay::AddPlainEndpoint{room, relay::Name("bob"), viewer.bound.local});
    Do(shard, relay::PublishTrack{room, alice, relay::Name("cam"), Video()});

    std::array<uint8_t, 200> packet{};
    rtp::PacketHeader header;
    header.payload_type = rtp::PayloadType(96);
    header.ssrc = rtp::Ssrc(0x1234);
    ASSERT_GT(rtp::WritePacketHeader(header, packet), 0u);
    packet.back() = static_cast<uint8_t>(shard + 1);
    SendTo(publisher, node_->MediaAddresses(shard)[0], packet);

    const std::vector<uint8_t> copy = ReceiveFrom(viewer);
    const auto view = rtp::ParsePacket(copy);
    ASSERT_TRUE(view.has_value());
    EXPECT_EQ(copy.size(), packet.size());
    EXPECT_EQ(copy.back(), shard + 1);
    EXPECT_NE(view->ssrc, rtp::Ssrc(0x1234));
  }
  const control::NodeSnapshot snapshot = node_->Snapshot();
  ASSERT_EQ(snapshot.shards.size(), 2u);
  for (const control::ShardSnapshot& shard : snapshot.shards) EXPECT_EQ(shard.rx_packets, 1u);
}

// A recording: packets of the room come out of a socket pair, and do not disturb the peers.
class TapNodeTest : public NodeTest {
 protected:
  static constexpr uint32_t kToSink = 0x7000;

  void StartCall(size_t queue_bytes) {
    Start();
    const auto tap = node_->taps().Open(queue_bytes);
    ASSERT_TRUE(tap.ok()) << tap.status();
    tap_ = *tap;
    const relay::Name room("room");
    const relay::Name alice("alice");
    const relay::Name bob("bob");
    const relay::Name cam("cam");
    Do(0, relay::CreateRoom{room, relay::SubscribeMode::kAll});
    Do(0, relay::AddPlainEndpoint{room, alice, publisher_.bound.local});
    Do(0, relay::AddPlainEndpoint{room, bob, viewer_.bound.local});
    Do(0, relay::PublishTrack{room, alice, cam, Video()});
    Do(0, relay::AddSinkEndpoint{room, sink_, tap_});
    Do(0, relay::AddLeg{{room, sink_, alice, cam}, rtp::Ssrc(kToSink), {}, {}, {}, {}});
  }
  Recorder Attach(std::string first) {
    SocketPair pair;
    node_->taps().Attach(tap_, dup(pair.node.get()), std::move(first));
    return Recorder(std::move(pair.process));
  }
  // A packet of alice's camera with a payload that begins a key frame; bob gets it.
  void SendPacket(size_t size = 100) {
    std::vector<uint8_t> packet(size);
    rtp::PacketHeader header;
    header.payload_type = rtp::PayloadType(96);
    header.ssrc = rtp::Ssrc(0x1234);
    header.sequence = rtp::SequenceNumber(sent_++);
    ASSERT_GT(rtp::WritePacketHeader(header, packet), 0u);
    packet[12] = 0x10;  // VP8: the start of a partition
    SendTo(publisher_, node_->MediaAddresses(0)[0], packet);
    for (;;) {
      const std::vector<uint8_t> copy = ReceiveFrom(viewer_);
      ASSERT_FALSE(copy.empty());
      if (rtp::ParsePacket(copy) && copy.size() == size) return;
    }
  }
  uint64_t LatenciesMeasured() const {
    const control::NodeSnapshot snapshot = node_->Snapshot();
    uint64_t count = 0;
    for (const control::LatencyBucket& bucket : snapshot.shards[0].forward_latency) {
      count += bucket.count;
    }
    return count;
  }
  void RemoveSink() { Do(0, relay::RemoveEndpoint{relay::Name("room"), sink_}); }

  // Of "packet ...", in the order in which they came.
  static std::vector<rtp::PacketView> RtpIn(const std::vector<std::string>& frames) {
    constexpr std::string_view kPacket = "packet ";
    std::vector<rtp::PacketView> packets;
    for (const std::string& frame : frames) {
      if (!frame.starts_with(kPacket)) continue;
      const auto* data = reinterpret_cast<const uint8_t*>(frame.data()) + kPacket.size();
      const Bytes bytes(data, frame.size() - kPacket.size());
      if (rtp::ClassifyDatagram(bytes) != rtp::DatagramKind::kRtp) continue;
      const auto view = rtp::ParsePacket(bytes);
      EXPECT_TRUE(view.has_value());
      packets.push_back(*view);
    }
    return packets;
  }

  const net::UdpSocket publisher_ = OpenPeer();
  const net::UdpSocket viewer_ = OpenPeer();
  const relay::Name sink_{"recording"};
  TapNumber tap_ = 0;
  uint16_t sent_ = 65'500;
};

TEST_P(TapNodeTest, PacketsOfARoomArriveAsFramesInOrder) {
  StartCall(size_t{1} << 20);
  Recorder recorder = Attach(MessageFrame("begin"));
  const TimePoint begin = MonotonicNow();
  for (int i = 0; i < 100; ++i) SendPacket();
  RemoveSink();
  const TimePoint end = MonotonicNow();
  node_->taps().Finish(tap_, MessageFrame("end"));
  while (recorder.frames.empty() || recorder.frames.back() != "message end") {
    ASSERT_TRUE(recorder.ReadUntil(recorder.frames.size() + 1));
  }
  EXPECT_EQ(recorder.frames.front(), "message begin");
  const std::vector<rtp::PacketView> packets = RtpIn(recorder.frames);
  ASSERT_EQ(packets.size(), 100u);
  for (size_t i = 0; i < packets.size(); ++i) {
    EXPECT_EQ(packets[i].ssrc, rtp::Ssrc(kToSink));
    EXPECT_EQ(packets[i].sequence, rtp::Add(packets[0].sequence, static_cast<int>(i)));
  }
  TimePoint last = begin;
  for (const TimePoint time : recorder.times) {
    EXPECT_GE(time, last);
    last = time;
  }
  EXPECT_LE(last, end);
  node_->taps().Close(tap_);
  EXPECT_TRUE(recorder.ReadToEnd());
}

TEST_P(TapNodeTest, ARecorderThatDoesNotReadTakesNothingFromOthers) {
  StartCall(size_t{256} << 10);
  Recorder recorder = Attach({});
  // Each of them reaches bob, or this fails.
  for (int i = 0; i < 1000; ++i) SendPacket(1200);
  RemoveSink();
  const control::TapCounters counters = node_->taps().Counters(tap_);
  EXPECT_GT(counters.dropped, 100u);
  EXPECT_EQ(node_->shard(0).taps_dropped(), counters.dropped);
  EXPECT_EQ(counters.packets + counters.dropped, node_->shard(0).metrics().tapped.packets.value());
  EXPECT_EQ(node_->taps().backlog_bytes(), counters.backlog_bytes);
  EXPECT_EQ(LatenciesMeasured(), 1000u);
  // And the node stops, whatever the recorder does.
  node_->Stop();
}

TEST_P(TapNodeTest, WhatOnlyARecordingGetsHasNoLatency) {
  StartCall(size_t{1} << 20);
  Recorder recorder = Attach({});
  Do(0, relay::RemoveEndpoint{relay::Name("room"), relay::Name("bob")});
  std::array<uint8_t, 100> packet{};
  rtp::PacketHeader header;
  header.payload_type = rtp::PayloadType(96);
  header.ssrc = rtp::Ssrc(0x1234);
  ASSERT_GT(rtp::WritePacketHeader(header, packet), 0u);
  packet[12] = 0x10;
  SendTo(publisher_, node_->MediaAddresses(0)[0], packet);
  ASSERT_TRUE(recorder.ReadUntil(1));
  EXPECT_EQ(LatenciesMeasured(), 0u);
  const relay::CoreMetrics& metrics = node_->shard(0).metrics();
  EXPECT_EQ(metrics.out[static_cast<size_t>(relay::PacketKind::kRtp)].packets.value(), 0u);
  EXPECT_GE(metrics.tapped.packets.value(), 1u);
}

TEST_P(NodeTest, TheBindingServerTellsTheAddress) {
  Start();
  const net::UdpSocket client = OpenPeer();
  // A bare Binding request: type 1, length 0, cookie, transaction id.
  std::array<uint8_t, 20> request{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 7, 7, 7, 7};
  SendTo(client, node_->stun_server()->sockets()[0].local, request);
  const std::vector<uint8_t> reply = ReceiveFrom(client);
  const auto message = stun::MessageView::Parse(reply);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->xor_mapped_address(), client.bound.local);
}

TEST_P(NodeTest, MemoryForRecordingsIsPlannedWhereThereAreAny) {
  const auto bytes = [](const config::Config& config) {
    uint64_t sum = 0;
    for (const MemoryItem& item : Node::MemoryPlan(config)) sum += item.bytes();
    return sum;
  };
  config::Config config = TestConfig(GetParam(), 1);
  const uint64_t without = bytes(config);
  config.mutable_record()->set_directory("/recordings");
  config.mutable_record()->set_max_recordings(3);
  config.mutable_record()->set_queue_memory_bytes(1000);
  EXPECT_EQ(bytes(config), without + 3000);
}

TEST_P(NodeTest, StopsTwiceAndKeepsItsOutputs) {
  Start();
  ASSERT_TRUE(node_->Submit(0, Make(relay::CreateRoom{relay::Name("room"), {}})));
  WaitForReplies(1);
  node_->Stop();
  node_->Stop();
}

TEST_P(NodeTest, APortInUseIsNamed) {
  Start();
  config::Config config = TestConfig(GetParam(), 1);
  config.mutable_media()->set_port(node_->MediaAddresses(0)[0].port);
  const auto second = Node::Create(config);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().message().find("media.port"), std::string::npos) << second.status();
}

const auto kBackends = testing::Values(net::IoBackend::kUring, net::IoBackend::kEpoll);
const auto kBackendName = [](const auto& backend) {
  return std::string(net::ToString(backend.param));
};
INSTANTIATE_TEST_SUITE_P(Backends, NodeTest, kBackends, kBackendName);
INSTANTIATE_TEST_SUITE_P(Backends, TapNodeTest, kBackends, kBackendName);

}  // namespace
}  // namespace baton
