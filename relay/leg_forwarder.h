// Fan-out: the packets of a stream go to its legs, each with its own header; legs begin, leave
// layers out, and are switched on the way.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/leg_egress.h"
#include "relay/leg_router.h"
#include "relay/media_packet.h"
#include "relay/metrics.h"
#include "relay/packet_history.h"
#include "relay/registry.h"

namespace baton::relay {

class LegForwarder {
 public:
  LegForwarder(const Limits& limits, Registry& registry, LegRouter& router, PacketHistory& history,
               CoreMetrics& metrics);

  static size_t BytesPerLeg() { return sizeof(uint32_t); }

  // Packets of one stream in the order of arrival, 1..Trains::kMaxTrain, which the history has.
  // Returns how many packets were sent.
  uint64_t Forward(TimePoint now, uint32_t stream, std::span<const MediaPacket> packets,
                   TxBatch& tx);

 private:
  using Packets = std::span<const MediaPacket>;
  // What the packets of a train have in common.
  struct Train {
    TimePoint now;
    StreamKey key;
    rtp::PayloadFormat format;
    bool has_encodings;
    bool silenced;
    bool extended;      // at least one packet has a header extension
    size_t max_header;  // of a copy that is not plain
    uint64_t oldest;    // sequence
  };
  struct Copies {
    uint64_t packets = 0;
    uint64_t bytes = 0;
  };
  enum class Placement : uint8_t {
    kCopy,
    kEmpty,  // it is left out, but has a number that nothing else can have any more
    kNone,   // it is left out
  };

  Train TrainOf(TimePoint now, uint32_t stream, Packets packets) const;
  void ForwardToLeg(const Train& train, Packets packets, FanoutEntry& leg, FanoutTotals& totals,
                    TxBatch& tx);
  // Of packets for a leg that does not forward, those that it does forward: it may begin with one.
  Packets Await(const Train& train, Packets packets, FanoutEntry& leg, FanoutTotals& totals,
                TxBatch& tx);
  Copies ForwardPlain(Packets packets, FanoutEntry& leg, const Train& train, FanoutTotals& totals,
                      TxBatch& tx);
  Copies ForwardMapped(Packets packets, FanoutEntry& leg, const Train& train, FanoutTotals& totals,
                       TxBatch& tx);
  // What becomes of the packet, and, if it has a number, the mapping that gives it.
  Placement Place(const Train& train, const MediaPacket& packet, FanoutEntry& leg,
                  FanoutTotals& totals, LegMapping& mapping);
  void Advance(const MediaPacket& packet, FanoutEntry& leg) const;
  bool PassesFilter(const Train& train, const MediaPacket& packet, FanoutEntry& leg);
  void LeaveOut(const Train& train, const MediaPacket& packet, FanoutEntry& leg);
  void Leave(FanoutEntry& leg);
  void FinishSwitches(TimePoint now, TxBatch& tx);
  bool HasHeld(TimePoint now, uint32_t leg);
  bool GoOnWithHeld(TimePoint now, uint32_t leg, rtp::ExtendedSequence last, Packets to_come,
                    TxBatch& tx);
  uint64_t Replay(TimePoint now, FanoutEntry& leg, uint32_t stream, rtp::ExtendedSequence last,
                  Packets to_come, TxBatch& tx);
  void Drop(FanoutTotals& totals, DropReason reason, uint64_t packets);
  void Count(const Copies& copies, FanoutEntry& leg, FanoutTotals& totals);

  Registry& registry_;
  LegRouter& router_;
  PacketHistory& history_;
  CoreMetrics& metrics_;
  std::vector<uint32_t> leaving_;  // legs of the stream that is being forwarded
  Copies sent_;                    // of it
};

}  // namespace baton::relay
