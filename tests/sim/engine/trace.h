// What a run leaves behind: a hash over every event that matters, by which two runs are compared,
// and on request the story of one packet, of one leg, or of everything, in lines that can be read.
//
// The hash is always kept. The story costs time, so a component asks Follows...() before it makes
// up a line; a story never changes what happens.
#pragma once

#include <cstdint>
#include <cstdio>
#include <optional>
#include <string_view>

#include "base/hash.h"
#include "base/time_point.h"

namespace baton::sim {

// A media packet as its publisher made it, whatever numbers it gets on its way: the `index`-th
// packet of a stream of this run (media/streams.h).
struct PacketTag {
  uint32_t stream = 0;
  uint32_t index = 0;

  friend constexpr bool operator==(const PacketTag&, const PacketTag&) = default;
};

// What the numbers of a Note() are about. The order is part of the hash.
enum class TraceEvent : uint8_t {
  kPeerSends,     // source, size, hash of the bytes
  kLinkDelivers,  // destination, size, hash of the bytes
  kLinkDrops,     // destination, size, why
  kNodeReceives,  // node, socket, hash of the bytes
  kNodeSends,     // node, destination, hash of the bytes
  kCommand,       // node, request id, which
  kOutput,        // node, which, hash of what it says
  kFrameShown,    // leg, frame
  kFault,         // which, parameter
};

class Trace {
 public:
  // What a story is about. Nothing set: nobody tells anything.
  struct Subject {
    bool everything = false;
    std::optional<PacketTag> packet;
    std::optional<uint32_t> leg;       // a leg of this run (control/directory.h)
    std::optional<uint16_t> sequence;  // that number of the leg only
  };

  Trace() = default;
  // Lines go to `out`, which outlives this.
  Trace(const Subject& subject, std::FILE* out) : subject_(subject), out_(out) {}

  void Note(TraceEvent event, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0) {
    hash_ = MixHash(hash_ ^ static_cast<uint64_t>(event), a);
    hash_ = MixHash(hash_ ^ b, c);
  }
  uint64_t hash() const { return hash_; }

  bool FollowsAnything() const { return out_ != nullptr; }
  bool FollowsEverything() const { return FollowsAnything() && subject_.everything; }
  bool Follows(const PacketTag& packet) const {
    return FollowsAnything() && (subject_.everything || subject_.packet == packet);
  }
  // All that happens to the leg, or what concerns this sequence number of it.
  bool FollowsLeg(uint32_t leg) const {
    return FollowsAnything() &&
           (subject_.everything || (subject_.leg == leg && !subject_.sequence));
  }
  bool FollowsNumber(uint32_t leg, uint16_t sequence) const {
    return FollowsLeg(leg) ||
           (FollowsAnything() && subject_.leg == leg && subject_.sequence == sequence);
  }

  // A line of the story: the virtual time since kBeginning, who, and what.
  void Tell(TimePoint now, std::string_view who, std::string_view what) const;

 private:
  uint64_t hash_ = 0;
  Subject subject_;
  std::FILE* out_ = nullptr;
};

}  // namespace baton::sim
