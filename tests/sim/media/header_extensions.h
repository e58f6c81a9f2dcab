// Header extensions of a run's packets: what is in them follows from the packet, so that whoever
// receives one knows whether it is the right one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "relay/model.h"
#include "rtp/header_extensions.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {

// RFC 6464, and 3GPP TS 26.114: a byte each.
constexpr uint8_t AudioLevelOf(const PacketTag& tag) {
  // Each stream has spells in which it is loud.
  const bool loud = (tag.index / 400 + tag.stream) % 3 == 0;
  return static_cast<uint8_t>(0x80 | (loud ? 20 + tag.index % 8 : 100 + tag.index % 20));
}
constexpr uint8_t OrientationOf(const PacketTag& tag) {
  return static_cast<uint8_t>((tag.index + tag.stream) & 0x0f);
}

// What is the same for all packets of a stream.
struct StreamLabels {
  relay::MediaKind kind = relay::MediaKind::kAudio;
  std::string mid;
  std::string rid;
};

// The extensions of one packet, as a publisher with these ids writes them.
class PublisherExtensions {
 public:
  explicit PublisherExtensions(const rtp::ExtensionIds& ids) : ids_(ids) {}

  // `rtx`: it is a retransmission. Valid until the next call.
  std::span<const ExtensionValue> For(const PacketTag& tag, const StreamLabels& labels, bool rtx);

  uint16_t packets_counted() const { return transport_sequence_; }

 private:
  void Add(rtp::ExtensionKind kind, Bytes value);

  rtp::ExtensionIds ids_;
  uint16_t transport_sequence_ = 0;
  uint8_t level_ = 0;
  uint8_t orientation_ = 0;
  std::array<uint8_t, 2> transport_{};
  std::vector<ExtensionValue> values_;
};

}  // namespace baton::sim
