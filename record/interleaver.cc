#include "record/interleaver.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace baton::record {

Interleaver::Interleaver(size_t streams, Duration max_hold, size_t max_bytes)
    : streams_(streams), max_hold_(max_hold), max_bytes_(max_bytes) {}

void Interleaver::Add(QueuedFrame frame) {
  BATON_CHECK(frame.stream < streams_.size());
  AdvanceTo(frame.stream, frame.time);
  Stream& stream = streams_[frame.stream];
  held_bytes_ += frame.data.size();
  stream.held.push_back({std::move(frame), stream.reached});
}

void Interleaver::AdvanceTo(size_t stream, Duration time) {
  BATON_CHECK(stream < streams_.size());
  streams_[stream].reached = std::max(streams_[stream].reached, time);
  newest_ = std::max(newest_, time);
}

size_t Interleaver::Earliest() const {
  size_t earliest = streams_.size();
  for (size_t i = 0; i < streams_.size(); ++i) {
    if (streams_[i].held.empty()) continue;
    if (earliest == streams_.size() ||
        streams_[i].held.front().order < streams_[earliest].held.front().order) {
      earliest = i;
    }
  }
  return earliest;
}

bool Interleaver::IsItsTurn(size_t stream) const {
  const Duration order = streams_[stream].held.front().order;
  if (held_bytes_ > max_bytes_ || newest_ - max_hold_ >= order) return true;
  return std::all_of(streams_.begin(), streams_.end(),
                     [order](const Stream& other) { return other.reached >= order; });
}

QueuedFrame Interleaver::TakeFrom(size_t stream) {
  std::deque<Held>& held = streams_[stream].held;
  QueuedFrame frame = std::move(held.front().frame);
  held.pop_front();
  held_bytes_ -= frame.data.size();
  return frame;
}

std::optional<QueuedFrame> Interleaver::Next() {
  const size_t stream = Earliest();
  if (stream == streams_.size() || !IsItsTurn(stream)) return std::nullopt;
  return TakeFrom(stream);
}

std::optional<QueuedFrame> Interleaver::NextOfAll() {
  const size_t stream = Earliest();
  if (stream == streams_.size()) return std::nullopt;
  return TakeFrom(stream);
}

}  // namespace baton::record
