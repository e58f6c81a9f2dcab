// A batch is only a way to be quick: what it makes the core do is what its datagrams would have
// done one by one.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using Batch = std::vector<std::pair<Flow, Octets>>;
// What each destination got, by SSRC, and STUN as none: between legs there is no order.
using PerLeg = std::map<std::pair<TransportAddress, std::optional<rtp::Ssrc>>, std::vector<Octets>>;

constexpr uint32_t kPublishers = 4;

// As a receiver sees it: without padding, which depends on what came together.
Octets WithoutPadding(const Sent& sent) {
  const auto packet = sent.rtp();
  if (!packet) return sent.bytes;
  Octets bytes(sent.bytes.begin(), sent.bytes.end() - packet->padding_size);
  bytes[0] &= 0xdf;
  return bytes;
}

std::string AddressOf(uint32_t i) { return "192.0.2." + std::to_string(1 + i) + ":5004"; }

// Two rooms; everyone publishes a camera and a microphone, one peer comes by ICE, one leg is
// paused.
class Call {
 public:
  explicit Call(size_t batch_entries) : h_(SmallConfig(), batch_entries) {
    for (const std::string room : {"a", "b"}) h_.Do(Room(room));
    for (uint32_t i = 0; i < kPublishers; ++i) {
      const std::string room = i < 3 ? "a" : "b";
      const std::string name = "e" + std::to_string(i);
      h_.Do(Plain(room, name, AddressOf(i)));
      h_.Do(Publish(room, name, "cam", Video(2 * i)));
      h_.Do(Publish(room, name, "mic", Audio(2 * i + 1)));
    }
    h_.Do(AddIceEndpoint{N("a"), N("dave"), dave_.relay, dave_.own});
    h_.Do(PauseLeg{LegOf("a", "e1", "e0", "cam"), true});
  }

  void Receive(const Batch& batch) {
    for (const Sent& sent : h_.ReceiveBatch(batch)) {
      const auto packet = sent.rtp();
      const auto ssrc = packet ? std::optional(packet->ssrc) : std::nullopt;
      got_[{sent.to.remote, ssrc}].push_back(WithoutPadding(sent));
      if (packet && packet->padding_size > 0) ++padded_;
      if (!packet) checks_.push_back(sent);
    }
  }

  IcePeer dave_{.own = Credentials("peer"), .relay = Credentials("dave")};
  Harness h_;
  PerLeg got_;
  std::vector<Sent> checks_;
  uint64_t padded_ = 0;
};

class Traffic {
 public:
  explicit Traffic(Random& random) : random_(random) {}

  // Mostly media in trains; some of it lost, late, twice, garbled or from strangers; now and then a
  // check.
  Batch Next(IcePeer& dave) {
    Batch batch;
    while (batch.size() < Harness::kBuffers / 2) {
      if (random_.OneIn(20)) {
        batch.emplace_back(Flow{Address("203.0.113.9:9"), 0}, dave.Check({.nominate = true}));
        continue;
      }
      const auto ssrc = static_cast<uint32_t>(random_.Below(2 * kPublishers));
      const Flow from{Address(AddressOf(random_.OneIn(20) ? 60 : ssrc / 2)), 0};
      for (uint64_t n = 1 + random_.Below(8); n > 0; --n) {
        batch.emplace_back(from, Packet(ssrc));
        if (random_.OneIn(30)) batch.push_back(batch.back());
        if (random_.OneIn(30)) batch.back().second.resize(random_.Below(14));
      }
    }
    batch.resize(Harness::kBuffers / 2);
    return batch;
  }

 private:
  Octets Packet(uint32_t ssrc) {
    sequence_[ssrc] = static_cast<uint16_t>(sequence_[ssrc] + (random_.OneIn(20) ? 3 : 1));
    const uint64_t late = random_.OneIn(20) ? random_.Below(4) : 0;
    return Rtp({.ssrc = ssrc,
                .sequence = static_cast<uint16_t>(sequence_[ssrc] - late),
                .timestamp = 3000u * sequence_[ssrc],
                .payload_type = static_cast<uint8_t>(ssrc % 2 == 0 ? 96 : 111),
                .payload_size = (random_.OneIn(2) ? 600 : 0) + random_.Below(40)});
  }

  Random& random_;
  std::map<uint32_t, uint16_t> sequence_;
};

TEST(Batches, DoWhatTheirDatagramsDoOneByOne) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    Random random(seed);
    Call together(64 + random.Below(400));
    Call apart(256);
    Traffic traffic(random);
    for (int round = 0; round < 100; ++round) {
      const Batch batch = traffic.Next(together.dave_);
      together.Receive(batch);
      for (const auto& datagram : batch) apart.Receive({datagram});
      ASSERT_TRUE(together.got_ == apart.got_) << "seed " << seed << ", round " << round;
      // Dave proves his address at some time, and the same batch that does so has media for him.
      if (round == 50) {
        Batch answers;
        for (const Sent& check : ChecksIn(together.checks_)) {
          answers.emplace_back(check.to, together.dave_.Answer(check));
        }
        answers.resize(std::min<size_t>(answers.size(), Harness::kBuffers));
        together.Receive(answers);
        for (const auto& answer : answers) apart.Receive({answer});
      }
      const auto step = std::chrono::milliseconds(random.Below(30));
      together.h_.Advance(step);
      apart.h_.Advance(step);
    }
    for (size_t i = 0; i < kDropReasons; ++i) {
      const auto reason = static_cast<DropReason>(i);
      EXPECT_EQ(together.h_.drops(reason), apart.h_.drops(reason)) << Label(reason);
    }
    EXPECT_EQ(together.h_.packets_out(PacketKind::kRtp), apart.h_.packets_out(PacketKind::kRtp));
    EXPECT_GT(together.h_.packets_out(PacketKind::kRtp), 1000u);
    EXPECT_GT(together.h_.ice(IceResult::kProven), 0u);
    EXPECT_GT(together.padded_, 0u);
    EXPECT_EQ(apart.padded_, 0u);
    EXPECT_EQ(together.h_.buffers_in_use(), 0u);
  }
}

}  // namespace
}  // namespace baton::relay::test
