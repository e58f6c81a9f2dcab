// Puts the frames of a file's streams in order of time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time_point.h"

namespace baton::record {

struct QueuedFrame {
  size_t stream = 0;
  std::vector<uint8_t> data;
  Duration time{};
  Duration duration{};
  bool key_frame = false;
};

// Keeps each stream's own order. A frame's turn comes when every other stream has come as far as
// it, or when any has come `max_hold` further, or when more than `max_bytes` are held.
class Interleaver {
 public:
  Interleaver(size_t streams, Duration max_hold, size_t max_bytes);

  void Add(QueuedFrame frame);
  // No frame of the stream before `time` is still to come.
  void AdvanceTo(size_t stream, Duration time);

  // The next frame whose turn has come.
  std::optional<QueuedFrame> Next();
  // The next frame, whether its turn has come or not.
  std::optional<QueuedFrame> NextOfAll();

  size_t held_bytes() const { return held_bytes_; }

 private:
  struct Held {
    QueuedFrame frame;
    // Time that never falls within a stream, where the frame's own may (B-frames).
    Duration order{};
  };
  struct Stream {
    std::deque<Held> held;
    Duration reached = Duration::min();
  };

  // The stream whose first frame is the earliest; streams_.size() if none has any.
  size_t Earliest() const;
  bool IsItsTurn(size_t stream) const;
  QueuedFrame TakeFrom(size_t stream);

  std::vector<Stream> streams_;
  Duration max_hold_;
  size_t max_bytes_;
  Duration newest_ = Duration::min();
  size_t held_bytes_ = 0;
};

}  // namespace baton::record
