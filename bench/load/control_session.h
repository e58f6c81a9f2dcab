// A connection to the node's control protocol for a run: many requests under way at once, an end
// when the user wants one, and requests whose answers come while other things happen.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "control/client.h"

#include "proto/control.pb.h"

namespace baton::bench {

class ControlSession {
 public:
  using OnReply = std::function<void(size_t index, const control::v1::Reply& reply)>;

  // `stop` outlives the session; once it is true, whatever waits fails with CANCELLED.
  static absl::StatusOr<std::unique_ptr<ControlSession>> Connect(control::ClientOptions options,
                                                                 const std::atomic<bool>& stop);
  ~ControlSession();

  const control::v1::Welcome& welcome() const { return welcome_; }
  boost::asio::io_context& io() { return io_; }

  // Sends all requests, in their order, as fast as the node answers, and calls `on_reply` for each.
  // The first error ends it; DEADLINE_EXCEEDED if nothing is answered for ten seconds.
  absl::Status Do(std::vector<control::v1::Request> requests, const OnReply& on_reply = {});
  absl::StatusOr<control::v1::Reply> Call(control::v1::Request request);
  // Does not wait. `callback` runs from within RunUntil(), or never.
  void Send(control::v1::Request request, control::Client::ReplyCallback callback);

  // Runs callbacks until `time`; OK then. CANCELLED if the user wants an end, UNAVAILABLE if the
  // connection has ended.
  absl::Status RunUntil(TimePoint time);

  // From now on `stop` is ignored: what was made can be removed.
  void BeginCleanUp() { cleaning_up_ = true; }

 private:
  explicit ControlSession(const std::atomic<bool>& stop) : stop_(stop) {}
  // Runs a callback, or waits for a while.
  absl::Status Step(TimePoint at_most);

  const std::atomic<bool>& stop_;
  bool cleaning_up_ = false;
  boost::asio::io_context io_;
  std::optional<control::Client> client_;
  control::v1::Welcome welcome_;
  std::optional<absl::Status> closed_;
};

}  // namespace baton::bench
