// What is missing from one stream, and when to ask its sender for it (generic NACK, RFC 4585
// section 6.2.1).
//
// A number that is missing is asked for once it is older than ordinary reordering, and again, less
// and less often, until it comes or is too old to be of use. It all happens in the stream's own
// continuous numbering, which begins above 0. Plain data, of which all zeros are a stream that has
// not begun.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

#include "base/time_point.h"
#include "rtp/types.h"

namespace baton::relay {

class LossRequests {
 public:
  // Numbers that are kept track of.
  static constexpr size_t kMaxMissing = 128;
  // What is missing may only be late; it is first asked for when it has been missing for so long.
  static constexpr Duration kReorderTolerance = std::chrono::milliseconds(10);
  // A request is given at least so long to be answered, whatever the round-trip time; then half as
  // long again for each that follows.
  static constexpr Duration kMinWait = std::chrono::milliseconds(20);
  // What has been missing for so long is given up.
  static constexpr Duration kMaxAge = std::chrono::seconds(1);
  // Want() takes numbers that are no further behind the newest.
  static constexpr uint64_t kWantWindow = 1024;

  enum class Kind : uint8_t {
    kInOrder,   // the next one; also the very first
    kGap,       // numbers before it are missing
    kOverflow,  // likewise, and more than there is room for: the oldest were given up
    kFilled,    // it was missing
    kLate,      // it was not missing, or was given up
  };
  struct Result {
    Kind kind = Kind::kInOrder;
    // The rest is of kFilled. It had been asked for:
    bool was_requested = false;
    // ... once, so that it is clear which request it answers (Karn's rule): how long that took. Too
    // short if the packet was late and not lost after all.
    std::optional<Duration> round_trip;
  };

  // A packet has come, for the first time.
  Result OnPacket(rtp::ExtendedSequence sequence, TimePoint now) {
    if (sequence.value() == newest_.value() + 1) [[likely]] {
      newest_ = sequence;
      return {};
    }
    return OnPacketOutOfOrder(sequence, now);
  }

  // A subscriber asks for a number that is not kept (any more). It is asked for, once for all who
  // want it and from the next TakeDue() on. False if nothing is to be done: it is being asked for
  // already, is above the newest or too far behind it, or there is no room.
  bool Want(rtp::ExtendedSequence sequence, TimePoint now);

  // Takes the numbers to ask for now, rising, as many as `out` has room for; the rest stays due.
  // Gives up what is too old. `round_trip` is the best that is known.
  size_t TakeDue(TimePoint now, Duration round_trip, std::span<rtp::ExtendedSequence> out);
  // When TakeDue() has something to do next; kNever if nothing is missing.
  TimePoint NextDue() const;

  // How many missing numbers were given up since the last call, for their age or for want of room:
  // without a key frame those who watch may not recover. Those that were only wanted by a
  // subscriber are not among them; it asks for a key frame itself.
  uint64_t TakeGivenUp();

  // Nothing is being asked for.
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  // As if nothing had come yet.
  void Clear();

 private:
  struct Missing {
    rtp::ExtendedSequence sequence;
    TimePoint since;
    TimePoint asked;  // the last time, if there was one
    TimePoint due;    // when to ask next
    uint32_t requests = 0;
    bool wanted = false;  // by Want()

    void Ask(TimePoint now, Duration round_trip);
  };

  Result OnPacketOutOfOrder(rtp::ExtendedSequence sequence, TimePoint now);
  Result Fill(rtp::ExtendedSequence sequence, TimePoint now);
  bool AddGap(uint64_t first, uint64_t end, TimePoint now);
  void GiveUpOld(TimePoint now);
  void CountGivenUp(const Missing& missing);
  size_t LowerBound(rtp::ExtendedSequence sequence) const;
  bool IsAt(size_t position, rtp::ExtendedSequence sequence) const;
  void Erase(size_t first, size_t count);

  rtp::ExtendedSequence newest_;  // 0: none yet
  size_t size_ = 0;
  uint64_t given_up_ = 0;
  std::array<Missing, kMaxMissing> missing_{};  // the first size_, rising
};

static_assert(std::is_trivially_copyable_v<LossRequests>);

}  // namespace baton::relay
