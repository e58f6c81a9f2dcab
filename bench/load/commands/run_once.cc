#include "bench/load/commands/run_once.h"

#include <cstdio>
#include <iostream>
#include <utility>
#include <vector>

#include "bench/load/fanout_run.h"
#include "bench/load/progress.h"
#include "bench/load/report.h"
#include "bench/load/result_io.h"
#include "bench/load/result_json.h"
#include "bench/load/scenario_file.h"
#include "bench/load/stun_run.h"
#include "bench/load/text_summary.h"

namespace baton::bench {
namespace {

absl::Status WriteFiles(const RunResult& result, const std::string& directory) {
  if (directory.empty()) return absl::OkStatus();
  if (absl::Status status = WriteResult(result, directory); !status.ok()) return status;
  return WriteReport(result, directory);
}

}  // namespace

absl::StatusOr<RunResult> RunScenario(const Scenario& scenario, const NodeOptions& node,
                                      const std::string& stun_server, bool gso,
                                      const Context& context) {
  if (absl::Status status = CheckScenario(scenario); !status.ok()) return status;
  absl::StatusOr<RunOptions> options = RunOptionsOf(node);
  if (!options.ok()) return options.status();
  Progress progress(stderr);
  options->stun_server = stun_server;
  options->gso = gso;
  options->environment = context.environment;
  options->progress = &progress;
  options->stop = context.stop;
  return scenario.stun ? RunStun(scenario, *options) : RunFanout(scenario, *options);
}

absl::StatusOr<ExitCode> Conclude(RunResult& result, const OutputOptions& output,
                                  std::span<const Threshold> thresholds) {
  const bool all_hold = JudgeAll(thresholds, result.summary);
  std::cout << (output.json ? ToJson(result.summary).dump(2) + '\n' : TextSummary(result.summary))
            << std::flush;
  if (absl::Status status = WriteFiles(result, output.directory); !status.ok()) return status;
  if (result.summary.verdict == Verdict::kInvalid) return ExitCode::kInvalid;
  return all_hold ? ExitCode::kGood : ExitCode::kThreshold;
}

absl::StatusOr<ExitCode> RunAndConclude(const Scenario& scenario, const NodeOptions& node,
                                        const std::string& stun_server, bool gso,
                                        const OutputOptions& output, const Context& context) {
  const absl::StatusOr<std::vector<Threshold>> thresholds = ThresholdsOf(output);
  if (!thresholds.ok()) return thresholds.status();
  absl::StatusOr<RunResult> result = RunScenario(scenario, node, stun_server, gso, context);
  if (!result.ok()) return result.status();
  return Conclude(*result, output, *thresholds);
}

}  // namespace baton::bench
