#include "cmd/batonctl/options.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/output/safe_text.h"
#include "control/config_units.h"

namespace baton::cli {
namespace {

constexpr uint64_t kMaxTimeoutMs = 24ULL * 60 * 60 * 1000;

}  // namespace

void AddOptions(CLI::App& app, Options& options) {
  constexpr const char* kGroup = "Options for all commands";
  app.add_option("--node", options.node,
                 "The node's control address: HOST:PORT, [IPV6]:PORT or unix:/PATH")
      ->envname("BATON_NODE")
      ->type_name("ADDRESS")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("-o,--output", options.format, "table: for people; json: one document a line")
      ->check(CLI::IsMember({"table", "json"}))
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--timeout", options.timeout, "How long to wait for each answer: 5s, 500ms")
      ->envname("BATON_TIMEOUT")
      ->type_name("TIME")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--tls-ca", options.tls_ca, "Use TLS: a PEM file of who signs nodes' certificates")
      ->envname("BATON_TLS_CA")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--tls-cert", options.tls_certificate, "Our own certificate, a PEM file")
      ->envname("BATON_TLS_CERT")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--tls-key", options.tls_key, "The key of our certificate, a PEM file")
      ->envname("BATON_TLS_KEY")
      ->type_name("FILE")
      ->group(kGroup);
  app.add_option("--tls-server-name", options.tls_server_name,
                 "What the node's certificate must say, if not the host of --node")
      ->envname("BATON_TLS_SERVER_NAME")
      ->type_name("NAME")
      ->group(kGroup);
}

Format FormatOf(const Options& options) {
  return options.format == "json" ? Format::kJson : Format::kTable;
}

absl::StatusOr<Duration> TimeoutOf(const Options& options) {
  const std::optional<uint64_t> ms = control::ParseDurationMs(options.timeout);
  if (!ms || *ms == 0 || *ms > kMaxTimeoutMs) {
    return UsageError(absl::StrCat("--timeout: \"", SafeText(options.timeout),
                                   "\" is not a time from 1ms to 24h: write it like 5s or 500ms"));
  }
  return std::chrono::milliseconds(*ms);
}

absl::StatusOr<control::ClientOptions> ClientOptionsOf(const Options& options) {
  const absl::StatusOr<Duration> timeout = TimeoutOf(options);
  if (!timeout.ok()) return timeout.status();

  control::ClientOptions client{
      .address = options.node, .name = "batonctl " BATON_VERSION, .connect_timeout = *timeout};
  const bool any_tls = !options.tls_ca.empty() || !options.tls_certificate.empty() ||
                       !options.tls_key.empty() || !options.tls_server_name.empty();
  if (!any_tls) return client;
  if (options.tls_ca.empty() || options.tls_certificate.empty() || options.tls_key.empty()) {
    return UsageError(
        "TLS needs all of --tls-ca, --tls-cert and --tls-key (or BATON_TLS_CA, BATON_TLS_CERT and "
        "BATON_TLS_KEY)");
  }
  client.tls = control::ClientTls{.ca_file = options.tls_ca,
                                  .certificate_file = options.tls_certificate,
                                  .key_file = options.tls_key,
                                  .server_name = options.tls_server_name};
  return client;
}

}  // namespace baton::cli
