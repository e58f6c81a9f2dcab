// How baton-bench ends. docs/benchmark.md promises these numbers.
#pragma once

namespace baton::bench {

enum class ExitCode {
  kGood = 0,
  kThreshold = 1,  // the run is valid, and does not keep to a threshold
  kError = 2,      // usage, or something around the run: no connection, no such file, no rights
  kInvalid = 3,    // the bench could not do its part: the figures say nothing about the node
};

}  // namespace baton::bench
