// What a run does: rooms, who is in them, what they send, who comes and goes. Made from a YAML file
// (scenario_file.h) or from the command line's options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time_point.h"

namespace baton::bench {

enum class Pacing : uint8_t {
  kFrames,  // video frames as bursts of packets, key frames larger: as encoders do
  kEven,    // isolated packets at even distances
};

enum class Transport : uint8_t { kPlain, kIce };

struct VideoTraffic {
  uint64_t bits_per_second = 2'500'000;  // RTP packets, with their headers; 0: no video
  uint32_t frames_per_second = 30;
  uint32_t packet_size = 1200;  // bytes of UDP payload, at most; the last of a frame is shorter
  Duration key_frame_interval = std::chrono::seconds(2);
  double key_frame_factor = 5;  // how much larger than the others; the average stays
};

struct AudioTraffic {
  bool enabled = true;
  uint32_t packets_per_second = 50;
  uint32_t packet_size = 160;  // bytes of UDP payload
};

// Binding requests (RFC 8489) to a STUN server, evenly spaced.
struct StunTraffic {
  uint64_t requests_per_second = 50'000;  // of all sources together
  uint32_t sources = 16;                  // local ports that take turns
};

struct Scenario {
  std::string name = "fanout";
  // If set, the load is this one and there are no rooms: of the rest only name, warm_up, duration
  // and max_generator_lag count.
  std::optional<StunTraffic> stun;
  uint32_t rooms = 1;
  uint32_t publishers_per_room = 1;   // each also gets what the others of its room send, if
  bool publishers_subscribe = false;  // this is set
  uint32_t subscribers_per_room = 1;  // receive only
  Transport publisher_transport = Transport::kPlain;
  Transport subscriber_transport = Transport::kPlain;
  VideoTraffic video;
  AudioTraffic audio;
  Pacing pacing = Pacing::kFrames;
  // Subscribers that come into, and go from, rooms of their own with a publisher each.
  double joins_per_second = 0;
  double leaves_per_second = 0;                // as many stay as join before they leave
  uint32_t churn_rooms = 4;                    // if there is any coming and going
  Duration warm_up = std::chrono::seconds(1);  // not measured
  Duration duration = std::chrono::seconds(10);
  Duration max_generator_lag = std::chrono::milliseconds(5);  // p99 beyond this: invalid
};

// "stun" or "fanout": Summary::mode.
inline const char* ModeOf(const Scenario& scenario) { return scenario.stun ? "stun" : "fanout"; }

}  // namespace baton::bench
