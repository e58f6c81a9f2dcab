// One side of a comparison: the results of a directory.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/result.h"

namespace baton::bench {

struct Side {
  struct Run {
    std::string dir;
    Summary summary;
  };

  std::string dir;
  // What the figures are made of: the valid runs, or all if none is valid.
  std::vector<Run> runs;
  std::vector<Run> invalid;  // those that are INVALID, whether among `runs` or not
};

// `dir` is a result, or holds results as its subdirectories, which are taken by name. NotFound if
// there is none.
absl::StatusOr<Side> ReadSide(const std::string& dir);

// What should be the same on both sides if their figures are to be compared, by name: "kernel",
// "video.bitrate". More than one value if a side's runs differ among themselves.
std::map<std::string, std::set<std::string>> Circumstances(const Side& side);

}  // namespace baton::bench
