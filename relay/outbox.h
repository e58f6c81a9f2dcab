// The bounded queue of what a shard has to tell: replies and events, in order.
//
// A command may only be handled while CanTakeCommand() holds: then all that it causes has room.
// Events that packets and time cause use what is left; one that finds no room is not lost but stays
// marked on its record and is told later, as the state that holds then.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"
#include "relay/capacity.h"
#include "relay/output.h"

namespace baton::relay {

class Outbox {
 public:
  // One command causes at most an event for each track it subscribes to, or for each endpoint that
  // it subscribes, plus its own event, the one that takes it back, and the reply.
  static constexpr size_t CommandReserve(const Limits& limits) {
    const size_t tracks = limits.tracks;
    const size_t endpoints = limits.endpoints_per_room;
    return (tracks > endpoints ? tracks : endpoints) + 3;
  }
  static constexpr size_t kForPackets = 512;

  // Two commands' worth, so that one can be handled while the other's outputs are being drained.
  static constexpr size_t CapacityFor(const Limits& limits) {
    return 2 * CommandReserve(limits) + kForPackets;
  }

  explicit Outbox(const Limits& limits)
      : reserve_(CommandReserve(limits)), ring_(CapacityFor(limits)) {}

  size_t capacity() const { return ring_.size(); }
  size_t size() const { return size_; }
  bool CanTakeCommand() const { return ring_.size() - size_ >= reserve_; }

  // For commands: there is room, by CanTakeCommand().
  void Put(Output&& output) {
    BATON_CHECK(size_ < ring_.size());
    ring_[(head_ + size_++) % ring_.size()] = std::move(output);
  }
  // For events that packets and time cause. False if there is no room outside the reserve.
  bool Offer(Event&& event) {
    if (ring_.size() - size_ <= reserve_) return false;
    Put(Output(std::move(event)));
    return true;
  }
  bool Pop(Output& output) {
    if (size_ == 0) return false;
    output = std::move(ring_[head_]);
    head_ = (head_ + 1) % ring_.size();
    --size_;
    return true;
  }

 private:
  size_t reserve_;
  std::vector<Output> ring_;
  size_t head_ = 0;
  size_t size_ = 0;
};

}  // namespace baton::relay
