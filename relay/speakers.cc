#include "relay/speakers.h"

#include <algorithm>
#include <span>

namespace baton::relay {
namespace {

bool IsLimited(const Track& track, MediaKind kind) {
  return track.parameters.kind == kind && track.parameters.source == TrackSource::kMain;
}

}  // namespace

Speakers::Speakers(const Limits& limits, Registry& registry, LegRouter& router,
                   EventReporter& events)
    : registry_(registry), router_(router), events_(events) {
  speakers_.reserve(limits.endpoints_per_room);
  tracks_.reserve(limits.tracks);
}

void Speakers::OnLevel(uint32_t index, uint8_t level, TimePoint now) {
  Stream& stream = registry_.streams().At(index);
  const Track& track = registry_.tracks().At(stream.track);
  if (track.parameters.kind != MediaKind::kAudio) return;
  stream.level.Update(level, now);
  registry_.rooms().At(registry_.endpoints().At(track.publisher).room).has_levels = true;
}

void Speakers::HandleTick(TimePoint now) {
  registry_.rooms().ForEach([&](Handle<Room> handle, const Room& room) {
    if (room.has_levels || room.limits != SpeakerLimits{}) ServeRoom(handle.index, now);
  });
}

void Speakers::ServeRoom(uint32_t index, TimePoint now) {
  Room& room = registry_.rooms().At(index);
  Listen(room, now);
  if (room.dominant.Update(speakers_, now)) events_.DominantChanges(index);
  if (room.limits.loudest_audio > 0) LimitAudio(room, now);
  if (room.limits.latest_video > 0) LimitVideo(room);
}

float Speakers::LoudnessOf(const Track& track, TimePoint now) const {
  float loudness = 0;
  for (const uint32_t stream : track.streams) {
    loudness = std::max(loudness, registry_.streams().At(stream).level.Loudness(now));
  }
  return loudness;
}

float Speakers::MeanLoudnessOf(const Endpoint& endpoint, TimePoint now) const {
  float loudness = 0;
  for (const uint32_t track : endpoint.tracks) {
    for (const uint32_t stream : registry_.tracks().At(track).streams) {
      loudness = std::max(loudness, registry_.streams().At(stream).level.MeanLoudness(now));
    }
  }
  return loudness;
}

void Speakers::Listen(const Room& room, TimePoint now) {
  speakers_.clear();
  registry_.ForEachEndpoint(room, [&](uint32_t index) {
    Endpoint& endpoint = registry_.endpoints().At(index);
    const float loudness = MeanLoudnessOf(endpoint, now);
    const bool changed = endpoint.speaker.Update(loudness, now) != SpeakerChange::kNone;
    if (changed) events_.SpeakingChanges(index);
    speakers_.push_back({index, endpoint.joined, loudness, &endpoint.speaker});
  });
}

void Speakers::LimitAudio(const Room& room, TimePoint now) {
  tracks_.clear();
  registry_.ForEachEndpoint(room, [&](uint32_t index) {
    for (const uint32_t t : registry_.endpoints().At(index).tracks) {
      Track& track = registry_.tracks().At(t);
      if (!IsLimited(track, MediaKind::kAudio)) continue;
      LastNTrack candidate;
      candidate.track = t;
      candidate.order = track.published;
      candidate.loudness = LoudnessOf(track, now);
      candidate.state = &track.last_n;
      tracks_.push_back(candidate);
    }
  });
  SelectLoudest(tracks_, room.limits.loudest_audio, now);
  for (const LastNTrack& candidate : tracks_) {
    SetSilenced(registry_.tracks().At(candidate.track), !candidate.state->chosen);
  }
}

void Speakers::LimitVideo(const Room& room) {
  const auto shown = LatestSpeakers(speakers_, room.limits.latest_video);
  for (const Speaker& speaker : speakers_) {
    const bool is_shown = &speaker < shown.data() + shown.size();
    for (const uint32_t t : registry_.endpoints().At(speaker.endpoint).tracks) {
      const Track& track = registry_.tracks().At(t);
      if (IsLimited(track, MediaKind::kVideo)) SetSilenced(track, !is_shown);
    }
  }
}

void Speakers::SetSilenced(const Track& track, bool silenced) {
  for (const uint32_t stream : track.streams) router_.SetSilenced(stream, silenced);
}

}  // namespace baton::relay
