// What a WebM or Matroska file of ours is made of: which parts are whole, and how many frames they
// have. (RFC 8794 for the elements, RFC 9559 for their ids.)
#pragma once

#include <cstdint>

#include "record/byte_window.h"

namespace baton::record {

struct MatroskaOutline {
  // Frames of clusters, up to where the file ends or makes no sense.
  uint64_t frames = 0;
  // The file ends within an element: it was cut off.
  bool cut_off = false;
  // Somewhere before the end is what no file of ours has.
  bool damaged = false;
};

// Of any bytes. An error of the disk is in `file.status()`.
MatroskaOutline ReadMatroskaOutline(ByteWindow& file);

}  // namespace baton::record
