#include "bench/load/forwarder/in_flight.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace baton::bench {

InFlight::InFlight(size_t capacity)
    : queue_(capacity),
      bytes_(std::make_unique_for_overwrite<uint8_t[]>(capacity * kMaxDatagram)),
      free_(capacity) {
  std::iota(free_.rbegin(), free_.rend(), 0);
}

bool InFlight::Add(const impair::Delivery& delivery, Parcel parcel, Bytes datagram) {
  BATON_CHECK(datagram.size() <= kMaxDatagram);
  if (free_.empty()) return false;
  const uint32_t slot = free_.back();
  uint8_t* const bytes = SlotAt(slot);
  std::copy(datagram.begin(), datagram.end(), bytes);
  impair::Corrupt(delivery, {bytes, datagram.size()});
  parcel.corrupted = delivery.flipped_bit != impair::Delivery::kIntact;
  // There is one slot for each place in the queue.
  BATON_CHECK(queue_.Push(delivery.at, {parcel, slot, static_cast<uint32_t>(datagram.size())}));
  free_.pop_back();
  return true;
}

}  // namespace baton::bench
