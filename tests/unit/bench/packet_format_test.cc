#include "bench/load/packet_format.h"

#include <gtest/gtest.h>

#include <vector>

namespace baton::bench {
namespace {

const PacketTag kTag{.run = 0x12345678,
                     .stream = 7,
                     .number = 123'456'789'012,
                     .scheduled = TimePoint(Duration(987'654'321'098)),
                     .warm_up = true,
                     .marker = false};

std::vector<uint8_t> PayloadOf(const PacketTag& tag, size_t size) {
  std::vector<uint8_t> payload(size);
  WritePayload(tag, payload);
  return payload;
}

TEST(PacketFormat, ReadsWhatItWrote) {
  for (const size_t size : {kTagSize, kTagSize + 1, size_t{500}, kMaxPacketSize}) {
    const std::vector<uint8_t> payload = PayloadOf(kTag, size);
    const auto tag = ReadTag(payload);
    ASSERT_TRUE(tag.has_value()) << size;
    EXPECT_EQ(tag->run, kTag.run);
    EXPECT_EQ(tag->stream, kTag.stream);
    EXPECT_EQ(tag->number, kTag.number);
    EXPECT_EQ(tag->scheduled, kTag.scheduled);
    EXPECT_TRUE(tag->warm_up);
    EXPECT_FALSE(tag->marker);
    EXPECT_TRUE(BodyHolds(*tag, payload));
  }
}

TEST(PacketFormat, SeesEveryFlippedBit) {
  std::vector<uint8_t> payload = PayloadOf(kTag, 100);
  for (size_t bit = 0; bit < payload.size() * 8; ++bit) {
    const auto mask = static_cast<uint8_t>(1 << (bit % 8));
    payload[bit / 8] ^= mask;
    const auto tag = ReadTag(payload);
    EXPECT_FALSE(tag && BodyHolds(*tag, payload)) << bit;
    payload[bit / 8] ^= mask;
  }
}

TEST(PacketFormat, RefusesEveryOtherSize) {
  const std::vector<uint8_t> payload = PayloadOf(kTag, 100);
  for (size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(ReadTag(Bytes(payload).first(size))) << size;
  }
  std::vector<uint8_t> longer = payload;
  longer.push_back(0);
  EXPECT_FALSE(ReadTag(longer));
}

TEST(PacketFormat, TellsBodiesOfDifferentPacketsApart) {
  const std::vector<uint8_t> payload = PayloadOf(kTag, 200);
  PacketTag next = kTag;
  ++next.number;
  EXPECT_FALSE(BodyHolds(next, payload));
  PacketTag other = kTag;
  ++other.stream;
  EXPECT_FALSE(BodyHolds(other, payload));
}

}  // namespace
}  // namespace baton::bench
