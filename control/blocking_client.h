// The control client for programs that do one thing after another: tools and tests. Each call runs
// an io_context of its own until the answer is there. One thread uses it.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "control/client.h"

#include "proto/control.pb.h"

namespace baton::control {

class BlockingClient {
 public:
  // Within `options.connect_timeout`.
  static absl::StatusOr<std::unique_ptr<BlockingClient>> Connect(ClientOptions options);
  ~BlockingClient();

  const v1::Welcome& welcome() const;

  // DEADLINE_EXCEEDED if there is no reply after `timeout`; the request may still have its effect.
  absl::StatusOr<v1::Reply> Call(v1::Request request, Duration timeout = std::chrono::seconds(5));

  // The next message of a watch, which Call() has started. DEADLINE_EXCEEDED if none comes in time.
  absl::StatusOr<v1::WatchMessage> NextWatchMessage(Duration timeout);

 private:
  struct State;
  explicit BlockingClient(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace baton::control
