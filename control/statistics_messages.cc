// relay::RoomStatistics to v1::RoomStatistics.
#include <algorithm>
#include <chrono>

#include "control/messages.h"

namespace baton::control {
namespace {

uint64_t Microseconds(Duration duration) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
  return static_cast<uint64_t>(us);
}

void Write(const relay::EncodingStatistics& from, v1::EncodingStatistics* to) {
  to->set_ssrc(from.ssrc.value());
  to->set_rid(std::string(from.rid));
  to->set_packets(from.packets);
  to->set_bytes(from.bytes);
  to->set_lost(from.lost);
  to->set_jitter(from.jitter);
  if (from.packets > 0) to->set_idle_ms(Microseconds(from.idle) / 1000);
  to->set_nacked(from.nacked);
  to->set_retransmitted(from.retransmitted);
  to->set_key_frame_requests(from.key_frame_requests);
  to->set_key_frames(from.key_frames);
}

void AddUp(const v1::EncodingStatistics& encoding, v1::TrackStatistics* sum) {
  if (encoding.packets() == 0) return;
  const bool first = sum->packets() == 0;
  sum->set_idle_ms(first ? encoding.idle_ms() : std::min(sum->idle_ms(), encoding.idle_ms()));
  sum->set_packets(sum->packets() + encoding.packets());
  sum->set_bytes(sum->bytes() + encoding.bytes());
  sum->set_lost(sum->lost() + encoding.lost());
  sum->set_jitter(std::max(sum->jitter(), encoding.jitter()));
}

void Write(const relay::TrackStatistics& from, const RoomRecord& room, v1::TrackStatistics* to) {
  to->set_endpoint(std::string(from.publisher));
  to->set_track(std::string(from.track));
  to->set_round_trip_us(Microseconds(from.round_trip));
  for (const relay::EncodingStatistics& encoding : from.encodings) {
    Write(encoding, to->add_encodings());
  }
  for (const v1::EncodingStatistics& encoding : to->encodings()) AddUp(encoding, to);

  const auto endpoint = room.endpoints.find(from.publisher.view());
  if (endpoint != room.endpoints.end()) to->set_speaking(endpoint->second.speaking);
  const auto track = room.tracks.find({to->endpoint(), to->track()});
  if (track == room.tracks.end()) return;
  const relay::TrackParameters& parameters = track->second.parameters;
  const bool audio = parameters.kind == relay::MediaKind::kAudio;
  to->set_kind(audio ? v1::MEDIA_KIND_AUDIO : v1::MEDIA_KIND_VIDEO);
  to->set_clock_rate(parameters.codec.clock_rate);
  if (audio) to->set_level(from.level);
}

void Write(const relay::LegStatistics& from, std::string_view room, v1::LegStatistics* to) {
  SetName(room,
          {std::string(from.subscriber), std::string(from.publisher), std::string(from.track)},
          to->mutable_leg());
  to->set_paused(from.paused);
  to->set_packets(from.packets);
  to->set_bytes(from.bytes);
  to->set_dropped(from.dropped);
  *to->mutable_wanted() = ToMessage(from.wanted);
  if (from.packets > 0) *to->mutable_current() = ToMessage(from.current);
  to->set_lost(from.lost);
  to->set_fraction_lost(from.fraction_lost);
  to->set_jitter(from.jitter);
  to->set_round_trip_us(Microseconds(from.round_trip));
  to->set_nacked(from.nacked);
  to->set_retransmitted(from.retransmitted);
  to->set_retransmitted_bytes(from.retransmitted_bytes);
  to->set_key_frame_requests(from.key_frame_requests);
}

}  // namespace

v1::RoomStatistics ToMessage(std::string_view name, const RoomRecord& room,
                             const relay::RoomStatistics& statistics) {
  v1::RoomStatistics message;
  for (const relay::TrackStatistics& track : statistics.tracks) {
    Write(track, room, message.add_tracks());
  }
  for (const relay::LegStatistics& leg : statistics.legs) Write(leg, name, message.add_legs());
  return message;
}

}  // namespace baton::control
