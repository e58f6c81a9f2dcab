// A receiver's jitter buffer: makes frames of packets, and hands them out in their order, each as
// soon as all of it and all before it is there, or passes over what has not come in time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "tests/sim/media/payload.h"
#include "tests/sim/peers/decoder_model.h"

namespace baton::sim {

class FrameBuffer {
 public:
  // How long a frame is waited for, from its first packet on.
  explicit FrameBuffer(Duration patience) : patience_(patience) {}

  // A packet has come. Numbers are unwrapped. False if it belongs to a frame that was handed out or
  // passed over: then it is ignored.
  bool Add(TimePoint now, int64_t sequence, int64_t timestamp, bool marker,
           const PayloadView& payload);

  // The next frame, if it can be told by now; also one that follows a gap that was waited for in
  // vain. `continues_at`: the sequence number that would follow without a gap.
  std::optional<ReceivedFrame> Take(TimePoint now, std::optional<int64_t> continues_at);

  // Whether anything waits, and until when at most.
  bool empty() const { return frames_.empty(); }
  TimePoint deadline() const;
  // The first sequence number that is still of interest.
  std::optional<int64_t> oldest() const;

 private:
  // More than this, and the oldest frame is passed over.
  static constexpr size_t kMaxFrames = 120;

  struct Partial {
    TimePoint first_arrival;
    std::vector<int64_t> sequences;  // that have come, no number twice
    std::optional<int64_t> first;    // the number of the packet that begins it
    std::optional<int64_t> last;     // ... that ends it
    PayloadView payload;             // of one of its packets
    bool complete() const {
      return first && last && static_cast<int64_t>(sequences.size()) == *last - *first + 1;
    }
  };

  std::map<int64_t, Partial> frames_;  // by timestamp
  std::optional<int64_t> done_until_;  // the timestamp of the latest that is handed out or given up
  Duration patience_;
};

}  // namespace baton::sim
