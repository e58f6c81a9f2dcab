#include "bench/load/packet_judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "base/random.h"

namespace baton::bench {
namespace {

using std::chrono::milliseconds;

constexpr uint32_t kRun = 4711;
constexpr TimePoint kBegin{std::chrono::seconds(100)};
constexpr uint32_t kVisitor = 3;

// Two rooms with a publisher of one stream each; the second is for churn. A subscriber in the
// first, a visitor.
class PacketJudgeTest : public testing::Test {
 protected:
  PacketJudgeTest() {
    topology_.run = kRun;
    topology_.rooms = {{.name = "a", .first_stream = 0, .stream_count = 1},
                       {.name = "b", .first_stream = 1, .stream_count = 1, .churn = true}};
    for (uint32_t i = 0; i < 2; ++i) {
      Stream& stream = topology_.streams.emplace_back();
      stream.room = stream.publisher = i;
      stream.schedule = StreamSchedule::Audio(AudioTraffic{}, 0);
      stream.first_measured = 0;
    }
    topology_.peers.push_back({.role = Role::kPublisher, .room = 0});
    topology_.peers.push_back({.role = Role::kPublisher, .room = 1});
    topology_.peers.push_back({.role = Role::kSubscriber, .room = 0});
    topology_.peers.push_back({.role = Role::kVisitor});
    judge_.emplace(topology_);
  }

  // As a node would forward it: with an SSRC of the leg's own and its sequence numbers.
  static std::vector<uint8_t> PacketOf(PacketTag tag, uint32_t ssrc = 99, uint16_t offset = 1000) {
    tag.scheduled = kBegin + milliseconds(20) * tag.number;
    std::vector<uint8_t> packet(160);
    rtp::PacketHeader header;
    header.ssrc = rtp::Ssrc(ssrc);
    header.sequence = rtp::SequenceNumber(static_cast<uint16_t>(tag.number + offset));
    header.payload_type = rtp::PayloadType(111);
    const size_t size = rtp::WritePacketHeader(header, packet);
    WritePayload(tag, MutableBytes(packet).subspan(size));
    return packet;
  }
  static PacketTag Tag(uint64_t number, uint32_t stream = 0) {
    return {.run = kRun, .stream = stream, .number = number};
  }
  // A millisecond after it was due.
  void Deliver(uint32_t peer, const PacketTag& tag) {
    judge_->OnMedia(peer, PacketOf(tag), kBegin + milliseconds(20) * tag.number + milliseconds(1));
  }
  Arrivals Taken() {
    Arrivals arrivals;
    judge_->Take(arrivals);
    return arrivals;
  }

  Topology topology_;
  std::optional<PacketJudge> judge_;
};

TEST_F(PacketJudgeTest, CountsWhatArrivesAndItsLatency) {
  for (uint64_t n = 0; n < 10; ++n) Deliver(2, Tag(n));
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.received, 10U);
  EXPECT_EQ(arrivals.latency.max(), 1'000'000U);
  const LegLedger::Settled settled = judge_->Settle({12, 0});
  EXPECT_EQ(settled.expected, 12U);
  EXPECT_EQ(settled.lost, 2U);
}

TEST_F(PacketJudgeTest, ExpectsPacketsOfALegThatNeverGotOne) {
  topology_.streams[0].first_measured = 5;
  EXPECT_EQ(judge_->Settle({12, 0}).lost, 7U);
}

TEST_F(PacketJudgeTest, DoesNotCountTheWarmUp) {
  topology_.streams[0].first_measured = 2;
  PacketTag warm_up = Tag(0);
  warm_up.warm_up = true;
  Deliver(2, warm_up);
  Deliver(2, Tag(3));
  EXPECT_EQ(Taken().legs.received, 1U);
  EXPECT_EQ(judge_->Settle({4, 0}).expected, 2U);
}

TEST_F(PacketJudgeTest, SeesPacketsForSomebodyElse) {
  PacketTag other_run = Tag(1);
  other_run.run = kRun + 1;
  Deliver(2, other_run);
  Deliver(2, Tag(1, 1));      // of another room
  Deliver(0, Tag(1));         // back to its publisher
  Deliver(kVisitor, Tag(1));  // to somebody who has not joined
  Deliver(2, Tag(1, 77));     // of no room
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.misdelivered, 5U);
  EXPECT_EQ(arrivals.legs.received, 0U);
}

TEST_F(PacketJudgeTest, SeesHarmedPackets) {
  Deliver(2, Tag(0));
  const std::vector<uint8_t> good = PacketOf(Tag(1));
  std::vector<uint8_t> bad = good;
  bad.back() ^= 1;
  judge_->OnMedia(2, bad, kBegin);
  judge_->OnMedia(2, Bytes(good).first(50), kBegin);
  judge_->OnMedia(2, PacketOf(Tag(1), 98), kBegin);         // another SSRC
  judge_->OnMedia(2, PacketOf(Tag(1), 99, 1001), kBegin);   // a jump in the sequence
  judge_->OnMedia(2, std::vector<uint8_t>(30, 0), kBegin);  // no RTP
  bad = good;
  bad[1] ^= 0x80;  // the marker
  judge_->OnMedia(2, bad, kBegin);
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.corrupted, 6U);
  EXPECT_EQ(arrivals.legs.received, 1U);
}

