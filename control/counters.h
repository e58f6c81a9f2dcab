// What the control plane counts. Written on the control thread, read by any (metrics).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/counter.h"
#include "control/node.h"

namespace baton::control {

// Why a connection has ended.
enum class CloseReason : uint8_t {
  kByPeer,           // closed or lost from the other side
  kHelloTimeout,     // no Hello (or no TLS handshake) in time
  kHandshakeFailed,  // TLS: wrong version, no certificate or one of another CA
  kEvicted,          // the oldest of too many that have not said Hello
  kNotWelcome,       // Hello of an unknown version, or something else than Hello
  kTooManySessions,  // Hello when the node had as many as it takes
  kMalformed,        // a frame length or message that cannot be
  kFrameTimeout,     // began a frame and did not finish it in time
  kWriteTimeout,     // took none of what the node wrote
  kUnreadReplies,    // too many bytes of replies wait to be read
  kWatchFellBehind,  // a watcher slower than the events
  kShutdown,
};
inline constexpr size_t kCloseReasons = 12;
// "by_peer": the value of a metric's label.
std::string_view Name(CloseReason reason);

// Canonical codes, OK (0) to UNAUTHENTICATED (16).
inline constexpr size_t kCodes = 17;

struct Counters {
  Counter connections_accepted;
  Counter accept_errors;  // no file descriptor left, mostly
  std::array<Counter, kCloseReasons> connections_closed;
  Gauge unauthenticated;  // connections that have not said Hello yet
  Gauge sessions;         // those that have
  Gauge watchers;
  Counter rx_messages;
  Counter tx_messages;
  std::array<Counter, kCodes> requests;  // by the code of their reply
  Counter replies_dropped;               // the client was gone before
  Counter events;
  Counter events_unexpected;  // that the mirror could not follow: a defect
  Counter watch_resumed;
  Counter watch_snapshots;
};

// All of them that count up, by name: for `batonctl` and for metrics.
std::vector<NamedCount> List(const Counters& counters);

}  // namespace baton::control
