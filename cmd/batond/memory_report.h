// The memory of a configuration, as a sum that can be read.
#pragma once

#include <span>
#include <string>

#include "base/memory_plan.h"

namespace baton {

// Lines of YAML comments:
//   # memory of the pools:
//   #   rooms               256 x    1024 bytes =     256.0 KiB
//   #   total                                         256.0 KiB
std::string MemoryReport(std::span<const MemoryItem> items);

}  // namespace baton
