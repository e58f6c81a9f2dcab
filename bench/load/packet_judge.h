// What every datagram that reaches a peer is: the packet that was due there, unharmed and once, or
// something else. Pure but for the atomics by which the control thread tells who is where.
//
// A leg is a stream that a peer is to get. Its SSRC, and the distance of its sequence numbers from
// the packets' own numbers, stay what they were in its first packet; anything else counts as
// corrupted.
//
// The legs of visitors begin with the first packet that they receive, and end with the last one
// that was sent before they asked to leave, or that they received, if that is later. Whatever
// arrives after the node has acknowledged the leave is misdelivered.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/time_point.h"
#include "bench/load/interval_log.h"
#include "bench/load/leg_ledger.h"
#include "bench/load/packet_format.h"
#include "bench/load/topology.h"
#include "rtp/packet.h"

namespace baton::bench {

class PacketJudge {
 public:
  // `topology` outlives the judge. Packets of the warm-up are judged, and not counted as received.
  explicit PacketJudge(const Topology& topology);

  // --- The control thread, about visitors.

  // Before the node is asked to let `peer` into `room`. `peer` is free: new, or told by Release().
  void Admit(uint32_t peer, uint32_t room, TimePoint asked);
  // Before the node is asked to remove it.
  void BeginLeave(uint32_t peer);
  // The node has acknowledged it.
  void EndLeave(uint32_t peer, TimePoint acknowledged);

  // --- The receiving thread.

  void OnMedia(uint32_t peer, Bytes datagram, TimePoint arrival);
  // A datagram that is nothing that a node would send there.
  void OnCorrupted() { ++now_.legs.corrupted; }
  void CountBytes(size_t bytes) { now_.received_bytes += bytes; }

  // Settles the legs of all peers; `sent` is by stream: packets with lower numbers have arrived or
  // are lost.
  LegLedger::Settled Settle(const std::vector<uint64_t>& sent);
  // Settles the legs of a visitor that has left, whose last packets have been read. It is free
  // then.
  LegLedger::Settled Release(uint32_t peer);

  void ForgetWarmUp() { now_.ForgetWarmUp(); }
  // Moves what was counted to `out`, whose contents are overwritten, and begins anew.
  void Take(Arrivals& out);

 private:
  enum class Phase : uint8_t { kFree, kPresent, kLeaving, kLeft };

  struct Leg {
    explicit Leg(size_t window) : ledger(window) {}
    LegLedger ledger;
    bool subscribed = false;
    bool begun = false;       // the ledger counts
    bool identified = false;  // ssrc and sequence_offset are known
    rtp::Ssrc ssrc;
    uint16_t sequence_offset = 0;  // sequence number - number
  };

  // What a peer expects. The control thread writes a visitor's in front of a store to `phase`.
  struct Seat {
    std::atomic<Phase> phase{Phase::kFree};
    std::atomic<int64_t> left_ns{0};
    uint32_t room = kNoRoom;
    TimePoint asked;             // visitors: when they asked to join
    std::vector<uint64_t> ends;  // visitors, from kLeaving on: of each leg
    bool visitor = false;
    bool greeted = false;   // visitors: a packet has come
    std::vector<Leg> legs;  // by stream of the room
  };

  void MakeLegs(const Peer& peer, Seat& seat, const Room& room);
  // The leg that `tag` is for; null if it is not for this peer, or no longer.
  Leg* FindLeg(Seat& seat, const PacketTag& tag, TimePoint arrival);
  bool IsTheLegsOwn(Leg& leg, const rtp::PacketView& packet, const PacketTag& tag);
  void Greet(Seat& seat, TimePoint arrival);
  void Count(Seat& seat, Leg& leg, const PacketTag& tag, TimePoint arrival);
  static void Settle(Leg& leg, uint64_t number, LegLedger::Settled& total);

  const Topology& topology_;
  std::unique_ptr<Seat[]> seats_;  // by peer
  Arrivals now_;
};

}  // namespace baton::bench
