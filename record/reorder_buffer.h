// Brings the packets of one track into order, waits a while for what is missing, and says what
// never came.
//
// A publisher is asked again for lost packets for a second, and the numbers of a leg are
// continuous, so a number that is not there is a packet that is late or lost. Waiting is bounded in
// time, in packets and in bytes; where a bound is reached the oldest missing packets are given up.
#pragma once

#include <bitset>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "record/media.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"

namespace baton::record {

// Where the packets of a track go.
class PacketSink {
 public:
  // In order and without a number left out: what OnPacket() does not bring, OnGap() has named.
  virtual void OnPacket(const TrackPacket& packet) = 0;
  virtual void OnGap(const Gap& gap) = 0;

 protected:
  ~PacketSink() = default;
};

class ReorderBuffer {
 public:
  struct Limits {
    // For a missing packet, from when the first one behind it came.
    Duration wait = std::chrono::milliseconds(1500);
    size_t packets = 8192;            // numbers from the oldest missing to the newest, 1..8192
    size_t bytes = size_t{16} << 20;  // of payloads that wait
  };

  // Each packet given to Insert() is counted in one of the first four, at once or when it has
  // waited.
  struct Counters {
    uint64_t delivered = 0;
    uint64_t duplicates = 0;
    uint64_t late = 0;   // given up before, or older than the first of all
    uint64_t stray = 0;  // its number was far from all others, and the stream did not go on there
    uint64_t lost = 0;   // numbers in gaps; late packets are among them
  };

  // `sink` outlives this.
  explicit ReorderBuffer(PacketSink& sink) : ReorderBuffer(sink, Limits{}) {}
  ReorderBuffer(PacketSink& sink, const Limits& limits);

  // A packet of the track, at whatever number; the first one begins the order. Delivers what is due
  // then: it, if nothing before it is missing, and what waited for it; and what has waited too long
  // at `received`. Time does not go back from call to call; bytes that have to wait are copied.
  void Insert(const rtp::PacketView& packet, TimePoint received);

  // Gives up what has been missing for Limits::wait at `now`, on the clock of `received`. Packets
  // that an owner has not read yet may fill a gap: its `now` is not later than theirs.
  void HandleDeadline(TimePoint now);
  // When HandleDeadline() has something to do; kNever if nothing is missing.
  TimePoint NextDeadline() const;

  // Delivers all that waits, with the gaps in it: at the end of the track.
  void Flush();

  const Counters& counters() const { return counters_; }
  // Of payloads that wait.
  size_t held_bytes() const { return held_bytes_; }

 private:
  // A number from next_ on.
  struct Slot {
    bool arrived = false;
    bool marker = false;
    rtp::RtpTimestamp timestamp;
    TimePoint time;  // of its arrival; of one that has not, when a later one did
    std::vector<uint8_t> payload;
  };
  // A packet far from all others: the stream goes on there if the next one follows it.
  struct Stray {
    rtp::SequenceNumber sequence;
    Slot slot;
  };

  // Steps beyond these are no losses and no reordering (RFC 3550 A.1), but a stray packet, or a
  // stream of which so much is missing that its numbers came around.
  static constexpr int64_t kMaxStepForward = 8192;
  static constexpr int64_t kMaxStepBack = 2048;

  // The newest that has arrived or been given up.
  rtp::ExtendedSequence Highest() const;
  void Begin(rtp::SequenceNumber sequence);
  void Place(rtp::ExtendedSequence sequence, const rtp::PacketView& packet, TimePoint received);
  // Gives up what is too far before a packet to be waited for.
  void MakeRoom(rtp::ExtendedSequence sequence);
  void PlaceFar(const rtp::PacketView& packet, TimePoint received);
  // Keeps a packet for which others are missing.
  void Hold(rtp::ExtendedSequence sequence, const rtp::PacketView& packet, TimePoint received);
  void DeliverHeld();
  // Gives up what is missing at the front, and delivers what waited for it.
  void GiveUpFront();
  void Deliver(const Slot& slot, Bytes payload);
  // `count` numbers from next_ on.
  void GiveUp(uint64_t count);

  PacketSink& sink_;
  const Limits limits_;
  Counters counters_;
  bool started_ = false;
  rtp::ExtendedSequence next_;  // the first that has neither been delivered nor given up
  // From next_ on. If there are any, the first one is missing and the last one has arrived.
  std::deque<Slot> slots_;
  size_t held_bytes_ = 0;
  std::optional<Stray> stray_;
  // Of the numbers just below next_, by their low bits: which were given up, or are older than the
  // first of all.
  std::bitset<kMaxStepBack> given_up_;
};

}  // namespace baton::record
