// What recordings are told at start.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time_point.h"

namespace baton::control {

struct RecordingOptions {
  std::string node_name = "baton";
  std::string directory;  // absolute; empty: nothing is recorded
  std::string program;    // baton-record's path
  std::string name = "{room}-{time}";
  size_t queue_bytes = size_t{64} << 20;  // of each recording
  size_t max_recordings = 16;             // that run at once
  uint64_t min_free_bytes = 0;            // below it none is begun
  bool delete_oldest = false;             // instead, until so much is free
  Duration delete_after{};                // 0: never
  std::vector<std::string> hook;          // command and arguments; empty: none
  size_t hooks = 2;                       // that run at once
  Duration hook_timeout = std::chrono::minutes(5);
  Duration stop_timeout = std::chrono::seconds(30);  // for finishing files

  // From a process's begin to its first word.
  Duration start_timeout = std::chrono::seconds(10);
  // After SIGTERM, and after the process has closed its socket, before it is killed.
  Duration kill_after = std::chrono::seconds(5);
  // What waits is not taken for so long: an event.
  Duration stall_after = std::chrono::milliseconds(500);
  // The process neither says nor takes anything for so long: it is killed, and restarted.
  Duration hang_after = std::chrono::seconds(60);
};

}  // namespace baton::control
