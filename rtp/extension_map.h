// A publisher's header extension, said again with the ids of a subscriber.
//
// An element of a kind that both have negotiated is copied. One that only describes the hop on
// which it came is not: the leg gives its own MID, transport-wide sequence number and send time, or
// none. RID and repaired RID tell a publisher's simulcast streams apart, which a leg does not have,
// and are never passed on. All else is removed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "rtp/extension_values.h"
#include "rtp/header_extensions.h"
#include "rtp/types.h"

namespace baton::rtp {

// Plain data, one cache line: what a leg needs of the ids of both sides. The default removes
// everything.
class ExtensionMap {
 public:
  ExtensionMap() = default;
  ExtensionMap(const ExtensionIds& publisher, const ExtensionIds& subscriber);

  // The subscriber's id for the publisher's `id`, 1..255; 0: such an element is not copied.
  uint8_t Map(uint8_t id) const { return id < low_.size() ? low_[id] : MapHigh(id); }

  // The subscriber's; 0: not negotiated.
  uint8_t mid() const { return mid_; }
  uint8_t transport_sequence() const { return transport_sequence_; }
  uint8_t absolute_send_time() const { return absolute_send_time_; }
  // The subscriber's, if it is copied.
  uint8_t dependency_descriptor() const { return dependency_descriptor_; }

  friend bool operator==(const ExtensionMap&, const ExtensionMap&) = default;

 private:
  struct Pair {
    uint8_t from = 0;
    uint8_t to = 0;

    friend bool operator==(const Pair&, const Pair&) = default;
  };

  uint8_t MapHigh(uint8_t id) const;

  std::array<uint8_t, 16> low_{};  // by the publisher's id
  // The publisher's ids of 16 and above; unused ones are {0, 0}.
  std::array<Pair, kExtensionKinds> high_{};
  uint8_t mid_ = 0;
  uint8_t transport_sequence_ = 0;
  uint8_t absolute_send_time_ = 0;
  uint8_t dependency_descriptor_ = 0;
};
static_assert(sizeof(ExtensionMap) <= 64);

// What a leg says in its own name. What is not set is not said.
struct ExtensionOverrides {
  std::string_view mid;  // at most kMaxMidSize bytes; empty: none
  std::optional<SequenceNumber> transport_sequence;
  std::optional<uint32_t> absolute_send_time;  // AbsoluteSendTime()
  std::optional<uint16_t> frame_number;        // of a dependency descriptor, if there is one
};

// Enough for what WriteMappedExtensions() writes for `size` bytes of extension data: in the
// two-byte form each element, of at least 2 bytes, is a byte longer.
constexpr size_t MaxMappedExtensionsSize(size_t size) {
  constexpr size_t kOwn = 2 + kMaxMidSize + 2 + 2 + 2 + 3;
  return 4 + kOwn + size + size / 2 + 3;
}

// Writes the whole header extension of a leg's packet (profile, length, elements, padding): first
// the leg's own elements, MID before transport-wide sequence number before send time, then the
// source's in their order. In the one-byte form if that can say all of it. `profile` and
// `extension` are the source's, as PacketView has them; of an extension that is cut off or of
// another profile there are no elements from there on. Returns the size, a multiple of 4. 0 if
// nothing is left, or it does not fit into `out`: then the packet must go without its X bit.
size_t WriteMappedExtensions(uint16_t profile, Bytes extension, const ExtensionMap& map,
                             const ExtensionOverrides& overrides, MutableBytes out);

}  // namespace baton::rtp
