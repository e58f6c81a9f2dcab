#include "tests/sim/peers/frame_buffer.h"

#include <algorithm>

namespace baton::sim {

bool FrameBuffer::Add(TimePoint now, int64_t sequence, int64_t timestamp, bool marker,
                      const PayloadView& payload) {
  if (done_until_ && timestamp <= *done_until_) return false;
  Partial& frame = frames_[timestamp];
  if (frame.sequences.empty()) frame.first_arrival = now;
  if (std::find(frame.sequences.begin(), frame.sequences.end(), sequence) !=
      frame.sequences.end()) {
    return true;
  }
  frame.sequences.push_back(sequence);
  if (payload.identity.begins_frame()) frame.first = sequence;
  if (marker) frame.last = sequence;
  frame.payload = payload;
  return true;
}

std::optional<ReceivedFrame> FrameBuffer::Take(TimePoint now, std::optional<int64_t> continues_at) {
  while (!frames_.empty()) {
    const auto& [timestamp, frame] = *frames_.begin();
    const bool late = now - frame.first_arrival >= patience_ || frames_.size() > kMaxFrames;
    const bool follows = frame.complete() && (!continues_at || *frame.first <= *continues_at ||
                                              frame.payload.identity.frame.key);
    if (!follows && !late) return std::nullopt;
    std::optional<ReceivedFrame> taken;
    if (frame.complete()) {
      taken = ReceivedFrame{frame.payload.identity.tag.stream, frame.payload.identity.frame,
                            frame.payload.numbers, *frame.first, *frame.last};
    }
    done_until_ = timestamp;
    frames_.erase(frames_.begin());
    if (taken) return taken;
  }
  return std::nullopt;
}

TimePoint FrameBuffer::deadline() const {
  return frames_.empty() ? kNever : frames_.begin()->second.first_arrival + patience_;
}

std::optional<int64_t> FrameBuffer::oldest() const {
  if (frames_.empty()) return std::nullopt;
  const Partial& frame = frames_.begin()->second;
  return *std::min_element(frame.sequences.begin(), frame.sequences.end());
}

}  // namespace baton::sim
