// What the node itself, rather than a client, asks of its rooms: for parts of the control plane
// that follow rooms and act on them. Control thread.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "control/commands.h"
#include "control/mirror.h"

#include "proto/control.pb.h"

namespace baton::control {

class Rooms {
 public:
  // UNAVAILABLE: the shard's queue is full, try again later; otherwise what a client would be told.
  using Done = std::function<void(const absl::Status&)>;

  virtual ~Rooms() = default;

  virtual const Mirror& mirror() const = 0;
  // Lets the shard of the action's room do it. `done` is called once, never from inside Do().
  virtual void Do(Action action, Done done) = 0;
  // Gives an event its revision and tells all who watch.
  virtual void Publish(v1::Event event) = 0;
};

}  // namespace baton::control
