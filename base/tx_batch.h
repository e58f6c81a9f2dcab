// Datagrams on their way out, collected over a batch and grouped by destination.
//
// An entry is {destination, header, payload}: the header is the destination's own and is written
// into a slot of the batch, the payload is shared and lies in a receive buffer that the entry keeps
// alive. Entries for one destination keep their order; entries for different destinations have
// none. That is the form in which net/ can send runs to one destination with one message.
//
// Owned by one shard's thread. Nothing allocates after construction. A batch that is full sends
// itself through its sink, so adding never fails.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/buffer_refs.h"
#include "base/bytes.h"
#include "base/datagram.h"
#include "base/time_point.h"

namespace baton {

class TxBatch;

// Whoever puts batches on the wire. When Send() returns, the kernel has taken or refused every
// entry, and nothing refers to the batch's headers or payloads any more.
class TxSink {
 public:
  virtual ~TxSink() = default;
  virtual void Send(const TxBatch& batch) = 0;
};

// A dense number that stands for one destination for as long as a batch lives: entries with one
// number are grouped. The shard uses the index of the endpoint.
using DestinationId = uint32_t;

class TxBatch {
 public:
  static constexpr uint32_t kEnd = std::numeric_limits<uint32_t>::max();
  // The longest header that an entry can have; also the longest datagram that is all header.
  static constexpr size_t kMaxHeaderSize = 1500;

  struct Entry {
    const uint8_t* payload;
    const uint8_t* header;
    uint16_t payload_size;
    uint16_t header_size;
    BufferId buffer;
    uint32_t next;  // the next entry for the same destination, or kEnd

    size_t size() const { return size_t{header_size} + payload_size; }
  };
  struct Destination {
    Flow flow;
    uint32_t first;
    uint32_t last;
    uint32_t count;
  };

  // Room for `max_entries` entries, and for destinations numbered below `max_destinations`.
  // `buffers` may be null if no entry will have a payload in a receive buffer.
  TxBatch(size_t max_entries, size_t max_destinations, TxSink& sink, BufferRefs* buffers);
  TxBatch(const TxBatch&) = delete;
  TxBatch& operator=(const TxBatch&) = delete;

  // Appends a datagram for destination `id` at `flow` and returns the slot of `header_size` bytes
  // (1..kMaxHeaderSize) to write its header into, before the next call of anything here.
  uint8_t* Add(DestinationId id, const Flow& flow, size_t header_size, Bytes payload,
               BufferId buffer);
  // Appends a datagram of `size` bytes that belongs to no group (a reply).
  uint8_t* AddSingle(const Flow& flow, size_t size);

  // A forwarded datagram's receive time, for the forward-latency histogram: one for each datagram
  // that came in and went out to somebody.
  void NoteForwarded(TimePoint received);

  // Sends what there is, and empties the batch.
  void Flush();

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  const Entry& entry(uint32_t i) const { return entries_[i]; }
  std::span<const Destination> destinations() const { return destinations_; }
  std::span<const TimePoint> forwarded() const { return forwarded_; }

  static size_t BytesFor(size_t max_entries, size_t max_destinations);

 private:
  struct Slot {
    uint64_t epoch = 0;
    uint32_t destination = 0;
  };
  // Headers are 12 bytes and a little more; replies are rare. A batch whose headers fill up first
  // is sent early.
  static constexpr size_t kHeaderBytesPerEntry = 32;

  uint8_t* Append(uint32_t destination, size_t header_size, Bytes payload, BufferId buffer);
  bool HasRoom(size_t header_size) const;
  void Clear();

  TxSink& sink_;
  BufferRefs* buffers_;
  size_t max_entries_;
  std::vector<Entry> entries_;
  std::vector<Destination> destinations_;
  std::vector<Slot> slots_;  // by DestinationId
  std::vector<uint8_t> headers_;
  size_t headers_used_ = 0;
  uint64_t epoch_ = 1;  // a slot of another epoch is empty
  std::vector<TimePoint> forwarded_;
};

}  // namespace baton
