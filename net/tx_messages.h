// One submission's worth of messages for the kernel, filled from a TxBatch run by run, and the
// account of what became of each. Shared by both back ends: they differ in how they submit.
//
// Fill() is called again and again with one batch until it returns 0; between two calls the
// messages of the first are submitted and each is accounted for. What was refused as a run comes
// once more, datagram by datagram. The order of each destination's datagrams is kept whatever the
// kernel does: if something later was taken already, what was refused is dropped and counted.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/tx_batch.h"
#include "net/event_loop.h"
#include "net/gso_paths.h"
#include "net/socket.h"
#include "net/tx_runs.h"

namespace baton::net {

class TxMessages {
 public:
  static constexpr size_t kCapacity = 512;
  // The most entries that a batch may have.
  static constexpr size_t kMaxEntries = 4096;

  // `sockets` is how many there are to leave by. Datagrams for destinations numbered below
  // `destinations` travel in runs, all others one by one.
  TxMessages(size_t sockets, size_t destinations, LoopCounters& counters);

  static size_t BytesFor(size_t destinations) {
    return kCapacity * (sizeof(mmsghdr) + sizeof(SocketAddress) + sizeof(Control) + sizeof(Info)) +
           kMaxEntries * (sizeof(TxBatch::Entry) + sizeof(Work)) + GsoPaths::BytesFor(destinations);
  }

  // Begins with a batch. Destinations of kTapSocket are passed over, and with `only` those of all
  // sockets but this one.
  void Start(const TxBatch& batch, std::optional<SocketIndex> only);

  // Replaces the messages by the next ones, up to kCapacity, once all of those before are accounted
  // for. Returns how many there are: 0 at the end.
  size_t Fill();

  // The kernel reads these until the message's result is known. They point into the batch.
  mmsghdr* headers() { return headers_.data(); }
  SocketIndex socket(size_t message) const { return info_[message].socket; }

  // Counts what became of a message: `result` is negative (-errno) if the kernel refused it.
  void Account(size_t message, int result);

 private:
  // Entries of one destination that have still to become messages.
  struct Work {
    uint32_t destination = 0;
    TxBatch::Position next;
    uint32_t singles = 0;  // so many from here on go one by one
    bool to_end = false;   // and after them the rest of the destination
  };
  struct Info {
    uint32_t destination;
    TxBatch::Position first;
    TxBatch::Position next;
    uint32_t datagrams;
    uint32_t bytes;
    uint32_t segment_size;
    GsoPath* path;  // null: none
    int result;     // of Account()
    SocketIndex socket;
    bool alone;  // a run of a size of which nothing is known: what follows it waits for its result
  };
  struct alignas(cmsghdr) Control {
    uint8_t bytes[CMSG_SPACE(sizeof(uint16_t))];
  };

  // The next destination with entries becomes current_; false if there is none.
  bool TakeDestination();
  // Turns as much of `work` into messages as there is room for. True when nothing is left of it, or
  // what is left waits for a result.
  bool Emit(Work& work);
  void Write(uint32_t destination, const TxRun& run, GsoPath* path, bool alone);
  iovec* PartsOf(const TxRun& run);
  void SetSegmentSize(msghdr& header, uint32_t segment_size);
  // Makes work of what the submission before left over.
  void Settle();
  bool LaterWasTaken(size_t message) const;
  void CountFailure(int error, uint32_t datagrams);

  size_t sockets_;
  LoopCounters& counters_;
  GsoPaths paths_;

  const TxBatch* batch_ = nullptr;
  std::optional<SocketIndex> only_;
  size_t next_destination_ = 0;
  Work current_;
  std::vector<Work> left_over_;  // comes before current_
  size_t left_over_done_ = 0;
  bool unsettled_ = false;  // a run was refused, or something waits for a result

  uint64_t submission_ = 0;
  size_t filled_ = 0;
  std::vector<mmsghdr> headers_;
  std::vector<SocketAddress> names_;  // where no path has it
  std::vector<Control> controls_;
  std::vector<Info> info_;
  std::vector<TxBatch::Entry> scattered_;  // of runs whose entries were not neighbours
};

}  // namespace baton::net
