#include "relay/run_padding.h"

#include <algorithm>
#include <cstring>

namespace baton::relay {
namespace {

constexpr uint8_t kPaddingBit = 0x20;

bool IsPadded(const MediaPacket& packet) { return (packet.header.first & kPaddingBit) != 0; }

// The packets from the front, at least one, that are long enough and whose sizes are within
// kMaxPadding of each other.
size_t AlmostEqual(std::span<const MediaPacket> packets) {
  size_t min = packets[0].size();
  size_t max = min;
  if (min < RunPadding::kMinSize) return 1;
  for (size_t i = 1; i < packets.size(); ++i) {
    min = std::min(min, packets[i].size());
    max = std::max(max, packets[i].size());
    if (min < RunPadding::kMinSize || max - min > RunPadding::kMaxPadding) return i;
  }
  return packets.size();
}

}  // namespace

void RunPadding::Apply(std::span<MediaPacket> packets) {
  while (packets.size() > 1) {
    const size_t group = AlmostEqual(packets);
    size_t longest = 0;
    for (const MediaPacket& packet : packets.first(group)) {
      longest = std::max(longest, packet.size());
    }
    // The last packet may stay shorter, unless more of the run could follow it.
    for (MediaPacket& packet : packets.first(group - 1)) {
      if (packet.size() < longest) Pad(packet, longest - packet.size());
    }
    packets = packets.subspan(group);
  }
}

void RunPadding::Pad(MediaPacket& packet, size_t padding) {
  // A packet that has padding says so in its last byte, and is left alone.
  if (IsPadded(packet)) return;
  const MutableBytes copy = copies_.Take(packet.rest.size() + padding);
  if (copy.empty()) return;
  std::copy(packet.rest.begin(), packet.rest.end(), copy.begin());
  std::memset(copy.data() + packet.rest.size(), 0, padding - 1);
  copy.back() = static_cast<uint8_t>(padding);
  packet.rest = copy;
  packet.padding_size = static_cast<uint8_t>(padding);
  packet.header.first |= kPaddingBit;
}

}  // namespace baton::relay
