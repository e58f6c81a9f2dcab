// Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01
// section 3.1): which packets of all streams from one peer came, and when.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |      base sequence number     |      packet status count      |
//   |                 reference time                | fb pkt. count |
//   |  packet chunk, 2 bytes, each for one or more packets ...      |
//   |  receive delta, 1 or 2 bytes for each that came ... | padding |
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <span>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/feedback_chunk.h"
#include "rtp/rtcp.h"
#include "rtp/types.h"

namespace baton::rtp {

// The units of the format.
using FeedbackTicks = std::chrono::duration<int64_t, std::ratio<1, 4000>>;            // 250 us
using FeedbackReferenceTicks = std::chrono::duration<int64_t, std::ratio<64, 1000>>;  // 64 ms

struct FeedbackStatus {
  SequenceNumber sequence;  // transport-wide
  bool received = false;
  // If received: since the previous received one, or, for the first, since the reference time.
  FeedbackTicks delta{};

  friend bool operator==(const FeedbackStatus&, const FeedbackStatus&) = default;
};

// Only ParseTransportFeedback() makes one. A view: valid as long as the packet's bytes are. Copy it
// to walk again from the same place.
class TransportFeedbackReader {
 public:
  SequenceNumber base_sequence() const { return base_; }
  // Packets that it tells of.
  size_t count() const { return count_; }
  // On a clock of the peer's; 24 bits, signed, so it wraps within 12.5 days.
  FeedbackReferenceTicks reference_time() const { return FeedbackReferenceTicks(reference_time_); }
  // Counts the feedback packets of their sender, modulo 256.
  uint8_t feedback_count() const { return feedback_count_; }

  // Packet after packet, from base_sequence() on.
  std::optional<FeedbackStatus> Next();

 private:
  friend std::optional<TransportFeedbackReader> ParseTransportFeedback(const RtcpPacket& packet);
  TransportFeedbackReader(Bytes control, size_t chunks_size);

  SequenceNumber base_;
  uint16_t count_ = 0;
  int32_t reference_time_ = 0;
  uint8_t feedback_count_ = 0;

  ByteReader chunks_;
  ByteReader deltas_;
  FeedbackChunk chunk_;  // the one that is being read
  size_t in_chunk_ = 0;  // packets told of it
  uint16_t told_ = 0;    // packets told of all
};

// Nothing unless the packet is of kTransportWide, its chunks tell of all packets that it counts,
// with none of the reserved symbols, and there is a delta for each that came.
std::optional<TransportFeedbackReader> ParseTransportFeedback(const RtcpPacket& packet);

struct PacketArrival {
  ExtendedSequence sequence;  // transport-wide
  TimePoint arrival;
};

struct TransportFeedbackHeader {
  Ssrc sender;
  Ssrc media;
  // The first packet to tell of. It and all others that are not among the arrivals are told as not
  // received.
  ExtendedSequence base;
  uint8_t feedback_count = 0;
};

// Appends one feedback packet of at most out.room() bytes, for as many of `arrivals` as it can
// hold, and returns how many these are; 0, and writes nothing, if there are none.
//
// `arrivals` rise by sequence, from header.base on; times may go back. They are told in ticks,
// rounded down, so that nothing adds up. The packet ends before an arrival that is 65535 or more
// numbers above the base, or further from the one before than a delta can say (8.19 s).
size_t WriteTransportFeedback(const TransportFeedbackHeader& header,
                              std::span<const PacketArrival> arrivals, ByteWriter& out);

}  // namespace baton::rtp
