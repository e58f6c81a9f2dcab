// What a kernel refuses to send, and with which error: runs that a path does not take (EMSGSIZE,
// EINVAL, EIO: a property of the way to a destination and of the segment size, which a change of
// route changes), and anything at all while the socket or the device has no room.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/address.h"
#include "base/random.h"
#include "base/time_point.h"

namespace baton::sim {

class SendRefusals {
 public:
  struct Config {
    uint32_t paths_per_million = 0;  // of the destinations: they do not take every run
    // The paths change after this time; zero: never.
    Duration route_period{};
    // Spells without room: how many there are, how long each is, and how many of the messages
    // within one are refused.
    Duration spell_period{};  // zero: none
    Duration spell_length{};
    uint32_t refused_per_million = 0;
    TimePoint until{};  // no refusals of any kind after this
  };

  SendRefusals(const Config& config, Random random)
      : config_(config), random_(random), path_seed_(random_()) {}

  // The error for a message of `datagrams` datagrams of `segment_size` bytes, or 0: it is taken.
  int Judge(TimePoint now, const TransportAddress& to, size_t datagrams, size_t segment_size);

 private:
  int JudgeRun(TimePoint now, const TransportAddress& to, size_t segment_size) const;

  Config config_;
  Random random_;
  uint64_t path_seed_;
};

}  // namespace baton::sim
