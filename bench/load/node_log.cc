#include "bench/load/node_log.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace baton::bench {

NodeLog::NodeLog(std::string address, bool stun) : address_(std::move(address)), stun_(stun) {}

absl::Status NodeLog::Check() {
  if (address_.empty()) return absl::OkStatus();
  absl::StatusOr<NodeSample> sample = ScrapeNode(address_);
  if (!sample.ok()) {
    return absl::Status(
        sample.status().code(),
        absl::StrCat("no metrics from http://", address_, "/metrics: ", sample.status().message(),
                     ". Say with --admin where the node's admin HTTP is, or --admin none to do "
                     "without what the node says of itself"));
  }
  first_ = *std::move(sample);
  return absl::OkStatus();
}

void NodeLog::Take() {
  if (address_.empty()) return;
  absl::StatusOr<NodeSample> sample = ScrapeNode(address_);
  if (sample.ok()) {
    samples_.push_back(*std::move(sample));
  } else {
    samples_.push_back(samples_.empty() ? first_ : samples_.back());
  }
}

NodeUse NodeLog::Latest() const {
  if (samples_.size() < 2) return {};
  return UseBetween(samples_[samples_.size() - 2], samples_.back(), stun_);
}

NodeUse NodeLog::Total() const {
  if (samples_.size() < 2) return {};
  return UseBetween(samples_.front(), samples_.back(), stun_);
}

void NodeLog::FillIn(std::vector<Interval>& intervals) const {
  for (size_t i = 0; i < intervals.size() && i + 1 < samples_.size(); ++i) {
    const bool last = i + 1 == intervals.size();
    intervals[i].node = UseBetween(samples_[i], last ? samples_.back() : samples_[i + 1], stun_);
  }
}

}  // namespace baton::bench
