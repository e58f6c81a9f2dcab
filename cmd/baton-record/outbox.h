// Messages to the node, as far as its end of the socket takes them.
#pragma once

#include <cstddef>
#include <string>

#include "base/time_point.h"

#include "proto/record.pb.h"

namespace baton::record {

// One thread.
class Outbox {
 public:
  // What the node does not read in time is bounded: beyond this, messages are dropped. Recording
  // goes on without them.
  static constexpr size_t kMaxBytes = size_t{1} << 20;

  // A connected stream socket, which outlives this.
  explicit Outbox(int socket) : socket_(socket) {}

  // Queues it, and writes what can be written without waiting.
  void Send(const v1::FromSink& message);

  // Writes what can be written without waiting.
  void Flush();

  // Waits for that all to be written, at most so long.
  void FlushAll(Duration timeout);

  bool has_pending() const { return !pending_.empty(); }

 private:
  const int socket_;
  std::string pending_;
};

}  // namespace baton::record
