#include "relay/speaker_detector.h"

#include <algorithm>
#include <tuple>

namespace baton::relay {
namespace {

const Speaker* Find(std::span<const Speaker> speakers, uint32_t endpoint) {
  const auto found = std::ranges::find(speakers, endpoint, &Speaker::endpoint);
  return found == speakers.end() ? nullptr : &*found;
}

bool IsSpeaking(const Speaker* speaker) { return speaker != nullptr && speaker->state->speaking(); }

bool IsLouder(const Speaker& a, const Speaker& b) {
  return std::tuple(a.loudness, b.order) > std::tuple(b.loudness, a.order);
}

// Null if nobody speaks. Of equals the one that joined first.
const Speaker* LoudestSpeaking(std::span<const Speaker> speakers) {
  const Speaker* loudest = nullptr;
  for (const Speaker& speaker : speakers) {
    if (!IsSpeaking(&speaker)) continue;
    if (loudest == nullptr || IsLouder(speaker, *loudest)) loudest = &speaker;
  }
  return loudest;
}

bool SpokeLater(const Speaker& a, const Speaker& b) {
  return std::tuple(a.state->speaking(), a.state->changed_at(), b.order) >
         std::tuple(b.state->speaking(), b.state->changed_at(), a.order);
}

}  // namespace

SpeakerChange SpeakerState::Update(float loudness, TimePoint now) {
  const bool crosses = speaking_ ? loudness < kStopLoudness : loudness >= kStartLoudness;
  if (crosses && !crossed_) crossed_at_ = now;
  crossed_ = crosses;
  if (!crossed_ || now - crossed_at_ < (speaking_ ? kStopTime : kStartTime)) {
    return SpeakerChange::kNone;
  }
  speaking_ = !speaking_;
  crossed_ = false;
  changed_at_ = now;
  return speaking_ ? SpeakerChange::kStarted : SpeakerChange::kStopped;
}

bool DominantSpeaker::Update(std::span<const Speaker> speakers, TimePoint now) {
  const uint32_t before = endpoint_;
  endpoint_ = Decide(speakers, now);
  if (endpoint_ != before) challenger_ = kNobody;
  return endpoint_ != before;
}

void DominantSpeaker::Forget(uint32_t endpoint) {
  if (endpoint_ == endpoint) endpoint_ = kNobody;
  if (challenger_ == endpoint) challenger_ = kNobody;
}

uint32_t DominantSpeaker::Decide(std::span<const Speaker> speakers, TimePoint now) {
  const Speaker* const present = Find(speakers, endpoint_);
  const Speaker* const loudest = LoudestSpeaking(speakers);
  if (loudest == nullptr) {
    challenger_ = kNobody;
    return present == nullptr ? kNobody : endpoint_;
  }
  if (!IsSpeaking(present)) return loudest->endpoint;

  const auto is_clearly_louder = [&](const Speaker* speaker) {
    return IsSpeaking(speaker) && speaker->loudness >= present->loudness + kMargin;
  };
  // A challenger stays it while others are louder still: two that take turns in being the loudest
  // would otherwise keep each other from ever becoming dominant.
  if (!is_clearly_louder(Find(speakers, challenger_))) {
    challenger_ = is_clearly_louder(loudest) ? loudest->endpoint : kNobody;
    challenging_since_ = now;
  }
  if (challenger_ == kNobody || now - challenging_since_ < kTime) return endpoint_;
  return challenger_;
}

std::span<const Speaker> LatestSpeakers(std::span<Speaker> speakers, size_t count) {
  if (count == 0 || count > speakers.size()) count = speakers.size();
  std::partial_sort(speakers.begin(), speakers.begin() + static_cast<ptrdiff_t>(count),
                    speakers.end(), SpokeLater);
  return speakers.first(count);
}

}  // namespace baton::relay
