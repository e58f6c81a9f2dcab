#include "rtp/packet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/random.h"
#include "rtp/classify.h"
#include "rtp/rewrite.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

// Two CSRCs, one-byte extension (id 1: 3 bytes, padding, id 5: 1 byte), 5 bytes of payload, 3 of
// padding.
const std::vector<uint8_t> kEverything = {
    0xb2, 0xe0, 0x12, 0x34, 0x01, 0x02, 0x03, 0x04, 0xde, 0xad, 0xbe, 0xef,  //
    0x00, 0x00, 0x00, 0x0a, 0x00, 0x00, 0x00, 0x0b,                          //
    0xbe, 0xde, 0x00, 0x02, 0x12, 0xa1, 0xa2, 0xa3, 0x00, 0x50, 0xb1, 0x00,  //
    'h',  'e',  'l',  'l',  'o',  0x00, 0x00, 0x03};

std::vector<uint8_t> Copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::vector<std::pair<int, std::vector<uint8_t>>> Elements(uint16_t profile, Bytes extension) {
  std::vector<std::pair<int, std::vector<uint8_t>>> elements;
  ExtensionReader reader(profile, extension);
  while (const auto element = reader.Next()) {
    elements.emplace_back(element->id, Copy(element->data));
  }
  return elements;
}
using ElementList = std::vector<std::pair<int, std::vector<uint8_t>>>;

TEST(Packet, ReadsEveryPart) {
  const auto packet = ParsePacket(kEverything);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->marker);
  EXPECT_EQ(packet->payload_type, PayloadType(96));
  EXPECT_EQ(packet->sequence, SequenceNumber(0x1234));
  EXPECT_EQ(packet->timestamp, RtpTimestamp(0x01020304));
  EXPECT_EQ(packet->ssrc, Ssrc(0xdeadbeef));
  ASSERT_EQ(packet->csrc_count, 2);
  EXPECT_EQ(packet->csrc(0), Ssrc(10));
  EXPECT_EQ(packet->csrc(1), Ssrc(11));
  EXPECT_EQ(packet->extension_profile, kOneByteExtensions);
  EXPECT_EQ(packet->extension().size(), 8u);
  EXPECT_EQ(packet->header_size, 32);
  EXPECT_EQ(packet->padding_size, 3);
  EXPECT_EQ(Copy(packet->payload()), (std::vector<uint8_t>{'h', 'e', 'l', 'l', 'o'}));

  ExtensionReader reader(*packet);
  const auto first = reader.Next();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, 1);
  EXPECT_EQ(Copy(first->data), (std::vector<uint8_t>{0xa1, 0xa2, 0xa3}));
  const auto second = reader.Next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->id, 5);
  EXPECT_EQ(Copy(second->data), (std::vector<uint8_t>{0xb1}));
  EXPECT_FALSE(reader.Next());
  EXPECT_FALSE(reader.Next()) << "the end stays the end";
}

TEST(Packet, TheSmallestIsAFixedHeader) {
  std::array<uint8_t, 12> bytes{0x80, 0x00};
  const auto packet = ParsePacket(bytes);
  ASSERT_TRUE(packet);
  EXPECT_TRUE(packet->payload().empty());
  EXPECT_TRUE(packet->extension().empty());
  EXPECT_FALSE(ExtensionReader(*packet).Next());
  EXPECT_FALSE(ParsePacket(Bytes(bytes).first(11)));
}

TEST(Packet, RefusesOtherVersions) {
  std::vector<uint8_t> bytes = kEverything;
  for (const int version : {0, 1, 3}) {
    bytes[0] = static_cast<uint8_t>((bytes[0] & 0x3f) | version << 6);
    EXPECT_FALSE(ParsePacket(bytes)) << version;
  }
}

TEST(Packet, PaddingMayFillThePayloadAndNoMore) {
  std::vector<uint8_t> bytes = kEverything;
  bytes.back() = 8;
  const auto all_padding = ParsePacket(bytes);
  ASSERT_TRUE(all_padding);
  EXPECT_TRUE(all_padding->payload().empty());
  bytes.back() = 9;
  EXPECT_FALSE(ParsePacket(bytes));
  bytes.back() = 0;
  EXPECT_FALSE(ParsePacket(bytes));
  bytes.resize(32);
  EXPECT_FALSE(ParsePacket(bytes)) << "the P bit, and nothing after the header";
}

