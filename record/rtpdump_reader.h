// Reads over an rtpdump file of ours.
#pragma once

#include <cstdint>

#include "base/time_point.h"
#include "record/byte_window.h"

namespace baton::record {

struct RtpdumpRecords {
  uint64_t count = 0;        // whole records up to where the file ends or makes no sense
  uint64_t end_of_last = 0;  // offset
  bool damaged = false;      // there is something that is no record
  // Recording time of the first and of the last packet, if there is any.
  Duration start = Duration::max();
  Duration end{};
};

// Of any bytes; no records without our header. An error of the disk is in `file.status()`.
RtpdumpRecords ReadRtpdumpRecords(ByteWindow& file);

}  // namespace baton::record
