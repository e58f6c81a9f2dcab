// What recordings count. Written on the control thread, read by any (metrics).
#pragma once

#include <array>

#include "base/counter.h"
#include "control/recording_failure.h"

namespace baton::control {

// Why a recording was deleted.
enum class Deletion : uint8_t { kDeleteAfter, kDeleteOldest };
inline constexpr size_t kDeletions = 2;
constexpr std::string_view Name(Deletion deletion) {
  return deletion == Deletion::kDeleteAfter ? "delete_after" : "delete_oldest";
}

// Those that have not ended.
enum class LiveState : uint8_t { kStarting, kRunning, kRestarting, kStopping };
inline constexpr size_t kLiveStates = 4;
constexpr std::string_view Name(LiveState state) {
  constexpr std::array<std::string_view, kLiveStates> kNames = {"starting", "running", "restarting",
                                                                "stopping"};
  return kNames[static_cast<size_t>(state)];
}

struct RecordingCounters {
  std::array<Gauge, kLiveStates> live;
  Counter started;
  Counter ended;   // in order
  Counter failed;  // otherwise, those that could not be started too
  Counter restarts;
  std::array<Counter, kRecordingFailures> failures;
  Counter bytes;         // in files, as the processes tell
  Counter files;         // finished
  Counter lost_packets;  // never came from their publishers
  Counter hooks_succeeded;
  Counter hooks_failed;
  std::array<Counter, kDeletions> deleted;
};

}  // namespace baton::control