TEST_F(PacketJudgeTest, AcceptsPadding) {
  Deliver(2, Tag(0));
  std::vector<uint8_t> padded = PacketOf(Tag(1));
  padded[0] |= 0x20;
  padded.insert(padded.end(), {0, 0, 3});
  judge_->OnMedia(2, padded, kBegin);
  EXPECT_EQ(Taken().legs.received, 2U);
}

TEST_F(PacketJudgeTest, PassesOverRtcp) {
  const std::vector<uint8_t> report = {0x80, 200, 0, 6, 0, 0, 0, 1};
  judge_->OnMedia(2, report, kBegin);
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.corrupted + arrivals.legs.misdelivered, 0U);
}

TEST_F(PacketJudgeTest, FollowsAVisitor) {
  judge_->Admit(kVisitor, 1, kBegin);
  for (uint64_t n = 10; n < 15; ++n) Deliver(kVisitor, Tag(n, 1));
  topology_.streams[1].sent = 18;
  judge_->BeginLeave(kVisitor);
  Deliver(kVisitor, Tag(18, 1));  // sent after the wish to leave, before it is granted
  // Up to the one that came all the same; nothing beyond, whatever has been sent by then.
  const LegLedger::Settled while_leaving = judge_->Settle({0, 30});
  EXPECT_EQ(while_leaving.expected, 9U);
  EXPECT_EQ(while_leaving.lost, 3U);
  judge_->EndLeave(kVisitor, kBegin + milliseconds(20) * 19);
  Deliver(kVisitor, Tag(19, 1));
  EXPECT_EQ(judge_->Release(kVisitor).expected, 0U);
  Deliver(kVisitor, Tag(20, 1));
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.received, 6U);
  EXPECT_EQ(arrivals.legs.misdelivered, 2U);
  EXPECT_EQ(arrivals.join_latency.count(), 1U);
  EXPECT_EQ(arrivals.join_latency.max(), 201'000'000U);
}

TEST_F(PacketJudgeTest, FollowsAVisitorWhoComesAgain) {
  for (uint32_t visit = 0; visit < 2; ++visit) {
    judge_->Admit(kVisitor, 1, kBegin);
    judge_->OnMedia(kVisitor, PacketOf(Tag(5 + visit, 1), 50 + visit), kBegin);
    judge_->BeginLeave(kVisitor);
    judge_->EndLeave(kVisitor, kBegin + milliseconds(1));
    EXPECT_EQ(judge_->Release(kVisitor).lost, 0U);
  }
  const Arrivals arrivals = Taken();
  EXPECT_EQ(arrivals.legs.received, 2U);
  EXPECT_EQ(arrivals.legs.corrupted, 0U);
  EXPECT_EQ(arrivals.join_latency.count(), 2U);
}

// Whatever a network does to a stream, each packet is received or lost, once.
TEST_F(PacketJudgeTest, AccountsForEverythingThatAShufflerDoes) {
  Random random(uint64_t{7});
  constexpr uint64_t kCount = 5000;
  std::vector<std::pair<uint64_t, std::vector<uint8_t>>> arrivals;
  uint64_t corrupted = 0;
  uint64_t duplicated = 0;
  uint64_t lost = 0;
  for (uint64_t n = 0; n < kCount; ++n) {
    const uint64_t place = n + (random.OneIn(10) ? random.Below(20) : 0);
    switch (random.Below(20)) {
      case 0:
        ++lost;
        break;
      case 1: {
        std::vector<uint8_t> packet = PacketOf(Tag(n));
        packet[rtp::kFixedHeaderSize + random.Below(140)] ^= 4;
        arrivals.emplace_back(place, packet);
        ++corrupted;
        ++lost;
        break;
      }
      case 2:
        arrivals.emplace_back(place, PacketOf(Tag(n)));
        arrivals.emplace_back(place + random.Below(20), PacketOf(Tag(n)));
        ++duplicated;
        break;
      default:
        arrivals.emplace_back(place, PacketOf(Tag(n)));
    }
  }
  std::stable_sort(arrivals.begin(), arrivals.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [place, packet] : arrivals) {
    judge_->OnMedia(2, packet, kBegin + std::chrono::hours(1));
  }
  const LegLedger::Settled settled = judge_->Settle({kCount, 0});
  const Arrivals taken = Taken();
  EXPECT_EQ(taken.legs.received, kCount - lost);
  EXPECT_EQ(taken.legs.duplicated, duplicated);
  EXPECT_EQ(taken.legs.corrupted, corrupted);
  EXPECT_EQ(settled.expected, kCount);
  EXPECT_EQ(settled.lost, lost);
}

}  // namespace
}  // namespace baton::bench
