// When a stream sends how much: what an encoder and its packetiser would do, without either. Pure:
// the same traffic gives the same schedule.
//
// Video in frames: each frame is a burst of packets that are due together, all of the same size but
// the last; key frames are larger by a factor, at the expense of the others, so that the bit rate
// over a whole key frame interval is the one that was asked for, to the byte. What is too little
// for a packet waits for the next frame. Evenly paced video, and audio, are single packets of one
// size.
#pragma once

#include <cstdint>

#include "base/time_point.h"
#include "bench/load/scenario.h"

namespace baton::bench {

// Packets that are due at the same time.
struct Burst {
  Duration due{};          // since the run began
  uint32_t packets = 0;    // at least one
  uint32_t size = 0;       // bytes of UDP payload, of each but the last
  uint32_t last_size = 0;  // at most `size`
  bool marker = false;     // on the last one
};

class StreamSchedule {
 public:
  StreamSchedule() = default;
  // Streams with different `index` do not burst at the same time, nor have their key frames
  // together: each begins at its own part of a frame interval and of a key frame interval.
  // `traffic.bits_per_second` > 0; packet sizes are kMinPacketSize..kMaxPacketSize.
  static StreamSchedule Video(const VideoTraffic& traffic, Pacing pacing, uint32_t index);
  static StreamSchedule Audio(const AudioTraffic& traffic, uint32_t index);

  // In the order of time. The first one is less than a frame, or packet, interval after 0.
  Burst Next();

  // At most, on average over a key frame interval.
  double packets_per_second() const { return packets_per_second_; }

 private:
  // Bytes that are due with the first `frames` frames of a key frame interval.
  uint64_t BytesUpTo(uint64_t frames) const;
  Burst NextFrame();

  // Tick n is at phase + n * seconds / ticks.
  Duration phase_{};
  uint64_t ticks_ = 1;
  uint64_t seconds_ = 1;
  uint64_t tick_ = 0;
  uint32_t packet_size_ = 0;
  double packets_per_second_ = 0;
  bool marker_ = false;

  // Frames only.
  bool frames_ = false;
  uint64_t interval_frames_ = 1;  // from one key frame to the next
  uint64_t interval_bytes_ = 0;
  uint64_t interval_weight_ = 1;  // of all frames of the interval together
  uint64_t key_weight_ = 0;       // of a key frame, where that of another frame is kWeight
  uint64_t frame_ = 0;            // in its key frame interval
  uint64_t carried_ = 0;          // bytes that were too few for a packet
};

}  // namespace baton::bench
