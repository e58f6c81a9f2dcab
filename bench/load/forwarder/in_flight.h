// The datagrams that are on their way through a forwarder: their bytes, whose they are, and when
// they are due. Bounded; what memory it has it takes when it is made, and touches when it first
// needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/time_point.h"
#include "bench/impair/delay_queue.h"
#include "bench/impair/impairment.h"
#include "bench/load/forwarder/direction.h"

namespace baton::bench {

// What a forwarder knows of a datagram.
struct Parcel {
  uint32_t client = 0;   // its place in the ClientTable
  uint64_t ordinal = 0;  // how many came before it, of its client and direction
  Direction direction = Direction::kUp;
  bool copy = false;
  bool corrupted = false;
};

class InFlight {
 public:
  static constexpr size_t kMaxDatagram = 65536;  // more than UDP can carry

  // Takes `capacity` times kMaxDatagram of address space.
  explicit InFlight(size_t capacity);

  size_t size() const { return queue_.size(); }
  // When the next one is due; kNever if there is none.
  TimePoint next() const { return queue_.next(); }

  // Copies `datagram`, at most kMaxDatagram bytes, and corrupts the copy as `delivery` says. False,
  // and nothing done, if there is no room.
  [[nodiscard]] bool Add(const impair::Delivery& delivery, Parcel parcel, Bytes datagram);

  // Calls f(const Parcel&, Bytes) for each that is due at `now`, in the order in which they are;
  // the bytes are valid during the call.
  template <class F>
  void TakeDue(TimePoint now, F&& f) {
    while (const auto entry = queue_.PopDue(now)) {
      f(entry->parcel, Bytes(SlotAt(entry->slot), entry->size));
      free_.push_back(entry->slot);
    }
  }
  // Calls f(const Parcel&) for each that is left, and forgets it.
  template <class F>
  void Abandon(F&& f) {
    TakeDue(kNever, [&](const Parcel& parcel, Bytes) { f(parcel); });
  }

 private:
  struct Entry {
    Parcel parcel;
    uint32_t slot;
    uint32_t size;
  };

  uint8_t* SlotAt(uint32_t slot) { return bytes_.get() + slot * kMaxDatagram; }

  impair::DelayQueue<Entry> queue_;
  std::unique_ptr<uint8_t[]> bytes_;
  std::vector<uint32_t> free_;  // slots; the one used last is used next
};

}  // namespace baton::bench
