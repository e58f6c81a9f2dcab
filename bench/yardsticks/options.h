// What relay_cost is told to measure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time_point.h"

namespace baton::bench {

struct Options {
  std::string subject = "batond";  // batond, floor, naive, stun, echo
  std::string io = "uring";        // batond, stun: uring, epoll; floor: uring, sendmmsg
  std::string batond;              // path of the program
  std::string yardsticks;          // directory of floor, naive and echo
  bool receive = false;            // floor: its bursts are set off by traffic, not by a timer

  uint32_t shards = 1;  // batond's; a room lies on one of them
  uint32_t publishers = 1;
  uint32_t receivers = 50;  // of each publisher; for stun and echo: clients
  bool all_to_all = false;  // publishers are each other's receivers; no others
  uint32_t burst = 8;       // packets back to back
  uint64_t rate = 4000;     // packets/s of each publisher; for stun and echo: requests/s in all
  uint32_t size = 1200;     // bytes of UDP payload
  uint32_t uneven = 0;      // the first half of a burst is so many bytes shorter
  bool receiver_gro = false;
  bool receivers_wait = false;  // they sleep until a packet wakes them, instead of polling
  bool saturate = false;        // as fast as the subject answers, instead of at `rate`
  uint32_t window = 256;        // saturate: packets, or requests, that are under way at most

  Duration warm_up{};
  Duration measured{};
  int subject_cpu = 0;  // negative: not pinned
  int load_cpu = 1;

  // From one burst to the next, of all publishers: they take turns at even distances. For stun and
  // echo `rate` is that of all clients.
  Duration burst_interval() const;
};

// Does not return if the command line is wrong, or asks for help.
Options ParseOptions(int argc, char** argv);

}  // namespace baton::bench