TEST(Packet, RefusesMoreThanADatagramHolds) {
  std::vector<uint8_t> bytes(kMaxPacketSize, 0);
  bytes[0] = 0x80;
  EXPECT_TRUE(ParsePacket(bytes));
  bytes.push_back(0);
  EXPECT_FALSE(ParsePacket(bytes));
}

// The parts of whatever is let through make up the datagram.
void ExpectConsistent(Bytes bytes) {
  const auto packet = ParsePacket(bytes);
  if (!packet) return;
  EXPECT_EQ(packet->header().size() + packet->payload().size() + packet->padding_size,
            bytes.size());
  EXPECT_GE(packet->header_size, kFixedHeaderSize);
  for (size_t i = 0; i < packet->csrc_count; ++i) packet->csrc(i);
  ExtensionReader reader(*packet);
  size_t elements = 0;
  while (const auto element = reader.Next()) {
    ++elements;
    EXPECT_NE(element->id, 0);
    EXPECT_LE(element->data.size(), packet->extension().size());
  }
  EXPECT_LE(elements, packet->extension().size());
}

TEST(Packet, EveryPrefixAndBitFlipParsesOrFailsCleanly) {
  ForEachPrefix(kEverything, [](Bytes bytes) {
    ExpectConsistent(bytes);
    if (bytes.size() < 32) {
      EXPECT_FALSE(ParsePacket(bytes)) << bytes.size();
    }
  });
  ForEachBitFlip(kEverything, ExpectConsistent);
}

TEST(Packet, WriteAndParseAreInverses) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Ssrc> csrcs(random.Below(kMaxCsrcs + 1));
    for (Ssrc& csrc : csrcs) csrc = Ssrc(random.U32());
    std::vector<uint8_t> data(4 * random.Below(20));
    for (uint8_t& byte : data) byte = static_cast<uint8_t>(random());
    PacketHeader header;
    header.sequence = SequenceNumber(random.U16());
    header.timestamp = RtpTimestamp(random.U32());
    header.ssrc = Ssrc(random.U32());
    header.payload_type = PayloadType(static_cast<uint8_t>(random.Below(128)));
    header.marker = random.OneIn(2);
    header.padding = random.OneIn(2);
    header.csrcs = csrcs;
    if (random.OneIn(2)) header.extension_profile = random.U16();
    header.extension_data = data;

    std::vector<uint8_t> bytes(200);
    const size_t size = WritePacketHeader(header, bytes);
    ASSERT_GT(size, 0u);
    bytes.resize(size);
    if (header.padding) bytes.push_back(1);
    const auto packet = ParsePacket(bytes);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->header_size, size);
    EXPECT_EQ(packet->sequence, header.sequence);
    EXPECT_EQ(packet->timestamp, header.timestamp);
    EXPECT_EQ(packet->ssrc, header.ssrc);
    EXPECT_EQ(packet->payload_type, header.payload_type);
    EXPECT_EQ(packet->marker, header.marker);
    EXPECT_EQ(packet->padding_size, header.padding ? 1 : 0);
    ASSERT_EQ(packet->csrc_count, csrcs.size());
    for (size_t i = 0; i < csrcs.size(); ++i) EXPECT_EQ(packet->csrc(i), csrcs[i]);
    EXPECT_EQ(packet->has_extension, header.extension_profile.has_value());
    if (header.extension_profile) {
      EXPECT_EQ(packet->extension_profile, *header.extension_profile);
      EXPECT_EQ(Copy(packet->extension()), data);
    }
    EXPECT_EQ(WritePacketHeader(header, MutableBytes(bytes).first(size - 1)), 0u);
  }
}

TEST(Packet, WriterRefusesWhatTheHeaderCannotSay) {
  std::vector<uint8_t> bytes(4 * 70000);
  const std::vector<Ssrc> csrcs(kMaxCsrcs + 1);
  PacketHeader header;
  header.csrcs = csrcs;
  EXPECT_EQ(WritePacketHeader(header, bytes), 0u);

  header = {};
  header.extension_profile = kOneByteExtensions;
  const std::vector<uint8_t> ragged(3);
  header.extension_data = ragged;
  EXPECT_EQ(WritePacketHeader(header, bytes), 0u);
  const std::vector<uint8_t> huge(4 * 65536);
  header.extension_data = huge;
  EXPECT_EQ(WritePacketHeader(header, bytes), 0u);
}

