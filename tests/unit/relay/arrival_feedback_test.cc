// The log of arrivals and the writer of feedback together: what the publisher learns.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>
#include <optional>

#include "base/random.h"
#include "relay/transport_arrivals.h"
#include "rtp/rtcp.h"
#include "rtp/transport_feedback.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;

// A publisher that numbers its packets, and a relay that feeds back what arrives.
class ArrivalFeedbackTest : public testing::Test {
 protected:
  void Receive(uint16_t sequence) {
    log_.OnPacket(rtp::SequenceNumber(sequence), now_);
    arrived_.try_emplace(sequence, now_);
  }
  // One feedback packet of at most `room` bytes, read by the publisher.
  void Feed(size_t room) {
    const auto report = log_.MakeReport(buffer_);
    ASSERT_TRUE(report);
    std::array<uint8_t, 1'200> bytes{};
    ByteWriter out(MutableBytes(bytes).first(room));
    const size_t told = rtp::WriteTransportFeedback(
        {rtp::Ssrc(1), rtp::Ssrc(2), report->base, report->feedback_count}, report->arrivals, out);
    ASSERT_GT(told, 0u);
    ASSERT_TRUE(told == report->arrivals.size() || room < bytes.size()) << "one packet is enough";
    log_.OnReported(report->arrivals[told - 1].sequence);

    auto compound = rtp::ParseCompound(out.written(), true);
    ASSERT_TRUE(compound);
    const auto feedback = rtp::ParseTransportFeedback(*compound->Next());
    ASSERT_TRUE(feedback);
    ASSERT_EQ(feedback->feedback_count(), feedback_count_);
    ++feedback_count_;
    Learn(*feedback);
  }

  TransportArrivals log_;
  std::map<uint16_t, TimePoint> arrived_;  // and not learned yet
  size_t learned_ = 0;
  TimePoint now_{hours(1)};

 private:
  void Learn(rtp::TransportFeedbackReader feedback) {
    TimePoint time{feedback.reference_time()};
    while (const auto status = feedback.Next()) {
      const auto arrival = arrived_.find(status->sequence.value());
      if (!status->received) {
        ASSERT_TRUE(arrival == arrived_.end()) << status->sequence.value() << " has arrived";
        continue;
      }
      time += status->delta;
      if (arrival == arrived_.end()) continue;  // told before
      ASSERT_LE(time, arrival->second);
      ASSERT_LT(arrival->second - time, microseconds(250));
      arrived_.erase(arrival);
      ++learned_;
    }
  }

  TransportArrivals::Arrivals buffer_;
  uint8_t feedback_count_ = 0;
};

TEST_F(ArrivalFeedbackTest, APublisherLearnsWhenEachPacketArrived) {
  Random random(uint64_t{9});
  uint16_t sequence = 65'000;
  size_t received = 0;
  std::optional<uint16_t> held;  // by the network, for a while
  for (int i = 0; i < 30'000; ++i) {
    now_ += microseconds(random.OneIn(200) ? random.Below(3'000'000) : random.Below(1'500));
    sequence = static_cast<uint16_t>(sequence + 1 + (random.OneIn(20) ? random.Below(10) : 0));
    if (!held && random.OneIn(20)) {
      held = sequence;
      continue;
    }
    Receive(sequence);
    ++received;
    if (held && random.OneIn(10)) {
      Receive(*held);
      held.reset();
      ++received;
    }
    while (log_.NextReport() <= now_) ASSERT_NO_FATAL_FAILURE(Feed(i % 3 == 0 ? 60 : 1'200));
  }
  while (log_.NextReport() != kNever) ASSERT_NO_FATAL_FAILURE(Feed(1'200));
  EXPECT_EQ(learned_ + log_.untold(), received);
  EXPECT_EQ(arrived_.size(), log_.untold());
  EXPECT_LT(log_.untold(), received / 100) << "too late after a pause";
  EXPECT_GT(log_.untold(), 0u);
}

}  // namespace
}  // namespace baton::relay
