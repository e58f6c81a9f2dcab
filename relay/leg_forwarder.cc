#include "relay/leg_forwarder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "relay/layer_filter.h"
#include "relay/trains.h"
#include "rtp/rewrite.h"
#include "rtp/sequence.h"

namespace baton::relay {
namespace {

bool IsAmong(std::span<const MediaPacket> packets, rtp::ExtendedSequence sequence) {
  return std::any_of(packets.begin(), packets.end(),
                     [&](const MediaPacket& packet) { return packet.sequence == sequence; });
}

rtp::RtpTimestamp OutTimestamp(const MediaPacket& packet, const LegMapping& mapping) {
  return rtp::RtpTimestamp(packet.timestamp.value() + mapping.timestamp);
}

rtp::SequenceNumber OutSequence(const MediaPacket& packet, const LegMapping& mapping) {
  return rtp::SequenceNumber(
      static_cast<uint16_t>(static_cast<int64_t>(packet.sequence.value()) + mapping.sequence));
}

// The packet is of a frame that comes after the one that the leg is sending.
bool IsOfNextFrame(const MediaPacket& packet, const FanoutEntry& leg) {
  return rtp::IsBefore(leg.cursor.newest_timestamp, OutTimestamp(packet, leg.cursor.mapping));
}

}  // namespace

LegForwarder::LegForwarder(const Limits& limits, Registry& registry, LegRouter& router,
                           PacketHistory& history, CoreMetrics& metrics)
    : registry_(registry), router_(router), history_(history), metrics_(metrics) {
  leaving_.reserve(limits.legs);
}

LegForwarder::Train LegForwarder::TrainOf(TimePoint now, uint32_t stream, Packets packets) const {
  const bool silenced = registry_.streams().At(stream).silenced;
  const Track& track = registry_.tracks().At(registry_.streams().At(stream).track);
  Train train{
      now, registry_.KeyOf(stream),    track.format, track.streams.size() > 1, silenced, false,
      0,   packets[0].sequence.value()};
  size_t payload_offset = 0;
  for (const MediaPacket& packet : packets) {
    train.extended |= packet.has_extension();
    train.oldest = std::min(train.oldest, packet.sequence.value());
    payload_offset = std::max<size_t>(payload_offset, packet.payload_offset);
  }
  train.max_header = MaxCopyHeader(payload_offset);
  return train;
}

uint64_t LegForwarder::Forward(TimePoint now, uint32_t stream_index, Packets packets, TxBatch& tx) {
  const Stream& stream = registry_.streams().At(stream_index);
  const Train train = TrainOf(now, stream_index, packets);
  uint64_t legs = 0;
  for (uint32_t c = stream.first_chunk; c != kNoIndex;) {
    FanoutTable::Chunk& chunk = registry_.fanout().chunk(c);
    legs += chunk.used;
    for (uint32_t i = 0; i < chunk.used; ++i) {
      ForwardToLeg(train, packets, chunk.entries[i], chunk.totals[i], tx);
    }
    c = chunk.next;
  }
  metrics_.copies_due.Add(legs * packets.size());
  if (!leaving_.empty()) [[unlikely]]
    FinishSwitches(now, tx);
  const Copies tapped = std::exchange(tapped_, {});
  metrics_.tapped.Add(tapped.packets, tapped.bytes);
  const Copies sent = std::exchange(sent_, {});
  metrics_.out[static_cast<size_t>(PacketKind::kRtp)].Add(sent.packets, sent.bytes);
  return sent.packets;
}

void LegForwarder::ForwardToLeg(const Train& train, Packets packets, FanoutEntry& leg,
                                FanoutTotals& totals, TxBatch& tx) {
  if ((leg.flags & FanoutEntry::kBlocked) != 0) [[unlikely]] {
    const bool paused = (leg.flags & FanoutEntry::kPaused) != 0;
    Drop(totals, paused ? DropReason::kLegPaused : DropReason::kSubscriberUnproven, packets.size());
    return;
  }
  if (train.silenced) [[unlikely]] {
    return Drop(totals, DropReason::kSpeakerLimit, packets.size());
  }
  if (leg.state != LegState::kForwarding) [[unlikely]] {
    packets = Await(train, packets, leg, totals, tx);
    if (packets.empty()) return;
  }
  constexpr uint8_t kNotPlain = FanoutEntry::kFiltered | FanoutEntry::kExtends |
                                FanoutEntry::kRenumbers | FanoutEntry::kSwitching;
  // What is older than the segment may have been numbered, or left out, otherwise.
  const bool plain =
      !train.extended && (leg.flags & kNotPlain) == 0 && train.oldest >= leg.cursor.start_in;
  Count(plain ? ForwardPlain(packets, leg, train, totals, tx)
              : ForwardMapped(packets, leg, train, totals, tx),
        leg, totals);
}

LegForwarder::Packets LegForwarder::Await(const Train& train, Packets packets, FanoutEntry& leg,
                                          FanoutTotals& totals, TxBatch& tx) {
  rtp::ExtendedSequence newest = registry_.streams().At(train.key.index).newest_forwarded;
  for (; !packets.empty(); packets = packets.subspan(1)) {
    const MediaPacket& packet = packets[0];
    if (leg.state == LegState::kHeld) {
      const bool next_frame =
          packet.frame.starts_frame && rtp::IsBefore(leg.cursor.newest_timestamp, packet.timestamp);
      if (!next_frame) {
        newest = std::max(newest, packet.sequence);
        ++leg.packets;
        continue;
      }
      // However incomplete the other stream's frame is: a whole frame has been held for it. What
      // came after it may have come before it.
      const rtp::ExtendedSequence last =
          std::max(rtp::ExtendedSequence(packet.sequence.value() - 1), newest);
      if (GoOnWithHeld(train.now, leg.leg, last, packets, tx)) return packets;
    }
    // It would go back in time.
    if (packet.sequence.value() <= leg.cursor.highest_in) {
      Drop(totals, DropReason::kBeforeLegStart, 1);
      continue;
    }
    if (leg.state == LegState::kStarting || packet.can_start) {
      const bool can_hold = history_.blocks() > 0;
      if (router_.Begin(leg.leg, train.key.index, packet, can_hold)) return packets;
      leg.packets = 1;
      continue;
    }
    Drop(totals, DropReason::kWaitingForKeyFrame, 1);
  }
  return packets;
}

LegForwarder::Copies LegForwarder::ForwardPlain(Packets packets, FanoutEntry& leg,
                                                const Train& train, FanoutTotals& totals,
                                                TxBatch& tx) {
  tx.Open(leg.destination, registry_.endpoints().At(leg.destination).flow, packets.size(),
          rtp::kFixedHeaderSize);
  Copies copies;
  LegMapping mapping;
  for (const MediaPacket& packet : packets) {
    if (Place(train, packet, leg, totals, mapping) != Placement::kCopy) [[unlikely]]
      continue;
    rtp::RewriteFixedHeader(
        packet.header,
        {leg.payload_type, OutSequence(packet, mapping), OutTimestamp(packet, mapping), leg.ssrc},
        rtp::MutableFixedHeader(tx.Append(rtp::kFixedHeaderSize, packet.rest),
                                rtp::kFixedHeaderSize));
    copies.bytes += packet.size();
    ++copies.packets;
  }
  return copies;
}

LegForwarder::Copies LegForwarder::ForwardMapped(Packets packets, FanoutEntry& leg,
                                                 const Train& train, FanoutTotals& totals,
                                                 TxBatch& tx) {
  const CopyFormat format{leg.payload_type, leg.ssrc, train.format, router_.extensions(leg.leg),
                          registry_.legs().At(leg.leg).parameters.mid};
  Endpoint& subscriber = registry_.endpoints().At(leg.destination);
  const size_t at_once = tx.CapacityWith(train.max_header);
  Copies copies;
  for (size_t i = 0; i < packets.size(); ++i) {
    const MediaPacket& packet = packets[i];
    if (i % at_once == 0) {
      tx.Open(leg.destination, subscriber.flow, std::min(at_once, packets.size() - i),
              train.max_header);
    }
    if ((leg.flags & FanoutEntry::kSwitching) != 0 &&
        ((leg.flags & FanoutEntry::kMidFrame) == 0 || IsOfNextFrame(packet, leg)) &&
        HasHeld(train.now, leg.leg)) {
      Drop(totals, DropReason::kLegSwitched, packets.size() - i);
      Leave(leg);
      break;
    }
    CopyNumbers numbers;
    const Placement placement = Place(train, packet, leg, totals, numbers.mapping);
    if (placement == Placement::kNone) continue;
    numbers.sequence = OutSequence(packet, numbers.mapping);
    if (placement == Placement::kEmpty) {
      Copies& sum = SumFor(leg);
      sum.bytes += AppendEmpty(packet, format, numbers, tx);
      ++sum.packets;
      metrics_.fillers.Add();
      continue;
    }
    if (format.extensions.transport_sequence() != 0) {
      numbers.transport_sequence = rtp::SequenceNumber(subscriber.transport_sequence++);
    }
    copies.bytes += AppendCopy(packet, format, numbers, train.now, tx);
    ++copies.packets;
  }
  // The frame is complete: no need to wait for what comes next.
  if (leg.state == LegState::kForwarding && (leg.flags & FanoutEntry::kSwitching) != 0 &&
      (leg.flags & FanoutEntry::kMidFrame) == 0) {
    Leave(leg);
  }
  return copies;
}

LegForwarder::Placement LegForwarder::Place(const Train& train, const MediaPacket& packet,
                                            FanoutEntry& leg, FanoutTotals& totals,
                                            LegMapping& mapping) {
  if (packet.sequence.value() > leg.cursor.highest_in) [[likely]] {
    if ((leg.flags & FanoutEntry::kFiltered) != 0 && !PassesFilter(train, packet, leg)) {
      LeaveOut(train, packet, leg);
      Drop(totals, DropReason::kLayerLeftOut, 1);
      return Placement::kNone;
    }
    Advance(packet, leg);
    mapping = leg.cursor.mapping;
    return Placement::kCopy;
  }
  if (packet.sequence.value() >= leg.cursor.start_in) {
    mapping = leg.cursor.mapping;
  } else if (const auto found = registry_.segments(leg.leg).FindByIn(train.key, packet.sequence)) {
    mapping = *found;
  } else {
    Drop(totals, DropReason::kBeforeLegStart, 1);
    return Placement::kNone;
  }
  if (!HasLayer(packet.frame, mapping)) {
    Drop(totals, DropReason::kLayerLeftOut, 1);
    return Placement::kEmpty;
  }
  // What came before it may have been left out.
  const rtp::RtpTimestamp timestamp = OutTimestamp(packet, mapping);
  if (rtp::IsBefore(leg.cursor.newest_timestamp, timestamp)) {
    leg.cursor.newest_timestamp = timestamp;
  }
  return Placement::kCopy;
}

void LegForwarder::Advance(const MediaPacket& packet, FanoutEntry& leg) const {
  LegCursor& cursor = leg.cursor;
  cursor.highest_in = packet.sequence.value();
  cursor.newest_timestamp = OutTimestamp(packet, cursor.mapping);
  if (packet.payload_size() == 0) return;  // padding, which is part of no frame
  const rtp::FrameInfo& frame = packet.frame;
  const bool ends =
      frame.ends_picture || (frame.ends_frame && frame.spatial == cursor.mapping.spatial());
  leg.flags &= static_cast<uint8_t>(~FanoutEntry::kMidFrame);
  if (!ends) leg.flags |= FanoutEntry::kMidFrame;
}

bool LegForwarder::PassesFilter(const Train& train, const MediaPacket& packet, FanoutEntry& leg) {
  LegCursor& cursor = leg.cursor;
  const uint8_t before = cursor.mapping.layers;
  const Layer wanted = registry_.legs().At(leg.leg).wanted;
  const bool passes =
      AdmitLayer(packet.frame, WantedWithin(wanted, train.has_encodings), cursor.mapping);
  if (before == cursor.mapping.layers) return passes;
  cursor.start_in = packet.sequence.value();
  registry_.segments(leg.leg).Begin({train.key, cursor.start_in, cursor.mapping});
  router_.LayersChanged(leg);
  return passes;
}

// What follows moves up to its number. Of VP8's pictures, which count one by one, too; where
// pictures refer to each other by number they keep theirs.
void LegForwarder::LeaveOut(const Train& train, const MediaPacket& packet, FanoutEntry& leg) {
  LegCursor& cursor = leg.cursor;
  cursor.highest_in = packet.sequence.value();
  --cursor.mapping.sequence;
  const bool counts = train.format == rtp::PayloadFormat::kVp8 && packet.frame.picture_id_bits > 0;
  if (counts && cursor.newest_left_out != packet.frame.picture_id) {
    cursor.newest_left_out = packet.frame.picture_id;
    --cursor.mapping.picture_id;
  }
  cursor.start_in = packet.sequence.value() + 1;
  if (cursor.mapping.renumbers_pictures()) leg.flags |= FanoutEntry::kRenumbers;
  registry_.segments(leg.leg).Begin({train.key, cursor.start_in, cursor.mapping});
}

void LegForwarder::Leave(FanoutEntry& leg) {
  leg.state = LegState::kLeaving;
  leaving_.push_back(leg.leg);
}

void LegForwarder::FinishSwitches(TimePoint now, TxBatch& tx) {
  for (const uint32_t index : leaving_) {
    const uint32_t to = registry_.legs().At(index).next.stream;
    GoOnWithHeld(now, index, registry_.streams().At(to).newest_forwarded, {}, tx);
  }
  leaving_.clear();
}

// Whether the packet from which on the leg is held was kept. If not, it stays where it is, with all
// that is still to come there, and waits for another one.
bool LegForwarder::HasHeld(TimePoint now, uint32_t index) {
  const LegPlace& next = registry_.legs().At(index).next;
  FanoutEntry& entry = registry_.fanout().At(next);
  if (history_.Find(next.stream, rtp::ExtendedSequence(entry.cursor.start_in), now)) return true;
  Drop(registry_.fanout().TotalsAt(next), DropReason::kWaitingForKeyFrame,
       std::exchange(entry.packets, 0));
  router_.WaitAgain(index);
  return false;
}

// The leg goes on with the packet from which on it is held, and with all that came since, up to
// `last` and without those that are still to come. False if that packet was not kept.
bool LegForwarder::GoOnWithHeld(TimePoint now, uint32_t index, rtp::ExtendedSequence last,
                                Packets to_come, TxBatch& tx) {
  Leg& leg = registry_.legs().At(index);
  const uint32_t stream = leg.next.stream;
  FanoutEntry& entry = registry_.fanout().At(leg.next);
  FanoutTotals& totals = registry_.fanout().TotalsAt(leg.next);
  const uint64_t held = std::exchange(entry.packets, 0);
  const auto first = history_.Find(stream, rtp::ExtendedSequence(entry.cursor.start_in), now);
  if (!first) {
    Drop(totals, DropReason::kWaitingForKeyFrame, held);
    router_.WaitAgain(index);
    return false;
  }
  router_.TakeOver(index, *first);
  const uint64_t replayed = Replay(now, entry, stream, last, to_come, tx);
  if (held > replayed) Drop(totals, DropReason::kLegSwitched, held - replayed);
  if (replayed > held) metrics_.copies_due.Add(replayed - held);
  return true;
}

uint64_t LegForwarder::Replay(TimePoint now, FanoutEntry& leg, uint32_t stream,
                              rtp::ExtendedSequence last, Packets to_come, TxBatch& tx) {
  FanoutTotals& totals = registry_.fanout().TotalsAt(registry_.legs().At(leg.leg).current);
  std::array<MediaPacket, Trains::kMaxTrain> found;
  size_t count = 0;
  uint64_t replayed = 0;
  const auto send = [&] {
    if (count == 0) return;
    const Packets packets(found.data(), count);
    Count(ForwardMapped(packets, leg, TrainOf(now, stream, packets), totals, tx), leg, totals);
    replayed += count;
    count = 0;
  };
  for (uint64_t in = leg.cursor.start_in; in <= last.value(); ++in) {
    const rtp::ExtendedSequence sequence(in);
    if (IsAmong(to_come, sequence)) continue;
    const auto packet = history_.Find(stream, sequence, now);
    if (!packet) continue;
    found[count++] = *packet;
    if (count == found.size()) send();
  }
  send();
  return replayed;
}

void LegForwarder::Drop(FanoutTotals& totals, DropReason reason, uint64_t packets) {
  totals.dropped += packets;
  metrics_.Drop(reason, packets);
}

void LegForwarder::Count(const Copies& copies, FanoutEntry& leg, FanoutTotals& totals) {
  leg.packets += copies.packets;
  totals.bytes += copies.bytes;
  Copies& sum = SumFor(leg);
  sum.packets += copies.packets;
  sum.bytes += copies.bytes;
}

}  // namespace baton::relay
