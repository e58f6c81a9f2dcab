// What the control server is told at start.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/time_point.h"
#include "control/tls.h"

namespace baton::control {

// Memory, at worst and without OpenSSL's part (about 40 KiB a connection):
//   unauthenticated x 24 KiB
//   + sessions x (24 KiB + 1 MiB of a frame + unread_reply_bytes + one reply)
//   + distinct snapshots x the size of the state, of which watchers have at most one each
//   + event_log x about 1 KiB
struct ServerLimits {
  uint32_t sessions = 256;         // connections that have said Hello
  uint32_t unauthenticated = 256;  // that have not; beyond it the oldest of them goes
  uint32_t watchers = 64;
  uint32_t pipelined_requests = 256;    // of a session, not yet answered; beyond it nothing is read
  size_t unread_reply_bytes = 4 << 20;  // of a session; beyond it the session ends
  size_t event_log = 16384;             // events that a watcher can be behind or resume over
  Duration hello_timeout = std::chrono::seconds(5);   // from accepting to Hello, TLS included
  Duration frame_timeout = std::chrono::seconds(10);  // from a frame's first byte to its last
  Duration write_timeout = std::chrono::seconds(30);  // without a byte taken by the client
  // Clients may be silent for ever; TCP keep-alive finds those that are gone within this time.
  Duration dead_peer_timeout = std::chrono::seconds(60);
};

// What there is to log about a session that said Hello.
struct SessionNote {
  std::string_view what;      // "control session begins"
  const std::string& peer;    // its address
  const std::string& client;  // the name it gave: any text
  std::string_view reason;    // why it ended; empty at its begin
};

struct ServerOptions {
  std::string node_name = "baton";
  std::string node_version;
  TransportAddress listen;
  std::optional<TlsFiles> tls;  // ca_file: who signs clients' certificates
  bool allow_plain = false;     // without `tls`, and on a loopback address only
  ServerLimits limits;
  // Called when a session begins and when it ends. May be empty.
  std::function<void(const SessionNote& note)> log;
};

}  // namespace baton::control
