// Options that several commands share, and what they mean.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/load/run_options.h"
#include "bench/load/scenario.h"
#include "bench/load/thresholds.h"

namespace baton::bench {

// Which node, and how to reach it.
struct NodeOptions {
  std::string node = "127.0.0.1:7880";
  std::string admin;  // "none": do without
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_server_name;
};

// What becomes of a result.
struct OutputOptions {
  std::string directory;  // empty: only the summary on standard output
  std::vector<std::string> asserts;
  bool json = false;
};

// The functions that add options to a command. What they write to outlives the command. Values that
// make no sense end the parsing with an error that says what to write.

// With `default_admin` for --admin, and --node and --tls-* if `control`.
void AddNodeOptions(CLI::App& command, NodeOptions& options, const std::string& default_admin,
                    bool control);
void AddOutputOptions(CLI::App& command, OutputOptions& options);
// Rooms and who is in them, what they send, who comes and goes.
void AddFanoutOptions(CLI::App& command, Scenario& scenario);
// --rate, --sources; sets `scenario.stun`.
void AddStunOptions(CLI::App& command, Scenario& scenario);
// --duration, --warm-up, --max-lag.
void AddTimeOptions(CLI::App& command, Scenario& scenario);

// Without environment, progress and stop. An error for incomplete TLS options.
absl::StatusOr<RunOptions> RunOptionsOf(const NodeOptions& options);

// An error for one that cannot be read.
absl::StatusOr<std::vector<Threshold>> ThresholdsOf(const OutputOptions& options);

}  // namespace baton::bench
