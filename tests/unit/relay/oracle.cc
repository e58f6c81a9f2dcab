#include "tests/unit/relay/oracle.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "rtp/classify.h"
#include "rtp/reception.h"

namespace baton::relay::test {
namespace {

std::string S(std::string_view text) { return std::string(text); }

constexpr bool IsOfCopies(DropReason reason) {
  return reason == DropReason::kLegPaused || reason == DropReason::kSubscriberUnproven ||
         reason == DropReason::kBeforeLegStart || reason == DropReason::kWaitingForKeyFrame;
}

}  // namespace

CheckedHarness::Counts CheckedHarness::Count() const {
  Counts counts;
  const CoreMetrics& metrics = harness_.metrics();
  for (const Traffic& in : metrics.in) counts.accepted += in.packets.value();
  counts.accepted_rtp = harness_.packets_in(PacketKind::kRtp);
  counts.sent_rtp = harness_.packets_out(PacketKind::kRtp);
  counts.tapped = metrics.tapped.packets.value();
  for (size_t i = 0; i < kDropReasons; ++i) {
    const bool copies = IsOfCopies(static_cast<DropReason>(i));
    (copies ? counts.dropped_copies : counts.dropped) += metrics.drops[i].value();
  }
  return counts;
}

std::vector<Sent> CheckedHarness::Receive(const Flow& from, Bytes datagram) {
  if (rtp::ClassifyDatagram(datagram) == rtp::DatagramKind::kStun) {
    stun_sources_.insert({from.remote, from.socket});
  }
  const Counts before = Count();
  std::vector<Sent> sent = harness_.Receive(from, datagram);
  const Counts after = Count();
  BATON_CHECK(harness_.buffers_in_use() == 0);
  BATON_CHECK(after.accepted + after.dropped == before.accepted + before.dropped + 1);

  uint64_t copies = 0;
  uint64_t tapped = 0;
  const auto original = rtp::ParsePacket(datagram);
  for (const Sent& s : sent) {
    if (s.bytes[0] >= 128) {
      BATON_CHECK(original.has_value());
      CheckCopy(from, *original, s);
      ++copies;
      if (s.to.socket == kTapSocket) ++tapped;
    } else {
      CheckStun(from, s);
    }
  }
  BATON_CHECK(copies - tapped == after.sent_rtp - before.sent_rtp);
  BATON_CHECK(tapped == after.tapped - before.tapped);
  const uint64_t dropped_copies = after.dropped_copies - before.dropped_copies;
  if (after.accepted_rtp == before.accepted_rtp) {
    BATON_CHECK(copies + dropped_copies == 0);
  } else if (const auto legs = LegsOf(from, *original)) {
    BATON_CHECK(copies + dropped_copies == *legs);
  }
  Follow();
  return sent;
}

std::vector<Sent> CheckedHarness::Advance(Duration duration) {
  std::vector<Sent> sent = harness_.Advance(duration);
  for (const Sent& s : sent) CheckStun(std::nullopt, s);
  Follow();
  return sent;
}

CommandError CheckedHarness::Do(decltype(Command::action) action) {
  asked_ = action;
  const CommandError error = harness_.Do(std::move(action));
  Follow();
  return error;
}

void CheckedHarness::CloseAll() {
  while (!rooms_.empty()) {
    BATON_CHECK(Do(CloseRoom{N(rooms_.begin()->first)}) == CommandError::kNone);
  }
  BATON_CHECK(Advance(std::chrono::minutes(2)).empty());
  const CoreMetrics& metrics = harness_.metrics();
  BATON_CHECK(metrics.rooms.value() == 0 && metrics.endpoints.value() == 0);
  BATON_CHECK(metrics.audio_tracks.value() == 0 && metrics.video_tracks.value() == 0);
  BATON_CHECK(metrics.legs.value() == 0);
  BATON_CHECK(harness_.core().NextDeadline() == kNever);
}

// ----------------------------------------------------------------------------------- checks

void CheckedHarness::CheckCopy(const Flow& from, const rtp::PacketView& original,
                               const Sent& copy) {
  const auto packet = copy.rtp();
  BATON_CHECK(packet.has_value() && packet->datagram.size() == original.datagram.size());
  const Bytes in = original.datagram;
  const Bytes out = packet->datagram;
  BATON_CHECK(in[0] == out[0] && packet->marker == original.marker);
  BATON_CHECK(std::equal(in.begin() + rtp::kFixedHeaderSize, in.end(),
                         out.begin() + rtp::kFixedHeaderSize));
  size_t found = 0;
  for (auto& [room_name, room] : rooms_) {
    for (auto& [key, leg] : room.legs) {
      const auto& [subscriber, publisher, track] = key;
      const Member& to = room.members.at(subscriber);
      const bool is_there = to.tap ? to.tap == copy.to : to.address == copy.to.remote;
      if (!is_there || leg.parameters.ssrc != packet->ssrc) continue;
      const Member& source = room.members.at(publisher);
      BATON_CHECK(source.transport != Transport::kPlain || source.address == from.remote);
      BATON_CHECK(source.tracks.at(track).encodings[0].ssrc == original.ssrc);
      BATON_CHECK(leg.parameters.payload_type == packet->payload_type && !leg.paused);
      CheckNumber(leg, packet->sequence);
      ++found;
    }
  }
  BATON_CHECK(found == 1);
}

void CheckedHarness::CheckNumber(LegModel& leg, rtp::SequenceNumber sequence) {
  if (!leg.highest) {
    leg.highest = rtp::SequenceUnwrapper::First(sequence).value();
  } else {
    const uint64_t number = rtp::Extend(rtp::ExtendedSequence(*leg.highest), sequence).value();
    BATON_CHECK(number + rtp::Reception::kMaxMisorder > *leg.highest);
    BATON_CHECK(number < *leg.highest + rtp::Reception::kMaxDropout);
    leg.highest = std::max(*leg.highest, number);
    BATON_CHECK(leg.used.insert(number).second);
    return;
  }
  leg.used.insert(*leg.highest);
}

void CheckedHarness::CheckStun(const std::optional<Flow>& from, const Sent& sent) {
  const auto message = sent.stun();
  BATON_CHECK(message.has_value());
  BATON_CHECK(stun_sources_.count({sent.to.remote, sent.to.socket}) == 1);
  const bool is_check = message->IsBinding(stun::MessageClass::kRequest);
  BATON_CHECK(is_check || (from.has_value() && sent.to == *from));
}

// How many legs the track has that this accepted packet is of. Nothing if it came from an address
// of an ICE endpoint that no event has named: proven, and not selected.
std::optional<uint64_t> CheckedHarness::LegsOf(const Flow& from,
                                               const rtp::PacketView& packet) const {
  for (const auto& [room_name, room] : rooms_) {
    for (const auto& [name, member] : room.members) {
      if (member.address != from.remote) continue;
      for (const auto& [track_name, track] : member.tracks) {
        if (track.encodings[0].ssrc != packet.ssrc) continue;
        const auto of_track = [&, publisher = name, wanted = track_name](const auto& leg) {
          return std::get<1>(leg.first) == publisher && std::get<2>(leg.first) == wanted;
        };
        return std::count_if(room.legs.begin(), room.legs.end(), of_track);
      }
    }
  }
  return std::nullopt;
}

// ----------------------------------------------------------------------------------- the model

void CheckedHarness::Follow() {
  BATON_CHECK(harness_.metrics().events_deferred.value() == 0);
  for (const Event& event : harness_.TakeEvents()) Apply(event);
  int64_t members = 0;
  int64_t tracks = 0;
  int64_t legs = 0;
  for (const auto& [name, room] : rooms_) {
    members += static_cast<int64_t>(room.members.size());
    legs += static_cast<int64_t>(room.legs.size());
    for (const auto& [member_name, member] : room.members) {
      tracks += static_cast<int64_t>(member.tracks.size());
    }
  }
  const CoreMetrics& metrics = harness_.metrics();
  BATON_CHECK(metrics.rooms.value() == static_cast<int64_t>(rooms_.size()));
  BATON_CHECK(metrics.endpoints.value() == members);
  BATON_CHECK(metrics.audio_tracks.value() + metrics.video_tracks.value() == tracks);
  BATON_CHECK(metrics.legs.value() == legs);
}

void CheckedHarness::DropLegs(RoomModel& room, const std::string& endpoint,
                              const std::optional<std::string>& track) {
  std::erase_if(room.legs, [&](const auto& leg) {
    const auto& [subscriber, publisher, leg_track] = leg.first;
    return track ? publisher == endpoint && leg_track == *track
                 : publisher == endpoint || subscriber == endpoint;
  });
}

void CheckedHarness::Apply(const Event& event) {
  const auto room = [&](const Name& name) -> RoomModel& { return rooms_.at(S(name)); };
  const auto member = [&](const auto& e) -> Member& {
    return room(e.room).members.at(S(e.endpoint));
  };
  const auto key = [](const auto& e) {
    return LegKey(S(e.subscriber), S(e.publisher), S(e.track));
  };
  if (const auto* created = std::get_if<RoomCreated>(&event)) {
    BATON_CHECK(rooms_.emplace(S(created->room), RoomModel{}).second);
  } else if (const auto* closed = std::get_if<RoomClosed>(&event)) {
    BATON_CHECK(rooms_.erase(S(closed->room)) == 1);
  } else if (const auto* added = std::get_if<EndpointAdded>(&event)) {
    Member fresh;
    fresh.transport = added->transport;
    if (fresh.transport == Transport::kPlain) fresh.address = added->remote;
    if (fresh.transport == Transport::kSink) {
      fresh.tap = TapFlow(std::get<AddSinkEndpoint>(asked_).tap);
    }
    BATON_CHECK(room(added->room).members.emplace(S(added->endpoint), fresh).second);
  } else if (const auto* proven = std::get_if<EndpointProven>(&event)) {
    BATON_CHECK(!member(*proven).address.has_value());
    member(*proven).address = proven->remote;
  } else if (const auto* moved = std::get_if<EndpointAddressChanged>(&event)) {
    BATON_CHECK(member(*moved).address.has_value() && *member(*moved).address != moved->remote);
    member(*moved).address = moved->remote;
  } else if (const auto* lost = std::get_if<EndpointConsentLost>(&event)) {
    BATON_CHECK(member(*lost).address.has_value());
    member(*lost).address.reset();
  } else if (const auto* removed = std::get_if<EndpointRemoved>(&event)) {
    DropLegs(room(removed->room), S(removed->endpoint), std::nullopt);
    BATON_CHECK(room(removed->room).members.erase(S(removed->endpoint)) == 1);
  } else if (const auto* published = std::get_if<TrackPublished>(&event)) {
    BATON_CHECK(!member(*published).tap);
    BATON_CHECK(
        member(*published).tracks.emplace(S(published->track), published->parameters).second);
  } else if (const auto* unpublished = std::get_if<TrackUnpublished>(&event)) {
    DropLegs(room(unpublished->room), S(unpublished->endpoint), S(unpublished->track));
    BATON_CHECK(member(*unpublished).tracks.erase(S(unpublished->track)) == 1);
  } else if (const auto* leg = std::get_if<LegAdded>(&event)) {
    BATON_CHECK(leg->subscriber != leg->publisher);
    BATON_CHECK(room(leg->room).members.at(S(leg->publisher)).tracks.count(S(leg->track)) == 1);
    const Member& subscriber = room(leg->room).members.at(S(leg->subscriber));
    BATON_CHECK(!subscriber.tap || std::holds_alternative<AddLeg>(asked_));
    BATON_CHECK(room(leg->room).legs.emplace(key(*leg), LegModel{leg->parameters}).second);
  } else if (const auto* paused = std::get_if<LegPaused>(&event)) {
    LegModel& model = room(paused->room).legs.at(key(*paused));
    BATON_CHECK(model.paused != paused->paused);
    model.paused = paused->paused;
  } else if (const auto* leg_removed = std::get_if<LegRemoved>(&event)) {
    BATON_CHECK(room(leg_removed->room).legs.erase(key(*leg_removed)) == 1);
  }
}

}  // namespace baton::relay::test
