#include "bench/load/packet_judge.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "rtp/classify.h"

namespace baton::bench {
namespace {

// A ledger remembers so many seconds of its stream.
constexpr double kWindowSeconds = 4;

size_t WindowOf(const Stream& stream) {
  return static_cast<size_t>(stream.schedule.packets_per_second() * kWindowSeconds) + 64;
}

uint64_t Ns(TimePoint from, TimePoint to) {
  return static_cast<uint64_t>(std::max<int64_t>(0, (to - from).count()));
}

}  // namespace

PacketJudge::PacketJudge(const Topology& topology)
    : topology_(topology), seats_(std::make_unique<Seat[]>(topology.peers.size())) {
  const auto churn_room = std::find_if(topology.rooms.begin(), topology.rooms.end(),
                                       [](const Room& room) { return room.churn; });
  for (size_t i = 0; i < topology.peers.size(); ++i) {
    const Peer& peer = topology.peers[i];
    Seat& seat = seats_[i];
    seat.visitor = peer.role == Role::kVisitor;
    if (seat.visitor) {
      // All churn rooms are alike.
      MakeLegs(peer, seat, *churn_room);
    } else {
      seat.room = peer.room;
      MakeLegs(peer, seat, topology.rooms[peer.room]);
      seat.phase.store(Phase::kPresent, std::memory_order_relaxed);
    }
  }
}

void PacketJudge::MakeLegs(const Peer& peer, Seat& seat, const Room& room) {
  for (uint32_t i = 0; i < room.stream_count; ++i) {
    const Stream& stream = topology_.streams[room.first_stream + i];
    const bool subscribed = topology_.Subscribes(peer, stream);
    Leg& leg = seat.legs.emplace_back(subscribed ? WindowOf(stream) : 0);
    leg.subscribed = subscribed;
  }
  if (seat.visitor) seat.ends.resize(seat.legs.size());
}

void PacketJudge::Admit(uint32_t peer, uint32_t room, TimePoint asked) {
  Seat& seat = seats_[peer];
  seat.room = room;
  seat.asked = asked;
  seat.phase.store(Phase::kPresent, std::memory_order_release);
}

void PacketJudge::BeginLeave(uint32_t peer) {
  Seat& seat = seats_[peer];
  const uint32_t first = topology_.rooms[seat.room].first_stream;
  for (size_t i = 0; i < seat.ends.size(); ++i) {
    seat.ends[i] = topology_.streams[first + i].sent.load(std::memory_order_acquire);
  }
  seat.phase.store(Phase::kLeaving, std::memory_order_release);
}

void PacketJudge::EndLeave(uint32_t peer, TimePoint acknowledged) {
  Seat& seat = seats_[peer];
  seat.left_ns.store(acknowledged.time_since_epoch().count(), std::memory_order_relaxed);
  seat.phase.store(Phase::kLeft, std::memory_order_release);
}

void PacketJudge::OnMedia(uint32_t peer, Bytes datagram, TimePoint arrival) {
  if (rtp::ClassifyDatagram(datagram) == rtp::DatagramKind::kRtcp) return;
  const std::optional<rtp::PacketView> packet = rtp::ParsePacket(datagram);
  const std::optional<PacketTag> tag = packet ? ReadTag(packet->payload()) : std::nullopt;
  if (!tag || packet->marker != tag->marker || !BodyHolds(*tag, packet->payload())) {
    ++now_.legs.corrupted;
    return;
  }
  Seat& seat = seats_[peer];
  Leg* leg = FindLeg(seat, *tag, arrival);
  if (leg == nullptr) {
    ++now_.legs.misdelivered;
    return;
  }
  if (!IsTheLegsOwn(*leg, *packet, *tag)) {
    ++now_.legs.corrupted;
    return;
  }
  Greet(seat, arrival);
  if (!tag->warm_up) Count(seat, *leg, *tag, arrival);
}

PacketJudge::Leg* PacketJudge::FindLeg(Seat& seat, const PacketTag& tag, TimePoint arrival) {
  const Phase phase = seat.phase.load(std::memory_order_acquire);
  if (tag.run != topology_.run || phase == Phase::kFree) return nullptr;
  if (phase == Phase::kLeft &&
      arrival.time_since_epoch().count() > seat.left_ns.load(std::memory_order_relaxed)) {
    return nullptr;
  }
  const uint32_t index = tag.stream - topology_.rooms[seat.room].first_stream;
  if (index >= seat.legs.size() || !seat.legs[index].subscribed) return nullptr;
  return &seat.legs[index];
}

bool PacketJudge::IsTheLegsOwn(Leg& leg, const rtp::PacketView& packet, const PacketTag& tag) {
  const auto offset = static_cast<uint16_t>(packet.sequence.value() - tag.number);
  if (!leg.identified) {
    leg.identified = true;
    leg.ssrc = packet.ssrc;
    leg.sequence_offset = offset;
  }
  return leg.ssrc == packet.ssrc && leg.sequence_offset == offset;
}

void PacketJudge::Greet(Seat& seat, TimePoint arrival) {
  if (!seat.visitor || seat.greeted) return;
  seat.greeted = true;
  now_.join_latency.Record(Ns(seat.asked, arrival));
}

void PacketJudge::Count(Seat& seat, Leg& leg, const PacketTag& tag, TimePoint arrival) {
  if (!leg.begun) {
    const uint64_t first =
        topology_.streams[tag.stream].first_measured.load(std::memory_order_acquire);
    leg.ledger.Start(seat.visitor ? tag.number : std::min(first, tag.number));
    leg.begun = true;
  }
  switch (leg.ledger.Note(tag.number)) {
    case LegLedger::Arrival::kTooLate:
      return;
    case LegLedger::Arrival::kDuplicate:
      ++now_.legs.duplicated;
      return;
    case LegLedger::Arrival::kReordered:
      ++now_.legs.reordered;
      break;
    case LegLedger::Arrival::kNew:
      break;
  }
  ++now_.legs.received;
  now_.latency.Record(Ns(tag.scheduled, arrival));
}

void PacketJudge::Settle(Leg& leg, uint64_t number, LegLedger::Settled& total) {
  const LegLedger::Settled settled = leg.ledger.SettleBefore(number);
  total.expected += settled.expected;
  total.lost += settled.lost;
}

LegLedger::Settled PacketJudge::Settle(const std::vector<uint64_t>& sent) {
  LegLedger::Settled total;
  for (size_t peer = 0; peer < topology_.peers.size(); ++peer) {
    Seat& seat = seats_[peer];
    const Phase phase = seat.phase.load(std::memory_order_acquire);
    // A visitor who has left is settled by Release().
    if (phase == Phase::kFree || phase == Phase::kLeft) continue;
    const uint32_t first_stream = topology_.rooms[seat.room].first_stream;
    for (size_t i = 0; i < seat.legs.size(); ++i) {
      Leg& leg = seat.legs[i];
      if (!leg.subscribed) continue;
      const uint64_t first =
          topology_.streams[first_stream + i].first_measured.load(std::memory_order_acquire);
      if (!leg.begun && !seat.visitor && first != kNotYet) {
        leg.ledger.Start(first);
        leg.begun = true;
      }
      if (!leg.begun) continue;
      uint64_t number = sent[first_stream + i];
      if (phase == Phase::kLeaving) {
        number = std::min(number, std::max(seat.ends[i], leg.ledger.next()));
      }
      Settle(leg, number, total);
    }
  }
  return total;
}

LegLedger::Settled PacketJudge::Release(uint32_t peer) {
  Seat& seat = seats_[peer];
  LegLedger::Settled total;
  for (size_t i = 0; i < seat.legs.size(); ++i) {
    Leg& leg = seat.legs[i];
    if (leg.begun) Settle(leg, std::max(seat.ends[i], leg.ledger.next()), total);
    leg.begun = false;
    leg.identified = false;
  }
  seat.greeted = false;
  seat.phase.store(Phase::kFree, std::memory_order_release);
  return total;
}

void PacketJudge::Take(Arrivals& out) {
  std::swap(out, now_);
  now_.Clear();
}

}  // namespace baton::bench
