// One direction of a network path: decides what becomes of each datagram that enters, by its
// Profile. No I/O and no clock: a forwarder keeps the datagrams until they are due, and a
// simulation does the same in virtual time.
//
// What befalls a datagram follows from the seed and its ordinal alone (how many entered before it),
// whatever its size, its time and the other faults are. So a run can be repeated, and a second
// fault can be added to one that goes on hitting the same datagrams. Only drops by a full queue
// depend on when datagrams come.
//
// Allocates nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/hash.h"
#include "base/random.h"
#include "base/time_point.h"
#include "bench/impair/profile.h"

namespace baton::impair {

enum class Fate : uint8_t {
  kDelivered,
  kLost,       // by `loss` or in a burst
  kQueueFull,  // the rate's queue had no room
};

// One arrival at the far end.
struct Delivery {
  static constexpr uint32_t kIntact = ~uint32_t{0};

  TimePoint at;
  // Which bit is flipped, counted from the first byte's least significant one: bit % 8 of byte
  // bit / 8. kIntact: none.
  uint32_t flipped_bit = kIntact;
  bool held_back = false;
};

// What becomes of one datagram.
struct Passage {
  Fate fate = Fate::kDelivered;
  uint8_t count = 0;
  std::array<Delivery, 2> all;

  // None if it is not delivered, two if it is duplicated. Those that come at the same time, here
  // and from one Passage to the next, arrive in this order.
  std::span<const Delivery> deliveries() const { return {all.data(), count}; }
};

// Flips the bit of `delivery`, if it has one, in the datagram that it is about.
void Corrupt(const Delivery& delivery, std::span<uint8_t> datagram);

class Impairment {
 public:
  // `profile` has to be possible (IsPossible()), here and below.
  Impairment(const Profile& profile, uint64_t seed);

  // From the next datagram on. The order is kept across a change: what was delayed longer is not
  // overtaken.
  void Change(const Profile& profile);
  const Profile& profile() const { return profile_; }

  // A datagram of `size` bytes, which may be none, enters.
  Passage Pass(TimePoint now, size_t size);

  // The same for one that is to be neither lost, duplicated, held back nor corrupted: it takes its
  // turn at the rate, delay and jitter, and has no part in the ordinals of the others.
  Passage PassUnharmed(TimePoint now, size_t size);

 private:
  // A share as a random number is compared with it.
  class Chance {
   public:
    explicit Chance(double share = 0);
    // Takes one number, whatever the share is.
    bool Hits(Random& random) const { return (random() >> 11) < below_; }

   private:
    uint64_t below_;  // of 2^53
  };

  bool IsLost(Random& random);
  // When the last bit of it has left at the rate; nothing if there was no room.
  std::optional<TimePoint> Send(TimePoint now, size_t size);
  // Where its delay and jitter have taken it by then.
  TimePoint Arrive(TimePoint sent, Random& random);
  Delivery Deliver(TimePoint sent, size_t size, Random& random);

  Profile profile_;
  Chance loss_;
  Chance burst_begins_;
  Chance burst_ends_;
  Chance duplicate_;
  Chance reorder_;
  Chance corrupt_;

  uint64_t seed_;
  uint64_t unharmed_seed_;
  uint64_t ordinal_ = 0;
  uint64_t unharmed_ordinal_ = 0;
  bool in_burst_ = false;
  Uint128 waiting_ = 0;  // to be sent at the rate, as of waiting_at_, in units of kByte
  TimePoint waiting_at_{};
  TimePoint last_arrival_ = TimePoint::min();  // the latest, without being held back
};

}  // namespace baton::impair
