// The way of packets from the shards to the recording processes, as the control plane steers it.
// cmd/ implements it with queues and a thread that writes them; tests with whatever they like.
//
// A tap is a bounded queue that a shard fills, from the sink endpoint that was added with the tap's
// number (relay::AddSinkEndpoint), and whose content is written to the socket pair of the process,
// as frames of record/tap_protocol.h. As long as no process is attached, or the one that is does
// not read, packets stay in the queue; when it is full they are dropped, counted, and their place
// is marked.
//
// Messages for the process ("control frames") keep their place between the packets: what a shard
// queued before SendMessage() comes before the message, what it queues later after it. So a track
// is announced before the AddLeg is submitted, and taken back after the RemoveLeg was answered.
//
// All of it is called on the control thread, and nothing blocks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/datagram.h"

namespace baton::control {

struct TapCounters {
  uint64_t backlog_bytes = 0;  // in the queue now, frames' headers included
  uint64_t packets = 0;        // queued ever
  uint64_t dropped = 0;        // packets that found the queue full
  uint64_t written_bytes = 0;  // to all processes that were attached
  // Messages written in full, of those of SendMessage() and Finish(): in order, so the first so
  // many. A process that dies may not have read the last ones.
  uint64_t messages_written = 0;
  bool attached = false;  // a process is, and has not closed its end
  bool finished = false;  // the message of Finish() has been written in full
};

class Taps {
 public:
  virtual ~Taps() = default;

  // A tap with an empty queue of about `queue_bytes`, whose memory is taken as it fills.
  // RESOURCE_EXHAUSTED: kMaxTaps are open, or there is no memory; otherwise what the system
  // refused.
  virtual absl::StatusOr<TapNumber> Open(size_t queue_bytes) = 0;

  // For an open tap:

  // Writes to `fd`, one end of a pair of SOCK_STREAM sockets, from now on: first `first` (whole
  // frames), then what is in the queue. Takes `fd`, and closes it when the process is gone, another
  // one is attached, or after Detach() or Close(); whoever reads from the same end keeps a
  // duplicate. What was attached before is forgotten; a frame that it was sent a part of is written
  // again, in full.
  virtual void Attach(TapNumber tap, int fd, std::string first) = 0;
  // Writes no more, until another one is attached.
  virtual void Detach(TapNumber tap) = 0;

  // Queues a message as a whole frame behind all packets that are in the queue. False, and nothing
  // happens, if messages of kMaxMessageBytes wait already.
  static constexpr size_t kMaxMessageBytes = size_t{4} << 20;
  virtual bool SendMessage(TapNumber tap, std::string frame) = 0;

  // The last message, behind all packets: to be called when the removal of the sink endpoint has
  // been answered, or its event seen, after which nothing is queued any more. Never refused.
  virtual void Finish(TapNumber tap, std::string frame) = 0;

  // Forgets the tap with all that is in its queue; the number is free again. As for Finish(), the
  // sink endpoint has gone before.
  virtual void Close(TapNumber tap) = 0;

  virtual TapCounters Counters(TapNumber tap) const = 0;
};

}  // namespace baton::control
