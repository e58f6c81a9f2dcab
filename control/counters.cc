#include "control/counters.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "control/quote.h"

namespace baton::control {

std::string_view Name(CloseReason reason) {
  switch (reason) {
    case CloseReason::kByPeer:
      return "by_peer";
    case CloseReason::kHelloTimeout:
      return "hello_timeout";
    case CloseReason::kHandshakeFailed:
      return "handshake_failed";
    case CloseReason::kEvicted:
      return "evicted";
    case CloseReason::kNotWelcome:
      return "not_welcome";
    case CloseReason::kTooManySessions:
      return "too_many_sessions";
    case CloseReason::kMalformed:
      return "malformed";
    case CloseReason::kFrameTimeout:
      return "frame_timeout";
    case CloseReason::kWriteTimeout:
      return "write_timeout";
    case CloseReason::kUnreadReplies:
      return "unread_replies";
    case CloseReason::kWatchFellBehind:
      return "watch_fell_behind";
    case CloseReason::kShutdown:
      return "shutdown";
  }
  return "unknown";
}

std::vector<NamedCount> List(const Counters& counters) {
  std::vector<NamedCount> list = {
      {"connections_accepted", counters.connections_accepted.value()},
      {"accept_errors", counters.accept_errors.value()},
      {"rx_messages", counters.rx_messages.value()},
      {"tx_messages", counters.tx_messages.value()},
      {"replies_dropped", counters.replies_dropped.value()},
      {"events", counters.events.value()},
      {"events_unexpected", counters.events_unexpected.value()},
      {"watch_resumed", counters.watch_resumed.value()},
      {"watch_snapshots", counters.watch_snapshots.value()},
  };
  for (size_t i = 0; i < kCloseReasons; ++i) {
    list.push_back({absl::StrCat("connections_closed_", ToAbsl(Name(static_cast<CloseReason>(i)))),
                    counters.connections_closed[i].value()});
  }
  for (size_t i = 0; i < kCodes; ++i) {
    const std::string code = absl::StatusCodeToString(static_cast<absl::StatusCode>(i));
    list.push_back(
        {absl::StrCat("requests_", absl::AsciiStrToLower(code)), counters.requests[i].value()});
  }
  return list;
}

}  // namespace baton::control
