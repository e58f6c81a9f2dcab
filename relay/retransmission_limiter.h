// Which retransmissions one leg may have: each packet at most once per round trip, and all together
// at most a part of what the leg is sent anyway, so that a subscriber whose network is full, or who
// means harm, does not make the relay send without bound.
//
// Plain data, of which all zeros are a leg that has had none.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "base/time_point.h"
#include "rtp/types.h"

namespace baton::relay {

class RetransmissionLimiter {
 public:
  // Retransmissions that are remembered; a further one makes the oldest forgotten.
  static constexpr size_t kRemembered = 64;
  // The budget at the start, in bytes. It grows by half a byte for each byte of media that is sent,
  // up to a maximum: a long calm is no reason for a long burst.
  static constexpr uint64_t kInitialBudget = uint64_t{64} * 1024;
  static constexpr uint64_t kMaxBudget = uint64_t{256} * 1024;

  enum class Result : uint8_t {
    kSend,        // it is remembered, and taken from the budget
    kTooSoon,     // it was sent less than a round trip ago
    kOverBudget,  // it is larger than what is left
  };

  // May the packet with the leg's number `sequence`, of `size` bytes, be sent again? `media_bytes`
  // is what the leg was sent in all, without retransmissions, and never falls. Time counts in whole
  // milliseconds, and a round trip as at least one.
  Result Admit(rtp::SequenceNumber sequence, size_t size, uint64_t media_bytes, TimePoint now,
               Duration round_trip) {
    const uint32_t now_ms = Milliseconds(now);
    if (WasSentWithin(sequence, now_ms, RoundTripMs(round_trip))) return Result::kTooSoon;
    // What is above the maximum is forgone: it counts as spent.
    const uint64_t earned = kInitialBudget + media_bytes / 2;
    spent_ = std::max(spent_, earned - std::min(earned, kMaxBudget));
    if (size > earned - spent_) return Result::kOverBudget;
    spent_ += size;
    Remember(sequence, now_ms);
    return Result::kSend;
  }

 private:
  // Wraps after 49 days, which differences survive.
  static uint32_t Milliseconds(TimePoint time) {
    return static_cast<uint32_t>(
        std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count());
  }
  static uint32_t RoundTripMs(Duration round_trip) {
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(round_trip).count();
    return static_cast<uint32_t>(std::max<int64_t>(ms, 1));
  }

  bool WasSentWithin(rtp::SequenceNumber sequence, uint32_t now_ms, uint32_t interval_ms) const {
    for (size_t i = 0; i < used_; ++i) {
      if (sequences_[i] == sequence && now_ms - times_ms_[i] < interval_ms) return true;
    }
    return false;
  }
  void Remember(rtp::SequenceNumber sequence, uint32_t now_ms) {
    sequences_[next_] = sequence;
    times_ms_[next_] = now_ms;
    next_ = static_cast<uint8_t>((next_ + 1) % kRemembered);
    if (used_ < kRemembered) ++used_;
  }

  uint64_t spent_ = 0;  // of the budget
  std::array<uint32_t, kRemembered> times_ms_{};
  std::array<rtp::SequenceNumber, kRemembered> sequences_{};
  uint8_t used_ = 0;  // entries of both
  uint8_t next_ = 0;  // to be written
};

static_assert(std::is_trivially_copyable_v<RetransmissionLimiter>);

}  // namespace baton::relay
