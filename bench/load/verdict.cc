#include "bench/load/verdict.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bench/load/units.h"

namespace baton::bench {

void JudgeValidity(const Scenario& scenario, const BenchTrouble& trouble, Summary& summary) {
  std::vector<std::string> reasons;
  const auto limit = static_cast<uint64_t>(scenario.max_generator_lag.count());
  if (summary.generator_lag.p99 > limit) {
    reasons.push_back(absl::StrCat("the generator was late: its lag's p99 is ",
                                   RoundedDuration(static_cast<double>(summary.generator_lag.p99)),
                                   ", the limit is ", FormatDuration(scenario.max_generator_lag),
                                   " (give the bench CPUs of its own, or take less load)"));
  }
  if (trouble.socket_drops > 0) {
    reasons.push_back(absl::StrCat(
        "the bench's own sockets overflowed: ", GroupedCount(trouble.socket_drops),
        " datagrams were lost behind the node (raise net.core.rmem_max, give the bench CPUs of "
        "its own, or take less load)"));
  }
  if (trouble.failed_sends > 0) {
    reasons.push_back(absl::StrCat("the bench could not send ", GroupedCount(trouble.failed_sends),
                                   " packets: ", trouble.send_failure));
  }
  if (summary.sent == 0) reasons.push_back("the generator sent nothing in the measured time");
  if (reasons.empty()) return;
  summary.verdict = Verdict::kInvalid;
  summary.verdict_reason = absl::StrJoin(reasons, "; ");
}

}  // namespace baton::bench
