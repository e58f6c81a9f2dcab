// How much memory something takes, as a sum that can be read.
#pragma once

#include <cstdint>
#include <string>

namespace baton {

struct MemoryItem {
  std::string what;         // "legs", "receive buffers of shard 0"
  uint64_t count = 0;       // how many of them
  uint64_t bytes_each = 0;  // with what look-up tables need for one

  uint64_t bytes() const { return count * bytes_each; }
};

}  // namespace baton
