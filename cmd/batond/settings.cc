#include "cmd/batond/settings.h"

#include <chrono>

#include "base/address.h"

namespace baton {
namespace {

using std::chrono::milliseconds;

TransportAddress AddressOf(const std::string& ip, uint32_t port) {
  return {IpAddress::Parse(ip).value_or(IpAddress()), static_cast<uint16_t>(port)};
}

}  // namespace

control::ServerOptions ControlOptionsOf(const config::Config& config) {
  const config::Control& from = config.control();
  control::ServerOptions options;
  options.node_name = config.name();
  options.listen = AddressOf(from.listen(), from.port());
  options.allow_plain = from.plaintext();
  if (!from.plaintext()) {
    options.tls = control::TlsFiles{.certificate_file = from.tls().certificate(),
                                    .key_file = from.tls().key(),
                                    .ca_file = from.tls().client_ca()};
  }
  control::ServerLimits& limits = options.limits;
  limits.sessions = from.sessions();
  limits.unauthenticated = from.unauthenticated();
  limits.watchers = from.watchers();
  limits.event_log = from.event_log();
  limits.hello_timeout = milliseconds(from.hello_timeout_ms());
  limits.frame_timeout = milliseconds(from.frame_timeout_ms());
  limits.write_timeout = milliseconds(from.write_timeout_ms());
  limits.dead_peer_timeout = milliseconds(from.dead_peer_timeout_ms());
  return options;
}

control::AdminOptions AdminOptionsOf(const config::Config& config) {
  return {.listen = AddressOf(config.admin().listen(), config.admin().port()),
          .max_connections = config.admin().connections()};
}

}  // namespace baton
