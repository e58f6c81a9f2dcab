// Datagrams on their way out, collected over a batch and grouped by destination.
//
// An entry is {header, payload}: the header is the destination's own and is written into a slot of
// the batch, the payload is shared by all destinations and lies wherever it was received. Entries
// for one destination keep their order; entries for different destinations have none. Entries that
// are added one after another for one destination lie side by side (an extent), in the form in
// which the kernel reads a scatter list: net/ sends any stretch of them without touching them.
//
// Owned by one shard's thread. Nothing allocates after construction. A batch that is full sends
// itself through its sink, so adding never fails.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/batch_stage.h"
#include "base/bytes.h"
#include "base/check.h"
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
  // A batch got so far. For whoever measures.
  virtual void Reached(BatchStage /*stage*/) {}
};

// A dense number that stands for one destination: entries with one number are grouped. The shard
// uses the index of the endpoint.
using DestinationId = uint32_t;

// Of a reply that belongs to no group.
inline constexpr DestinationId kNoDestination = std::numeric_limits<DestinationId>::max();

class TxBatch {
 public:
  static constexpr uint32_t kEnd = std::numeric_limits<uint32_t>::max();
  // The longest header that an entry can have; also the longest datagram that is all header.
  static constexpr size_t kMaxHeaderSize = 1500;

  // Laid out as the kernel's iovec, and nothing lies between the two of an entry.
  struct Part {
    const uint8_t* data;
    size_t size;
  };
  struct Entry {
    Part header;
    Part payload;  // may be empty

    size_t size() const { return header.size + payload.size; }
  };

  struct Destination {
    Flow flow;
    DestinationId id;
    uint32_t first_extent = kEnd;
    uint32_t last_extent = kEnd;
  };

  // One of a destination's entries. Meaningful until the batch is flushed.
  struct Position {
    uint32_t extent = kEnd;
    uint32_t entry = 0;

    bool at_end() const { return extent == kEnd; }
    friend bool operator==(const Position&, const Position&) = default;
  };

  // Datagrams that came in at one moment and went out to somebody.
  struct Forwarded {
    TimePoint received;
    uint32_t datagrams;
  };

  // Room for `max_entries` entries, and for destinations numbered below `max_destinations`.
  TxBatch(size_t max_entries, size_t max_destinations, TxSink& sink);
  TxBatch(const TxBatch&) = delete;
  TxBatch& operator=(const TxBatch&) = delete;

  // Makes `id` at `flow` the destination of the next `entries` (1..capacity()) calls of Append(),
  // whose headers have at most `header_size` bytes each (1..kMaxHeaderSize; all together at most
  // what an empty batch holds). Sends the batch first if there is no room for them.
  void Open(DestinationId id, const Flow& flow, size_t entries, size_t header_size);

  // Appends a datagram for the destination that was opened, and returns the slot of `header_size`
  // bytes to write its header into. The payload's bytes must last until Flush() returns.
  uint8_t* Append(size_t header_size, Bytes payload) {
    uint8_t* const header = headers_.data() + headers_used_;
    headers_used_ += header_size;
    const auto index = static_cast<uint32_t>(entries_.size());
    entries_.push_back({{header, header_size}, {payload.data(), payload.size()}});
    if (open_extent_ != kEnd) {
      ++extents_[open_extent_].count;
    } else {
      BeginExtent(index);
    }
    return header;
  }

  // Open() and Append() of a single datagram.
  uint8_t* Add(DestinationId id, const Flow& flow, size_t header_size, Bytes payload) {
    Open(id, flow, 1, header_size);
    return Append(header_size, payload);
  }
  // Appends a datagram of `size` bytes that belongs to no group (a reply).
  uint8_t* AddSingle(const Flow& flow, size_t size);

  // For the forward-latency histogram: `datagrams` that came in at `received` went out to somebody.
  // To be called before they are flushed.
  void NoteForwarded(TimePoint received, uint32_t datagrams);

  // Tells the sink. On the way to Flush(), once for each batch of datagrams.
  void Reached(BatchStage stage) const { sink_.Reached(stage); }

  // Sends what there is, and empties the batch.
  void Flush();

  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  size_t capacity() const { return max_entries_; }
  // As many entries as Open() takes with headers of this size (1..kMaxHeaderSize).
  size_t CapacityWith(size_t header_size) const {
    return std::min(max_entries_, headers_.size() / header_size);
  }

  // Some may have no entry.
  std::span<const Destination> destinations() const { return destinations_; }
  // The first entry for `destination`; at_end() if there is none.
  Position Begin(const Destination& destination) const {
    return destination.first_extent == kEnd
               ? Position{}
               : Position{destination.first_extent, extents_[destination.first_extent].first};
  }
  const Entry& entry(Position position) const { return entries_[position.entry]; }
  // The entry after `position` for the same destination. Entries of one extent are neighbours in
  // memory.
  Position Next(Position position) const {
    const Extent& extent = extents_[position.extent];
    if (++position.entry < extent.first + extent.count) return position;
    if (extent.next == kEnd) return {};
    return {extent.next, extents_[extent.next].first};
  }
  std::span<const Forwarded> forwarded() const { return forwarded_; }

  static size_t BytesFor(size_t max_entries, size_t max_destinations);

 private:
  struct Slot {
    uint64_t epoch = 0;
    uint32_t destination = 0;
  };
  // Consecutive entries of one destination.
  struct Extent {
    uint32_t first;
    uint32_t count;
    uint32_t next;  // of the same destination, or kEnd
  };
  // Headers are 12 bytes and a little more; replies are rare. A batch whose headers fill up first
  // is sent early.
  static constexpr size_t kHeaderBytesPerEntry = 32;

  void BeginDestination(DestinationId id, const Flow& flow);
  void BeginExtent(uint32_t first_entry);
  void MakeRoom(size_t entries, size_t header_bytes);
  void Clear();

  TxSink& sink_;
  size_t max_entries_;
  std::vector<Entry> entries_;
  std::vector<Extent> extents_;
  std::vector<Destination> destinations_;
  std::vector<Slot> slots_;  // by DestinationId
  std::vector<uint8_t> headers_;
  size_t headers_used_ = 0;
  uint64_t epoch_ = 1;  // a slot of another epoch is empty
  uint32_t open_destination_ = kEnd;
  uint32_t open_extent_ = kEnd;  // where Append() goes on, or kEnd: it begins one
  std::vector<Forwarded> forwarded_;
};

}  // namespace baton
