#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

#include "rtp/packet.h"
#include "tests/sim/media/frame_source.h"
#include "tests/sim/media/payload.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {
namespace {

PacketIdentity SomePacket() {
  PacketIdentity identity;
  identity.tag = {3, 70'000};
  identity.frame = {17, false, 2, true, {3, 0}};
  identity.packet = 1;
  identity.packets = 4;
  return identity;
}

class PayloadTest : public testing::TestWithParam<PayloadForm> {};

INSTANTIATE_TEST_SUITE_P(Forms, PayloadTest,
                         testing::Values(PayloadForm::kBare, PayloadForm::kVp8));

TEST_P(PayloadTest, SaysWhichPacketItIs) {
  for (const size_t size : {kMinPayload, kMinPayload + 1, size_t{999}, kMaxPayload}) {
    std::vector<uint8_t> payload(size);
    const PacketIdentity written = SomePacket();
    WritePayload(GetParam(), written, {0x7abc, 0xfe}, payload);
    const std::optional<PayloadView> read = ReadPayload(GetParam(), payload);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->identity.tag, written.tag);
    EXPECT_EQ(read->identity.frame.number, written.frame.number);
    EXPECT_EQ(read->identity.frame.temporal, 2);
    EXPECT_TRUE(read->identity.frame.sync);
    EXPECT_EQ(read->identity.frame.references, written.frame.references);
    EXPECT_EQ(read->identity.packet, 1);
    EXPECT_FALSE(read->identity.ends_frame());
    if (GetParam() == PayloadForm::kBare) continue;
    EXPECT_EQ(read->numbers.picture_id, 0x7abc);
    EXPECT_EQ(read->numbers.tl0_picture_index, 0xfe);
  }
}

TEST_P(PayloadTest, NoBitOfItMayChange) {
  std::vector<uint8_t> payload(200);
  WritePayload(GetParam(), SomePacket(), {}, payload);
  // But for the numbers of a VP8 descriptor.
  const size_t first = GetParam() == PayloadForm::kVp8 ? 5 : 0;
  for (size_t bit = 8 * first; bit < 8 * payload.size(); ++bit) {
    payload[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(ReadPayload(GetParam(), payload).has_value()) << "bit " << bit;
    payload[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
}

TEST(RtpWire, AgreesWithTheRelaysParser) {
  const std::array<uint8_t, 3> value = {1, 2, 3};
  const std::array<uint8_t, 5> payload = {9, 8, 7, 6, 5};
  const std::array<ExtensionValue, 2> extensions = {
      {{3, Bytes(value)}, {14, Bytes(value.data(), 1)}}};
  const WirePacket written{101, true, 65'535, 0xfedcba98, 0x12345678, payload};
  std::array<uint8_t, 100> datagram{};
  const size_t header = WriteRtpHeader(written, extensions, datagram);
  std::copy(payload.begin(), payload.end(), datagram.begin() + static_cast<long>(header));
  const Bytes bytes(datagram.data(), header + payload.size());

  const auto theirs = rtp::ParsePacket(bytes);
  const auto ours = ReadRtp(bytes);
  ASSERT_TRUE(theirs && ours);
  EXPECT_EQ(theirs->payload_type.value(), 101);
  EXPECT_TRUE(theirs->marker && ours->marker);
  EXPECT_EQ(theirs->sequence.value(), 65'535);
  EXPECT_EQ(ours->sequence, 65'535);
  EXPECT_EQ(theirs->timestamp.value(), ours->timestamp);
  EXPECT_EQ(theirs->ssrc.value(), ours->ssrc);
  EXPECT_EQ(theirs->payload().size(), 5u);
  EXPECT_EQ(ours->payload.size(), 5u);
  ASSERT_TRUE(FindExtensionValue(bytes, 14).has_value());
  EXPECT_EQ(FindExtensionValue(bytes, 3)->size(), 3u);
  EXPECT_FALSE(FindExtensionValue(bytes, 4).has_value());
}

TEST(RtpWire, UnwrapsToTheNearest) {
  EXPECT_EQ(Unwrap(65'535, 0), 65'536);
  EXPECT_EQ(Unwrap(65'536, 65'535), 65'535);
  EXPECT_EQ(Unwrap(1'000'000, static_cast<uint16_t>(1'000'005)), 1'000'005);
}

TEST(VideoEncoder, RefersAsTheLayersSay) {
  for (uint8_t layers = 1; layers <= 3; ++layers) {
    VideoEncoder encoder({.temporal_layers = layers}, Random(layers));
    std::vector<FrameIdentity> frames;
    for (int i = 0; i < 40; ++i) {
      if (i == 21) encoder.RequestKeyFrame();
      frames.push_back(encoder.NextFrame().identity);
      EXPECT_EQ(frames.back().number, static_cast<uint32_t>(i));
      EXPECT_EQ(frames.back().key, i == 0 || i == 21);
      EXPECT_LT(frames.back().temporal, layers);
      for (const uint8_t age : frames.back().references) {
        if (age == 0) continue;
        const FrameIdentity& to = frames[static_cast<size_t>(i) - age];
        EXPECT_LE(to.temporal, frames.back().temporal);
        EXPECT_TRUE(!frames.back().sync || to.temporal == 0);
      }
    }
  }
}

TEST(VideoEncoder, CountsPicturesAndLowestLayers) {
  VideoEncoder encoder({.temporal_layers = 3}, Random(1));
  SourceFrame before = encoder.NextFrame();
  for (int i = 0; i < 1000; ++i) {
    const SourceFrame frame = encoder.NextFrame();
    EXPECT_EQ(frame.numbers.picture_id, (before.numbers.picture_id + 1) & 0x7fff);
    EXPECT_EQ(frame.numbers.tl0_picture_index,
              static_cast<uint8_t>(before.numbers.tl0_picture_index +
                                   (frame.identity.temporal == 0 ? 1 : 0)));
    before = frame;
  }
}

TEST(VideoEncoder, SplitsFramesEvenly) {
  VideoEncoder encoder({.bytes_per_frame = 5000, .max_payload = 1150}, Random(1));
  for (int i = 0; i < 100; ++i) {
    const std::vector<size_t> sizes = encoder.NextFrame().payload_sizes;
    const auto [shortest, longest] = std::minmax_element(sizes.begin(), sizes.end());
    EXPECT_LE(*longest - *shortest, 1u);
    EXPECT_LE(*longest, 1150u);
  }
}

}  // namespace
}  // namespace baton::sim
