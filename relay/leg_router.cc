#include "relay/leg_router.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "relay/layer_filter.h"
#include "rtp/payload/payload_format.h"
#include "rtp/sequence.h"

namespace baton::relay {
namespace {

// The new stream's pictures are numbered on from where the old one's have got to.
void ContinuePictures(const rtp::PictureNumbers& newest, const rtp::FrameInfo& frame,
                      LegMapping& mapping) {
  if (frame.picture_id_bits > 0) {
    mapping.picture_id = static_cast<uint16_t>(newest.picture_id + 1 - frame.picture_id);
  }
  if (frame.has_tl0_picture_index) {
    mapping.tl0_picture_index =
        static_cast<uint8_t>(newest.tl0_picture_index + 1 - frame.tl0_picture_index);
  }
}

// The media clock's advance over a time, which is negative where a packet was held while the other
// stream went on.
uint32_t Ticks(Duration elapsed, uint32_t clock_rate) {
  const int64_t us = std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
  return static_cast<uint32_t>(us * clock_rate / 1'000'000);
}

}  // namespace

LegRouter::LegRouter(const Limits& limits, Registry& registry, PublisherFeedback& feedback,
                     EventReporter& events, CoreMetrics& metrics)
    : registry_(registry),
      feedback_(feedback),
      events_(events),
      metrics_(metrics),
      extensions_(limits.legs) {}

rtp::ExtensionMap LegRouter::ExtensionsFor(uint32_t leg_index, uint32_t stream) const {
  const Leg& leg = registry_.legs().At(leg_index);
  const Track& track = registry_.tracks().At(registry_.streams().At(stream).track);
  rtp::ExtensionIds ids = registry_.endpoints().At(track.publisher).parameters.extensions;
  // A dependency descriptor's numbers cannot be kept in step with those in the payload, which say
  // the same.
  if (rtp::HasPictureNumbers(track.format)) {
    ids.Set(rtp::ExtensionKind::kDependencyDescriptor, 0);
  }
  return {ids, registry_.endpoints().At(leg.subscriber).parameters.extensions};
}

FanoutEntry LegRouter::EntryFor(uint32_t index) const {
  const Leg& leg = registry_.legs().At(index);
  const Endpoint& subscriber = registry_.endpoints().At(leg.subscriber);
  FanoutEntry entry;
  entry.leg = index;
  entry.destination = leg.subscriber;
  entry.ssrc = leg.parameters.ssrc;
  entry.payload_type = leg.parameters.payload_type;
  if (leg.paused) entry.flags |= FanoutEntry::kPaused;
  if (subscriber.transport == Transport::kSink) entry.flags |= FanoutEntry::kTap;
  if (subscriber.state != EndpointState::kProven) entry.flags |= FanoutEntry::kUnreachable;
  const rtp::ExtensionIds& ids = subscriber.parameters.extensions;
  if ((ids.IdOf(rtp::ExtensionKind::kMid) != 0 && !leg.parameters.mid.empty()) ||
      ids.IdOf(rtp::ExtensionKind::kTransportSequence) != 0 ||
      ids.IdOf(rtp::ExtensionKind::kAbsoluteSendTime) != 0) {
    entry.flags |= FanoutEntry::kExtends;
  }
  return entry;
}

// The highest encoding that is wanted and sent; of those that are not wanted the lowest that is
// sent, because something is better than nothing.
uint32_t LegRouter::TargetOf(const Track& track, Layer wanted) const {
  const size_t highest = std::min<size_t>(wanted.spatial, track.streams.size() - 1);
  for (size_t i = highest + 1; i-- > 0;) {
    if (registry_.streams().At(track.streams[i]).running) return track.streams[i];
  }
  for (size_t i = highest + 1; i < track.streams.size(); ++i) {
    if (registry_.streams().At(track.streams[i]).running) return track.streams[i];
  }
  return track.streams[highest];
}

void LegRouter::Start(uint32_t index, rtp::SequenceNumber first, uint32_t timestamp_offset) {
  Leg& leg = registry_.legs().At(index);
  const Track& track = registry_.tracks().At(leg.track);
  // next_out() is `first`.
  leg.left_off.mapping.sequence = int64_t{first.value()} - 1;
  leg.left_off.mapping.timestamp = timestamp_offset;
  if (track.streams.size() > 1) return Retarget(index);
  FanoutEntry entry = EntryFor(index);
  entry.cursor = leg.left_off;
  extensions_[index] = ExtensionsFor(index, track.streams[0]);
  registry_.Place(index, &Leg::current, track.streams[0], entry);
  feedback_.WantKeyFrame(track.streams[0]);
}

void LegRouter::Retarget(uint32_t index) {
  const Leg& leg = registry_.legs().At(index);
  Aim(index, TargetOf(registry_.tracks().At(leg.track), leg.wanted));
}

void LegRouter::Aim(uint32_t index, uint32_t stream) {
  Leg& leg = registry_.legs().At(index);
  if (leg.next.stream == stream) return;
  CancelSwitch(index);
  if (leg.current.stream == stream) return;
  FanoutEntry entry = EntryFor(index);
  entry.state = LegState::kWaiting;
  registry_.Place(index, &Leg::next, stream, entry);
  feedback_.WantKeyFrame(stream);
}

void LegRouter::CancelSwitch(uint32_t index) {
  DropHeld(index);
  registry_.Displace(index, &Leg::next);
}

// What was held is not going to be sent, and the current stream goes on.
void LegRouter::DropHeld(uint32_t index) {
  const Leg& leg = registry_.legs().At(index);
  if (leg.next.is_none()) return;
  FanoutEntry& next = registry_.fanout().At(leg.next);
  if (next.state != LegState::kHeld) return;
  const uint64_t held = std::exchange(next.packets, 0);
  registry_.fanout().TotalsAt(leg.next).dropped += held;
  metrics_.Drop(DropReason::kLegSwitched, held);
  next.state = LegState::kWaiting;
  if (leg.current.is_none()) return;
  registry_.fanout().At(leg.current).flags &= static_cast<uint8_t>(~FanoutEntry::kSwitching);
}

// The numbering stays with the leg until it begins elsewhere.
void LegRouter::LeaveCurrent(uint32_t index) {
  Leg& leg = registry_.legs().At(index);
  if (leg.current.is_none()) return;
  const Stream& stream = registry_.streams().At(leg.current.stream);
  leg.left_off = registry_.fanout().At(leg.current).cursor;
  leg.left_off_at = stream.ingress.last_arrival();
  leg.left_off_pictures = NewestPictures(leg.current);
  registry_.Displace(index, &Leg::current);
}

void LegRouter::SetWanted(uint32_t index, Layer wanted) {
  Leg& leg = registry_.legs().At(index);
  const bool up = wanted.spatial > leg.wanted.spatial;
  leg.wanted = wanted;
  Retarget(index);
  if (leg.current.is_none()) return;
  UpdateFilter(registry_.fanout().At(leg.current), leg);
  if (up && !HasEncodings(leg)) feedback_.WantKeyFrame(leg.current.stream);
}

void LegRouter::UpdateFilter(FanoutEntry& entry, const Leg& leg) const {
  const LayersWanted wanted = WantedWithin(leg.wanted, HasEncodings(leg));
  const LayersWanted current{entry.cursor.mapping.temporal(), entry.cursor.mapping.spatial()};
  entry.flags &= static_cast<uint8_t>(~FanoutEntry::kFiltered);
  if (wanted != LayersWanted{} || current != LayersWanted{}) entry.flags |= FanoutEntry::kFiltered;
}

bool LegRouter::HasEncodings(const Leg& leg) const {
  const Stream& current = registry_.streams().At(leg.current.stream);
  return registry_.tracks().At(current.track).streams.size() > 1;
}

// Forwards nothing until what comes next can be used.
void LegRouter::Interrupt(FanoutEntry& entry, const Track& track) {
  if (entry.state == LegState::kStarting) return;
  if (entry.state == LegState::kHeld) DropHeld(entry.leg);
  entry.state =
      track.parameters.kind == MediaKind::kVideo ? LegState::kWaiting : LegState::kStarting;
  entry.flags &= static_cast<uint8_t>(~(FanoutEntry::kMidFrame | FanoutEntry::kSwitching));
}

void LegRouter::SetBlocked(uint32_t index, uint8_t flag, bool blocked) {
  Leg& leg = registry_.legs().At(index);
  const Track& track = registry_.tracks().At(leg.track);
  for (const LegPlace& place : {leg.current, leg.next}) {
    if (place.is_none()) continue;
    FanoutEntry& entry = registry_.fanout().At(place);
    entry.flags &= static_cast<uint8_t>(~flag);
    if (blocked) {
      entry.flags |= flag;
      Interrupt(entry, track);
    } else {
      feedback_.WantKeyFrame(place.stream);
    }
  }
}

void LegRouter::SetPaused(uint32_t index, bool paused) {
  registry_.legs().At(index).paused = paused;
  SetBlocked(index, FanoutEntry::kPaused, paused);
}

void LegRouter::SetReachable(uint32_t subscriber, bool reachable) {
  registry_.ForEachLegOf(registry_.endpoints().At(subscriber), [&](uint32_t leg) {
    SetBlocked(leg, FanoutEntry::kUnreachable, !reachable);
  });
}

void LegRouter::WantKeyFrame(uint32_t index) {
  const Leg& leg = registry_.legs().At(index);
  feedback_.WantKeyFrame(leg.next.is_none() ? leg.current.stream : leg.next.stream);
}

void LegRouter::SwitchTo(uint32_t index, uint32_t track) {
  registry_.MoveLeg(index, track);
  Retarget(index);
}

void LegRouter::SetSilenced(uint32_t index, bool silenced) {
  Stream& stream = registry_.streams().At(index);
  if (stream.silenced == silenced) return;
  stream.silenced = silenced;
  if (!silenced) return feedback_.WantKeyFrame(index);
  const Track& track = registry_.tracks().At(stream.track);
  registry_.ForEachEntryOf(stream, [&](FanoutEntry& entry) { Interrupt(entry, track); });
}

void LegRouter::SetRunning(uint32_t index, bool running) {
  Stream& stream = registry_.streams().At(index);
  stream.running = running;
  const Track& track = registry_.tracks().At(stream.track);
  if (track.streams.size() == 1) return;
  registry_.ForEachLegOf(track, [&](uint32_t leg) { Retarget(leg); });
}

void LegRouter::Abandon(uint32_t track_index) {
  for (const uint32_t stream_index : registry_.tracks().At(track_index).streams) {
    const Stream& stream = registry_.streams().At(stream_index);
    for (uint32_t leg = registry_.AnyStranger(stream); leg != kNoIndex;
         leg = registry_.AnyStranger(stream)) {
      LeaveCurrent(leg);
    }
  }
}

bool LegRouter::Begin(uint32_t index, uint32_t stream, const MediaPacket& packet, bool can_hold) {
  const Leg& leg = registry_.legs().At(index);
  if (leg.current.stream == stream) {  // starts or resumes where it is
    FanoutEntry& entry = registry_.fanout().At(leg.current);
    BeginSegment(index, entry, packet);
    return true;
  }
  if (can_hold && !leg.current.is_none()) {
    FanoutEntry& current = registry_.fanout().At(leg.current);
    const bool within_frame = current.state == LegState::kForwarding &&
                              (current.flags & FanoutEntry::kMidFrame) != 0 &&
                              (current.flags & FanoutEntry::kBlocked) == 0;
    if (within_frame) {
      FanoutEntry& next = registry_.fanout().At(leg.next);
      next.state = LegState::kHeld;
      next.cursor.start_in = packet.sequence.value();
      next.cursor.newest_timestamp = packet.timestamp;
      current.flags |= FanoutEntry::kSwitching;
      return false;
    }
  }
  TakeOver(index, packet);
  return true;
}

void LegRouter::TakeOver(uint32_t index, const MediaPacket& packet) {
  Leg& leg = registry_.legs().At(index);
  const Stream& to = registry_.streams().At(leg.next.stream);
  LegCursor cursor =
      leg.current.is_none() ? leg.left_off : registry_.fanout().At(leg.current).cursor;
  if (leg.started) {
    cursor.mapping.timestamp = TimestampOffset(leg, cursor, to, packet);
    ContinuePictures(leg.current.is_none() ? leg.left_off_pictures : NewestPictures(leg.current),
                     packet.frame, cursor.mapping);
  }
  registry_.Displace(index, &Leg::current);
  leg.current = leg.next;
  leg.next = {};
  extensions_[index] = ExtensionsFor(index, leg.current.stream);
  FanoutEntry& entry = registry_.fanout().At(leg.current);
  entry.cursor = cursor;
  BeginSegment(index, entry, packet);
}

void LegRouter::WaitAgain(uint32_t index) {
  const Leg& leg = registry_.legs().At(index);
  registry_.fanout().At(leg.next).state = LegState::kWaiting;
  feedback_.WantKeyFrame(leg.next.stream);
  if (leg.current.is_none()) return;
  FanoutEntry& current = registry_.fanout().At(leg.current);
  if (current.state == LegState::kLeaving) current.state = LegState::kForwarding;
  current.flags &= static_cast<uint8_t>(~FanoutEntry::kSwitching);
}

// The packet's timestamp on the leg's timeline is where the stream that it forwarded would be by
// now: by the publisher's clock if both streams are on it, else by the time that passed.
uint32_t LegRouter::TimestampOffset(const Leg& leg, const LegCursor& cursor, const Stream& to,
                                    const MediaPacket& packet) const {
  rtp::RtpTimestamp out;
  const Track& to_track = registry_.tracks().At(to.track);
  const uint32_t clock_rate = to_track.parameters.codec.clock_rate;
  if (leg.current.is_none()) {
    out = rtp::RtpTimestamp(cursor.newest_timestamp.value() +
                            Ticks(packet.received - leg.left_off_at, clock_rate));
  } else {
    const Stream& from = registry_.streams().At(leg.current.stream);
    const bool one_clock = registry_.tracks().At(from.track).publisher == to_track.publisher;
    const auto same_instant =
        one_clock ? from.clock.SameInstant(to.clock, packet.timestamp, packet.received)
                  : std::nullopt;
    const rtp::RtpTimestamp of_from =
        same_instant
            ? *same_instant
            : rtp::RtpTimestamp(from.ingress.newest_timestamp().value() +
                                Ticks(packet.received - from.ingress.last_arrival(), clock_rate));
    out = rtp::RtpTimestamp(of_from.value() + cursor.mapping.timestamp);
  }
  if (!rtp::IsBefore(cursor.newest_timestamp, out)) out = rtp::Add(cursor.newest_timestamp, 1);
  return out.value() - packet.timestamp.value();
}

// The leg's numbers of its stream's newest picture.
rtp::PictureNumbers LegRouter::NewestPictures(const LegPlace& place) const {
  const rtp::FrameInfo& newest = registry_.streams().At(place.stream).newest_frame;
  const LegMapping& mapping = registry_.fanout().At(place).cursor.mapping;
  return {static_cast<uint16_t>(newest.picture_id + mapping.picture_id),
          static_cast<uint8_t>(newest.tl0_picture_index + mapping.tl0_picture_index)};
}

void LegRouter::BeginSegment(uint32_t index, FanoutEntry& entry, const MediaPacket& packet) {
  Leg& leg = registry_.legs().At(index);
  LegCursor& cursor = entry.cursor;
  cursor.mapping.sequence = cursor.next_out() - static_cast<int64_t>(packet.sequence.value());
  cursor.start_in = packet.sequence.value();
  cursor.highest_in = cursor.start_in - 1;
  cursor.newest_left_out = LegCursor{}.newest_left_out;
  entry.state = LegState::kForwarding;
  if (packet.can_start) StartLayers(WantedWithin(leg.wanted, HasEncodings(leg)), cursor.mapping);
  entry.flags &= static_cast<uint8_t>(~FanoutEntry::kRenumbers);
  if (cursor.mapping.renumbers_pictures()) entry.flags |= FanoutEntry::kRenumbers;
  registry_.segments(index).Begin(
      {registry_.KeyOf(leg.current.stream), cursor.start_in, cursor.mapping});
  leg.started = true;
  LayersChanged(entry);
}

void LegRouter::LayersChanged(FanoutEntry& entry) {
  UpdateFilter(entry, registry_.legs().At(entry.leg));
  events_.LayerChanges(entry.leg);
}

}  // namespace baton::relay
