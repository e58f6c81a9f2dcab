// What one tap has to write, and how far it has got: packets from its queue, and messages of the
// control plane between them, to the socket pair of a recording process. Never waits.
//
// A process may die within a frame. What was not written in full stays in the queue, and its
// successor gets whole frames only.
//
// Thread: the one that writes taps.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>

#include "base/counter.h"
#include "cmd/node/tap_queue.h"
#include "net/unique_fd.h"

namespace baton {

// Written by the thread that writes taps, read by any.
struct TapProgress {
  Counter written_bytes;
  Counter messages;       // written in full
  Counter message_bytes;  // of those
  Gauge attached;         // 1: there is a process
};

class TapStream {
 public:
  enum class Outcome : uint8_t {
    kDone,     // all that was there is written, or there is nobody to write to
    kMore,     // enough for one turn: others are waiting
    kBlocked,  // the process has to read first
    kGone,     // there is no process any more: Detach()
  };

  TapStream(std::shared_ptr<TapQueue> queue, std::shared_ptr<TapProgress> progress)
      : queue_(std::move(queue)), progress_(std::move(progress)) {}

  // `first` goes before everything else.
  void Attach(net::UniqueFd fd, std::string first);
  void Detach();
  // Of a socket; negative if nothing is attached.
  int fd() const { return fd_.get(); }

  // Whole frames, which go behind all that was in the queue at `position`.
  void Add(uint64_t position, std::string message) {
    messages_.push_back({position, std::move(message)});
  }

  // What is in the queue now may be written. To be called before messages are taken in: so a
  // message that was there before a packet also comes before it.
  void NoteQueued() { queued_ = queue_->bytes().written(); }

  // Writes what it can.
  Outcome Write();
  // Whether Write() would find something, also among what was queued after NoteQueued().
  bool HasMore() const;

 private:
  struct Message {
    uint64_t position;
    std::string bytes;
  };

  static constexpr size_t kPieces = 16;
  static constexpr size_t kBytesOfTurn = size_t{4} << 20;

  // The message that is to be written now; null: what is in the queue is.
  const std::string* Current() const;
  uint64_t EndOfFrame(uint64_t begin) const;
  // Up to where the queue may be written before something else is to be.
  uint64_t Limit() const;
  size_t Gather(std::span<iovec, kPieces> pieces) const;
  void Advance(size_t bytes);
  void AdvanceMessage(size_t bytes);
  void AdvanceQueue(size_t bytes);

  std::shared_ptr<TapQueue> queue_;
  std::shared_ptr<TapProgress> progress_;
  net::UniqueFd fd_;
  std::string first_;  // of the attached process; empty when it is written
  std::deque<Message> messages_;
  size_t message_written_ = 0;  // of first_, or of the message at the front
  uint64_t queued_ = 0;
  // In the queue: all before it is written, and where the frame that it lies in begins.
  uint64_t position_ = 0;
  uint64_t frame_ = 0;
};

}  // namespace baton
