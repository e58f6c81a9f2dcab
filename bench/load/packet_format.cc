#include "bench/load/packet_format.h"

#include <array>
#include <cstring>

#include "base/random.h"

namespace baton::bench {
namespace {

constexpr uint32_t kMagic = 0x42744c64;
constexpr uint16_t kWarmUp = 1;
constexpr uint16_t kMarker = 2;
constexpr size_t kChecksumAt = 32;
// Bodies of neighbouring packets begin at different places of the block.
constexpr size_t kPlaces = 1024;

using Block = std::array<uint8_t, kPlaces + kMaxPacketSize>;

const Block& BodyBlock() {
  static const Block block = [] {
    Block bytes;
    Random random(uint64_t{0x62656e6368});
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
    return bytes;
  }();
  return block;
}

const uint8_t* BodyOf(const PacketTag& tag) {
  return BodyBlock().data() + (tag.number * 37 + tag.stream * 101) % kPlaces;
}

uint64_t Checksum(const uint8_t* tag) {
  uint64_t sum = 0x9e3779b97f4a7c15;
  for (size_t i = 0; i < kChecksumAt; i += sizeof(uint64_t)) {
    sum = (sum ^ LoadU64(tag + i)) * 0xff51afd7ed558ccd;
    sum ^= sum >> 32;
  }
  return sum;
}

}  // namespace

void WritePayload(const PacketTag& tag, MutableBytes payload) {
  uint8_t* out = payload.data();
  const auto flags =
      static_cast<uint16_t>((tag.warm_up ? kWarmUp : 0) | (tag.marker ? kMarker : 0));
  StoreU32(out, kMagic);
  StoreU32(out + 4, tag.run);
  StoreU32(out + 8, tag.stream);
  StoreU16(out + 12, flags);
  StoreU16(out + 14, static_cast<uint16_t>(payload.size()));
  StoreU64(out + 16, tag.number);
  StoreU64(out + 24, static_cast<uint64_t>(tag.scheduled.time_since_epoch().count()));
  StoreU64(out + kChecksumAt, Checksum(out));
  std::memcpy(out + kTagSize, BodyOf(tag), payload.size() - kTagSize);
}

std::optional<PacketTag> ReadTag(Bytes payload) {
  const uint8_t* in = payload.data();
  if (payload.size() < kTagSize || payload.size() > kMaxPacketSize || LoadU32(in) != kMagic ||
      LoadU64(in + kChecksumAt) != Checksum(in) || LoadU16(in + 14) != payload.size()) {
    return std::nullopt;
  }
  const uint16_t flags = LoadU16(in + 12);
  return PacketTag{
      .run = LoadU32(in + 4),
      .stream = LoadU32(in + 8),
      .number = LoadU64(in + 16),
      .scheduled = TimePoint(Duration(static_cast<int64_t>(LoadU64(in + 24)))),
      .warm_up = (flags & kWarmUp) != 0,
      .marker = (flags & kMarker) != 0,
  };
}

bool BodyHolds(const PacketTag& tag, Bytes payload) {
  return std::memcmp(payload.data() + kTagSize, BodyOf(tag), payload.size() - kTagSize) == 0;
}

}  // namespace baton::bench