TEST(Extensions, OneByteFormStopsAtReservedIds) {
  const std::vector<uint8_t> fifteen = {0x10, 0xaa, 0xf0, 0xbb, 0x20, 0xcc, 0x00, 0x00};
  EXPECT_EQ(Elements(kOneByteExtensions, fifteen), (ElementList{{1, {0xaa}}}));
  const std::vector<uint8_t> zero_with_length = {0x10, 0xaa, 0x01, 0xbb, 0xbb, 0x20, 0xcc, 0x00};
  EXPECT_EQ(Elements(kOneByteExtensions, zero_with_length), (ElementList{{1, {0xaa}}}));
}

TEST(Extensions, TwoByteFormHasEmptyElements) {
  const std::vector<uint8_t> bytes = {0x01, 0x00, 0x00, 0x10, 0x02, 0xaa, 0xbb, 0x00};
  const ElementList expected = {{1, {}}, {16, {0xaa, 0xbb}}};
  EXPECT_EQ(Elements(0x1000, bytes), expected);
  EXPECT_EQ(Elements(0x100f, bytes), expected) << "the low bits are the application's";
  EXPECT_EQ(Elements(0x1010, bytes), ElementList{});
  EXPECT_EQ(Elements(0xabcd, bytes), ElementList{}) << "another profile's data is opaque";
}

TEST(Extensions, AnElementThatDoesNotFitEndsTheWalk) {
  EXPECT_EQ(Elements(kOneByteExtensions, std::vector<uint8_t>{0x10, 0xaa, 0x23, 0xbb}),
            (ElementList{{1, {0xaa}}}));
  EXPECT_EQ(Elements(0x1000, std::vector<uint8_t>{0x01, 0x00, 0x02, 0x01}), (ElementList{{1, {}}}));
  EXPECT_EQ(Elements(0x1000, std::vector<uint8_t>{0x00, 0x00, 0x00, 0x02}), ElementList{});
}

TEST(Rewrite, ReplacesFourThingsAndKeepsTheRest) {
  for (int first = 0x80; first < 0xc0; ++first) {
    for (const int marker : {0x00, 0x80}) {
      const HeaderStart original{static_cast<uint8_t>(first), static_cast<uint8_t>(marker | 96)};
      std::array<uint8_t, 12> slot{};
      RewriteFixedHeader(
          original,
          {PayloadType(111), SequenceNumber(0x1234), RtpTimestamp(0x56789abc), Ssrc(0xdef01234)},
          slot);
      const std::array<uint8_t, 12> expected = {original.first, static_cast<uint8_t>(marker | 111),
                                                0x12,           0x34,
                                                0x56,           0x78,
                                                0x9a,           0xbc,
                                                0xde,           0xf0,
                                                0x12,           0x34};
      EXPECT_EQ(slot, expected);
    }
  }
}

TEST(Classify, FollowsTheTablesForEveryPairOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      DatagramKind expected = DatagramKind::kUnknown;
      if (first <= 3) expected = DatagramKind::kStun;
      if (first >= 16 && first <= 19) expected = DatagramKind::kZrtp;
      if (first >= 20 && first <= 63) expected = DatagramKind::kDtls;
      if (first >= 64 && first <= 79) expected = DatagramKind::kTurnChannel;
      if (first >= 128 && first <= 191) {
        expected = second >= 192 && second <= 223 ? DatagramKind::kRtcp : DatagramKind::kRtp;
      }
      const std::array<uint8_t, 2> bytes = {static_cast<uint8_t>(first),
                                            static_cast<uint8_t>(second)};
      ASSERT_EQ(ClassifyDatagram(bytes), expected) << first << " " << second;
    }
  }
  EXPECT_EQ(ClassifyDatagram({}), DatagramKind::kUnknown);
  EXPECT_EQ(ClassifyDatagram(std::array<uint8_t, 1>{0x80}), DatagramKind::kUnknown);
}

}  // namespace
}  // namespace baton::rtp
