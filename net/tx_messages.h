// One submission's worth of messages for the kernel, filled from a TxBatch run by run, and the
// account of what became of each. Shared by both back ends: they differ in how they submit.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/tx_batch.h"
#include "net/event_loop.h"
#include "net/socket.h"

namespace baton::net {

// How far a batch has been turned into messages.
struct TxCursor {
  size_t destination = 0;
  uint32_t entry = TxBatch::kEnd;  // next of that destination; kEnd: its first
};

class TxMessages {
 public:
  static constexpr size_t kCapacity = 512;

  // `sockets` is how many there are to leave by.
  TxMessages(size_t sockets, LoopCounters& counters);

  static constexpr size_t BytesFor() {
    return kCapacity *
           (sizeof(mmsghdr) + sizeof(SocketAddress) + kIovecs * sizeof(iovec) + sizeof(Info));
  }

  // Replaces the messages by the next ones of `batch`, up to kCapacity, and moves `cursor` on. With
  // `only`, destinations of other sockets are passed over. Returns how many there are: 0 at the
  // end.
  size_t Fill(const TxBatch& batch, TxCursor& cursor, std::optional<SocketIndex> only);

  // The kernel reads these until the message's result is known. They point into the batch.
  mmsghdr* headers() { return headers_.data(); }
  SocketIndex socket(size_t message) const { return info_[message].socket; }

  // Counts what became of a message: `result` is negative (-errno) if the kernel refused it.
  void Account(size_t message, int result);

 private:
  // A message carries one datagram: the header in its slot, and the payload.
  static constexpr size_t kRunDatagrams = 1;
  static constexpr size_t kIovecs = 2 * kRunDatagrams;
  struct Info {
    SocketIndex socket;
    uint32_t datagrams;
    uint32_t bytes;
  };

  // Writes message `slot` and returns the entry that follows its run.
  uint32_t Write(size_t slot, const TxBatch& batch, const Flow& flow, uint32_t entry);

  size_t sockets_;
  LoopCounters& counters_;
  std::vector<mmsghdr> headers_;
  std::vector<SocketAddress> names_;
  std::vector<iovec> iovecs_;
  std::vector<Info> info_;
};

}  // namespace baton::net
