#include "relay/last_n.h"

#include <algorithm>
#include <tuple>

namespace baton::relay {
namespace {

// More than any loudness: what is held outranks what is not.
constexpr float kHeldBonus = 1000;

// 0 for a track that cannot be heard.
float Score(const LastNTrack& track, TimePoint now) {
  const LastNState& state = *track.state;
  const float loudness = track.loudness + (state.chosen ? kLastNMargin : 0);
  if (loudness < kAudibleLoudness) return 0;
  const bool held = state.chosen && now - state.chosen_at < kLastNHold;
  return held ? loudness + kHeldBonus : loudness;
}

// Of equals, all of which may be silent, those stay that have a place; a place that is free goes to
// who was heard last.
bool Outranks(const LastNTrack& a, const LastNTrack& b) {
  return std::tuple(a.score, a.state->chosen, a.state->last_audible, b.order) >
         std::tuple(b.score, b.state->chosen, b.state->last_audible, a.order);
}

void SetChosen(LastNTrack& track, bool chosen, TimePoint now) {
  LastNState& state = *track.state;
  track.changed = chosen != state.chosen;
  if (!track.changed) return;
  state.chosen = chosen;
  state.chosen_at = now;
}

}  // namespace

size_t SelectLoudest(std::span<LastNTrack> tracks, size_t places, TimePoint now) {
  if (places == 0 || places > tracks.size()) places = tracks.size();
  for (LastNTrack& track : tracks) {
    track.score = Score(track, now);
    if (track.score > 0) track.state->last_audible = now;
  }
  std::nth_element(tracks.begin(), tracks.begin() + static_cast<ptrdiff_t>(places), tracks.end(),
                   Outranks);
  for (size_t i = 0; i < tracks.size(); ++i) SetChosen(tracks[i], i < places, now);
  return static_cast<size_t>(std::ranges::count(tracks, true, &LastNTrack::changed));
}

}  // namespace baton::relay
