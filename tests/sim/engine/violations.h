// What went against an invariant in a run. The first is what matters: what follows it may be its
// consequence.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/time_point.h"

namespace baton::sim {

class Violations {
 public:
  struct Violation {
    TimePoint when;
    std::string what;
    std::string subject;  // of the story to read (Trace::Subject); may be empty
  };

  void Report(TimePoint when, std::string what, std::string subject = {}) {
    if (!first_) first_ = {when, std::move(what), std::move(subject)};
  }
  bool any() const { return first_.has_value(); }
  const std::optional<Violation>& first() const { return first_; }

 private:
  std::optional<Violation> first_;
};

}  // namespace baton::sim
