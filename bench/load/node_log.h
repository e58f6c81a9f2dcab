// The node's metrics over the time of a run, one sample for each border between intervals.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "bench/load/node_probe.h"
#include "bench/load/result.h"

namespace baton::bench {

class NodeLog {
 public:
  // `address` is empty if there are no metrics to be had: then everything that was asked for is 0.
  NodeLog(std::string address, bool stun);

  // Whether the metrics can be read. An error says what to do.
  absl::Status Check();

  // Takes a sample. One that fails is taken for the one before: the difference shows up later.
  void Take();
  // Between the last two samples.
  NodeUse Latest() const;
  // Between the first and the last sample.
  NodeUse Total() const;
  // Between samples i and i + 1; the last interval goes to the last sample.
  void FillIn(std::vector<Interval>& intervals) const;

  const NodeSample& first() const { return first_; }

 private:
  std::string address_;
  bool stun_;
  NodeSample first_;  // of Check()
  std::vector<NodeSample> samples_;
};

}  // namespace baton::bench
