// Audio streams with levels that a test sets, a packet each 20 ms, and the 100 ms ticks at which
// the relay looks at them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "relay/audio_level.h"

namespace baton::relay::test {

inline constexpr Duration kPacketInterval = std::chrono::milliseconds(20);
inline constexpr Duration kTick = std::chrono::milliseconds(100);

class Voices {
 public:
  Voices(size_t count, TimePoint start) : voices_(count), now_(start) {}

  // From the next packet on; nothing: there are no packets. Nothing to begin with.
  void Set(size_t i, std::optional<uint8_t> level) { voices_[i].level = level; }

  // `duration` is a multiple of kTick, at the end of each of which on_tick() is called.
  template <class OnTick>
  void Run(Duration duration, OnTick&& on_tick) {
    for (const TimePoint end = now_ + duration; now_ < end;) {
      for (const TimePoint tick = now_ + kTick; now_ < tick; now_ += kPacketInterval) {
        for (Voice& voice : voices_) {
          if (voice.level) voice.measured.Update(*voice.level, now_);
        }
      }
      on_tick();
    }
  }

  size_t size() const { return voices_.size(); }
  TimePoint now() const { return now_; }
  float Loudness(size_t i) const { return voices_[i].measured.Loudness(now_); }
  float MeanLoudness(size_t i) const { return voices_[i].measured.MeanLoudness(now_); }

 private:
  struct Voice {
    std::optional<uint8_t> level;
    AudioLevel measured;
  };

  std::vector<Voice> voices_;
  TimePoint now_;
};

}  // namespace baton::relay::test
