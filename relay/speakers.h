// Who speaks in each room, from the levels of audio packets (RFC 6464): events about it, and the
// room's limits on whose media is forwarded.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time_point.h"
#include "relay/capacity.h"
#include "relay/event_reporter.h"
#include "relay/last_n.h"
#include "relay/leg_router.h"
#include "relay/registry.h"
#include "relay/speaker_detector.h"

namespace baton::relay {

class Speakers {
 public:
  Speakers(const Limits& limits, Registry& registry, LegRouter& router, EventReporter& events);

  static size_t BytesFor(const Limits& limits) {
    return limits.endpoints_per_room * sizeof(Speaker) + limits.tracks * sizeof(LastNTrack);
  }

  // A packet of the stream has arrived with this level, in -dBov.
  void OnLevel(uint32_t stream, uint8_t level, TimePoint now);

  // To be called every 100 ms.
  void HandleTick(TimePoint now);

 private:
  void ServeRoom(uint32_t room, TimePoint now);
  void Listen(const Room& room, TimePoint now);
  void LimitAudio(const Room& room, TimePoint now);
  void LimitVideo(const Room& room);
  void SetSilenced(const Track& track, bool silenced);
  float LoudnessOf(const Track& track, TimePoint now) const;
  float MeanLoudnessOf(const Endpoint& endpoint, TimePoint now) const;

  Registry& registry_;
  LegRouter& router_;
  EventReporter& events_;
  // Of the room that is being served.
  std::vector<Speaker> speakers_;
  std::vector<LastNTrack> tracks_;
};

}  // namespace baton::relay
