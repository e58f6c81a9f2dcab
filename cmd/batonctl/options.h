// The options that all commands share: which node, how to reach it, how to print.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "cmd/batonctl/output/output.h"
#include "control/client.h"

namespace baton::cli {

struct Options {
  std::string node = "127.0.0.1:7880";
  std::string format = "table";
  std::string timeout = "5s";
  std::string tls_ca;
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_server_name;
};

// With their environment variables. `options` outlives `app`.
void AddOptions(CLI::App& app, Options& options);

Format FormatOf(const Options& options);

// Usage errors for an unreadable duration and for incomplete TLS options.
absl::StatusOr<Duration> TimeoutOf(const Options& options);
absl::StatusOr<control::ClientOptions> ClientOptionsOf(const Options& options);

}  // namespace baton::cli
