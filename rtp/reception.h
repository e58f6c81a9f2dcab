// What a receiver knows of one RTP source: sequence validity (RFC 3550 A.1), packets expected and
// lost (A.3), interarrival jitter (A.8).
//
// There is no probation: a track's SSRC was announced by its controller and its packets come from a
// proven address, so the first one is believed. What A.1 does about sequence jumps is kept, because
// senders restart.
#pragma once

#include <array>
#include <cstdint>

#include "base/time_point.h"
#include "rtp/sequence.h"
#include "rtp/types.h"

namespace baton::rtp {

// Where a packet stands among those before it.
enum class Arrival : uint8_t {
  kInOrder,    // the newest so far, possibly after a gap; also the very first
  kLate,       // older than the newest, and not seen before
  kDuplicate,  // its sequence number was seen before
  kJump,       // too far away to be believed, and not counted as received
  kRestarted,  // the second of two consecutive ones after a jump: the sender numbers anew
};

struct ArrivalResult {
  Arrival kind = Arrival::kInOrder;
  // A total order over the whole life of the source. After a restart it continues above everything
  // before, so the difference across a restart is not a count of packets. Meaningless for kJump.
  ExtendedSequence sequence;
};

// Plain data.
class Reception {
 public:
  // A.1: a step forward below kMaxDropout is a gap; a step back of less than kMaxMisorder is
  // reordering; all else is a jump. Further back than A.1 suggests, because what was lost is asked
  // for again and comes a second late.
  static constexpr uint16_t kMaxDropout = 3000;
  static constexpr uint16_t kMaxMisorder = 1024;

  // One packet, in the order of arrival. `clock_rate` in Hz, > 0, the same for every call.
  ArrivalResult Update(SequenceNumber sequence, RtpTimestamp timestamp, TimePoint arrival,
                       uint32_t clock_rate);

  // A packet that came as a retransmission in a stream of its own (RFC 4588): marks it as seen, and
  // does not count it. kLate if it was missing. What is newer than all that was seen, or out of the
  // window, is kJump: nobody asked for it.
  ArrivalResult Repair(SequenceNumber sequence);

  // Whether the packet, which is not newer than the newest, has not come; only what can still be
  // told, and could still be taken.
  bool IsMissing(ExtendedSequence sequence) const;

  bool started() const { return started_; }
  ExtendedSequence highest() const { return highest_; }
  // Duplicates and late ones are among them; jumps are not.
  uint64_t received() const { return received_; }
  // By sequence numbers. A.1 forgets at a restart; this is the sum over all of them.
  uint64_t expected() const;
  // Negative if there were more duplicates than losses.
  int64_t lost() const {
    return static_cast<int64_t>(expected()) - static_cast<int64_t>(received_);
  }
  // In units of the clock rate.
  uint32_t jitter() const;

 private:
  // A window of what was seen: at least as wide as kMaxMisorder, so that a late packet and a
  // duplicate are told apart with certainty.
  static constexpr uint32_t kWindow = 1024;
  static_assert(kWindow >= kMaxMisorder);

  ArrivalResult Place(SequenceNumber sequence);
  void Begin(ExtendedSequence first);
  void Restart(SequenceNumber sequence);
  // Makes the packet `steps` above highest_ the highest.
  void MoveTo(uint32_t steps);
  // The packet has arrived; false if it had before.
  bool MarkSeen(ExtendedSequence sequence);
  void Forget(ExtendedSequence sequence);
  void UpdateJitter(RtpTimestamp timestamp, TimePoint arrival, uint32_t clock_rate);

  ExtendedSequence first_;    // of this numbering
  ExtendedSequence highest_;  // of this numbering
  // By the number modulo kWindow: whether it has arrived. For those up to kWindow below highest_.
  std::array<uint64_t, kWindow / 64> seen_{};
  uint64_t expected_before_ = 0;  // over earlier numberings
  uint64_t received_ = 0;
  uint64_t jitter_x16_ = 0;  // A.8 keeps it scaled by 16
  uint32_t transit_ = 0;
  SequenceNumber after_jump_;  // A.1 bad_seq: what would confirm a restart
  bool jumped_ = false;        // after_jump_ is meaningful
  bool started_ = false;
  bool has_transit_ = false;
};

}  // namespace baton::rtp
