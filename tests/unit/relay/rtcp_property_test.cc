// Whatever RTCP comes from whom: what is sent stays in the sender's room, and is well-formed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

struct Peer {
  std::string address;
  int room;
};

class RtcpPropertyTest : public testing::TestWithParam<uint64_t> {
 protected:
  // Two rooms that have the same SSRCs everywhere.
  RtcpPropertyTest() {
    for (int room = 0; room < 2; ++room) {
      const std::string room_name = "room" + std::to_string(room);
      h_.Do(Room(room_name, SubscribeMode::kManual));
      for (int i = 0; i < 3; ++i) {
        const std::string name = "e" + std::to_string(i);
        const std::string address =
            "192.0.2." + std::to_string(1 + room) + ":" + std::to_string(5000 + i);
        AddPlainEndpoint endpoint = Plain(room_name, name, address);
        endpoint.parameters.extensions.Set(rtp::ExtensionKind::kTransportSequence, 4);
        h_.Do(endpoint);
        h_.Do(Publish(room_name, name, "cam", Video(kCamera)));
        peers_.push_back({address, room});
        rooms_[Address(address)] = room;
      }
      for (uint32_t from = 0; from < 3; ++from) {
        for (uint32_t to = 0; to < 3; ++to) {
          if (from == to) continue;
          AddLeg leg{LegOf(room_name, "e" + std::to_string(to), "e" + std::to_string(from), "cam"),
                     rtp::Ssrc(200 + from),
                     {},
                     {},
                     {},
                     {}};
          if (to == 1) leg.rtx_payload_type = rtp::PayloadType(99);
          EXPECT_EQ(h_.Do(leg), CommandError::kNone);
        }
      }
    }
  }
  Octets AnyRtcp() {
    const auto media =
        static_cast<uint32_t>(random_.Below(4) == 0 ? kCamera : 200 + random_.Below(4));
    Octets bytes;
    switch (random_.Below(7)) {
      case 0: {
        std::vector<uint16_t> lost;
        for (uint64_t n = 1 + random_.Below(20); n > 0; --n) lost.push_back(AnyNumber());
        bytes = Nack(media, lost);
        break;
      }
      case 1:
        bytes = PictureLoss(media);
        break;
      case 2:
        bytes = FullIntra(media, static_cast<uint8_t>(random_.Below(256)));
        break;
      case 3: {
        rtp::ReportBlock block;
        block.source = rtp::Ssrc(media);
        block.last_sender_report = random_.U32();
        block.delay_since_last = random_.U32();
        bytes = ReportOf(block);
        break;
      }
      case 4:
        bytes = SenderReport(media, random_(), random_.U32());
        break;
      case 5:
        bytes = Goodbye(media);
        break;
      default:
        bytes = {0x80, static_cast<uint8_t>(192 + random_.Below(32))};
        for (uint64_t n = random_.Below(100); n > 0; --n) {
          bytes.push_back(static_cast<uint8_t>(random_()));
        }
    }
    if (random_.Below(4) == 0) bytes[random_.Below(bytes.size())] ^= uint8_t{0x10};
    return bytes;
  }
  // Mostly one that a leg has used.
  uint16_t AnyNumber() {
    if (used_.empty() || random_.Below(8) == 0) return random_.U16();
    return used_[used_.size() - 1 - random_.Below(std::min<size_t>(used_.size(), 200))];
  }
  void Check(const std::vector<Sent>& sent, int room) {
    for (const Sent& s : sent) {
      ASSERT_TRUE(rooms_.contains(s.to.remote)) << "to a stranger";
      ASSERT_EQ(rooms_[s.to.remote], room) << "to another room";
    }
  }

  Random random_{GetParam()};
  Harness h_;
  std::vector<Peer> peers_;
  std::map<TransportAddress, int> rooms_;
  std::vector<uint16_t> used_;
};

TEST_P(RtcpPropertyTest, WhatIsSentStaysInTheRoom) {
  uint16_t sequence = 65'000;
  for (int step = 0; step < 3000; ++step) {
    const Peer& peer = peers_[random_.Below(peers_.size())];
    std::vector<Sent> sent;
    const bool media = random_.Below(2) == 0;
    if (media) {
      sequence = static_cast<uint16_t>(sequence + 1 + (random_.Below(6) == 0 ? 1 : 0));
      sent = h_.Receive(peer.address, Rtp({.ssrc = kCamera, .sequence = sequence}));
      for (const Sent& s : sent) used_.push_back(s.rtp()->sequence.value());
    } else {
      sent = h_.Receive(peer.address, AnyRtcp());
    }
    Check(sent, peer.room);
    Check(h_.TakeRtcp(), peer.room);
    if (media || sent.empty()) continue;
    // A NACK is answered to who sent it, and to nobody else.
    for (const Sent& s : sent) ASSERT_EQ(s.to.remote, Address(peer.address));
  }
  EXPECT_GT(h_.metrics().retransmitted.packets.value(), 20u);
}

TEST_P(RtcpPropertyTest, WhatFollowsInTimeIsWellFormed) {
  uint16_t sequence = 65'000;
  for (int step = 0; step < 1500; ++step) {
    // Room 0 alone is alive: nothing but reports goes to the other one.
    const Peer& peer = peers_[random_.Below(3)];
    sequence = static_cast<uint16_t>(sequence + 1 + (random_.Below(6) == 0 ? 1 : 0));
    h_.Receive(peer.address, Rtp({.ssrc = kCamera, .sequence = sequence}));
    h_.Receive(peer.address, AnyRtcp());
    for (const Sent& sent : h_.Advance(std::chrono::milliseconds(random_.Below(30)))) {
      ASSERT_TRUE(rooms_.contains(sent.to.remote));
    }
    for (const SentRtcp& packet : PacketsIn(h_.TakeRtcp())) {
      ASSERT_TRUE(rooms_.contains(packet.to.remote));
      const bool feedback = packet.packet.kind == rtp::RtcpKind::kNack ||
                            packet.packet.kind == rtp::RtcpKind::kTransportWide ||
                            packet.packet.kind == rtp::RtcpKind::kSenderReport;
      ASSERT_TRUE(!feedback || rooms_[packet.to.remote] == 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RtcpPropertyTest, testing::Range<uint64_t>(1, 6));

}  // namespace
}  // namespace baton::relay::test
