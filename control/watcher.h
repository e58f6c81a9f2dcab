// Follows a node's state for as long as it lives: connects, watches, and after a lost connection
// connects again and resumes where it was, without missing an event or seeing one twice.
#pragma once

#include <functional>
#include <memory>

#include "absl/status/status.h"
#include "base/time_point.h"
#include "control/client.h"

#include "proto/control.pb.h"

namespace boost::asio {
class io_context;
}

namespace baton::control {

// All run on the io_context's thread. Unset ones are not called.
struct WatchHandler {
  // The whole state, which replaces all that was known: at first, and where resuming was impossible
  // (`start` says why).
  std::function<void(const v1::State& state, v1::WatchStarted::Start start)> on_snapshot;
  std::function<void(const v1::Event& event)> on_event;
  // The connection is lost or could not be made; the next attempt follows by itself.
  std::function<void(const absl::Status& why)> on_disconnected;
};

class Watcher {
 public:
  // Waits between attempts double from `min` to `max`, and start again at `min` once a watch has
  // started.
  struct Retry {
    Duration min = std::chrono::milliseconds(100);
    Duration max = std::chrono::seconds(5);
  };

  // `io` outlives the watcher. Starts at once.
  Watcher(boost::asio::io_context& io, ClientOptions options, WatchHandler handler, Retry retry);
  // No callback runs afterwards. Not from within a callback.
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace baton::control
