#include "bench/load/frame_schedule.h"

#include <algorithm>
#include <cmath>

#include "base/hash.h"
#include "bench/load/packet_format.h"

namespace baton::bench {
namespace {

using Wide = Uint128;

constexpr uint64_t kWeight = 1000;
constexpr uint64_t kNsPerSecond = 1'000'000'000;

// The fractional part of index x golden ratio: as far from those before as can be, for any number
// of streams.
double Spread(uint32_t index) {
  const double x = index * 0.6180339887498949;
  return x - std::floor(x);
}

}  // namespace

StreamSchedule StreamSchedule::Video(const VideoTraffic& traffic, Pacing pacing, uint32_t index) {
  StreamSchedule s;
  s.packet_size_ = traffic.packet_size;
  s.marker_ = true;
  const double packets =
      static_cast<double>(traffic.bits_per_second) / 8 / static_cast<double>(traffic.packet_size);
  if (pacing == Pacing::kEven) {
    // bits_per_second packets take packet_size * 8 seconds.
    s.ticks_ = traffic.bits_per_second;
    s.seconds_ = uint64_t{traffic.packet_size} * 8;
    s.packets_per_second_ = packets;
  } else {
    s.frames_ = true;
    s.ticks_ = traffic.frames_per_second;
    s.packets_per_second_ = packets + traffic.frames_per_second;
    const double interval_s = std::chrono::duration<double>(traffic.key_frame_interval).count();
    s.interval_frames_ = static_cast<uint64_t>(
        std::max<int64_t>(1, std::llround(interval_s * traffic.frames_per_second)));
    s.interval_bytes_ =
        traffic.bits_per_second * s.interval_frames_ / traffic.frames_per_second / 8;
    s.key_weight_ = static_cast<uint64_t>(
        std::llround(traffic.key_frame_factor * static_cast<double>(kWeight)));
    s.interval_weight_ = s.key_weight_ + (s.interval_frames_ - 1) * kWeight;
    s.frame_ = static_cast<uint64_t>(Spread(index) * static_cast<double>(s.interval_frames_));
  }
  const double tick_ns = static_cast<double>(s.seconds_) * 1e9 / static_cast<double>(s.ticks_);
  s.phase_ = Duration(static_cast<int64_t>(Spread(index) * tick_ns));
  return s;
}

StreamSchedule StreamSchedule::Audio(const AudioTraffic& traffic, uint32_t index) {
  StreamSchedule s;
  s.packet_size_ = traffic.packet_size;
  s.ticks_ = traffic.packets_per_second;
  s.packets_per_second_ = traffic.packets_per_second;
  s.phase_ = Duration(static_cast<int64_t>(Spread(index) * 1e9 / traffic.packets_per_second));
  return s;
}

uint64_t StreamSchedule::BytesUpTo(uint64_t frames) const {
  if (frames == 0) return 0;
  const uint64_t weight = key_weight_ + (frames - 1) * kWeight;
  return static_cast<uint64_t>(Wide{interval_bytes_} * weight / interval_weight_);
}

Burst StreamSchedule::NextFrame() {
  carried_ += BytesUpTo(frame_ + 1) - BytesUpTo(frame_);
  frame_ = (frame_ + 1) % interval_frames_;
  Burst burst;
  burst.packets = static_cast<uint32_t>(carried_ / packet_size_);
  carried_ %= packet_size_;
  burst.last_size = packet_size_;
  if (carried_ >= kMinPacketSize) {
    ++burst.packets;
    burst.last_size = static_cast<uint32_t>(carried_);
    carried_ = 0;
  }
  burst.size = burst.packets == 1 ? burst.last_size : packet_size_;
  return burst;
}

Burst StreamSchedule::Next() {
  for (;;) {
    const Wide ns = Wide{tick_} * seconds_ * kNsPerSecond / ticks_;
    ++tick_;
    Burst burst{.packets = 1, .size = packet_size_, .last_size = packet_size_};
    if (frames_) burst = NextFrame();
    if (burst.packets == 0) continue;
    burst.due = phase_ + Duration(static_cast<int64_t>(ns));
    burst.marker = marker_;
    return burst;
  }
}

}  // namespace baton::bench
