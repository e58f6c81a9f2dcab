// The node that commands talk to.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "control/client.h"

#include "proto/control.pb.h"

namespace baton::cli {

class Node {
 public:
  enum class Patience { kTimeout, kForever };

  virtual ~Node() = default;

  // What the node said when it was greeted.
  virtual absl::StatusOr<control::v1::Welcome> Greet() = 0;
  // The reply, or the error that it carried.
  virtual absl::StatusOr<control::v1::Reply> Call(control::v1::Request request) = 0;
  // The next message of a watch that Call() has started.
  virtual absl::StatusOr<control::v1::WatchMessage> NextWatchMessage(Patience patience) = 0;
};

// A node over the network. It is connected to by the first use and over this one connection until
// the end; `timeout` is for each answer.
std::unique_ptr<Node> MakeRemoteNode(control::ClientOptions options, Duration timeout);

}  // namespace baton::cli
