#include "cmd/batond/settings.h"

#include <limits.h>
#include <unistd.h>

#include <array>
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

control::RecordingOptions RecordingOptionsOf(const config::Config& config,
                                             const std::string& default_program) {
  const config::Record& from = config.record();
  control::RecordingOptions options;
  options.node_name = config.name();
  options.directory = from.directory();
  options.program = from.program().empty() ? default_program : from.program();
  options.name = from.name();
  options.queue_bytes = from.queue_memory_bytes();
  options.max_recordings = from.max_recordings();
  options.min_free_bytes = from.min_free_bytes();
  options.delete_oldest = from.delete_oldest();
  options.delete_after = milliseconds(from.delete_after_ms());
  options.hook.assign(from.hook().begin(), from.hook().end());
  options.hooks = from.hooks();
  options.hook_timeout = milliseconds(from.hook_timeout_ms());
  options.stop_timeout = milliseconds(from.stop_timeout_ms());
  return options;
}

std::string ProgramBeside(const std::string& name) {
  std::array<char, PATH_MAX> path;
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  const std::string self(path.data(), size < 0 ? 0 : static_cast<size_t>(size));
  const std::string directory = self.substr(0, self.rfind('/') + 1);
  const std::string built = directory + "../" + name + "/" + name;
  return access(built.c_str(), X_OK) == 0 ? built : directory + name;
}

}  // namespace baton
