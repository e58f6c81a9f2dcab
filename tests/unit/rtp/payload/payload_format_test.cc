#include "rtp/payload/payload_format.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "base/random.h"

namespace baton::rtp {
namespace {

TEST(PayloadFormat, EncodingNamesInAnyCase) {
  EXPECT_EQ(PayloadFormatOf("VP8"), PayloadFormat::kVp8);
  EXPECT_EQ(PayloadFormatOf("vp9"), PayloadFormat::kVp9);
  EXPECT_EQ(PayloadFormatOf("h264"), PayloadFormat::kH264);
  EXPECT_EQ(PayloadFormatOf("H264"), PayloadFormat::kH264);
  EXPECT_EQ(PayloadFormatOf("Av1"), PayloadFormat::kAv1);
  for (const std::string_view other : {"", "V", "VP", "VP80", "H265", "opus", "AV1X", "H264-SVC"}) {
    EXPECT_EQ(PayloadFormatOf(other), PayloadFormat::kOther) << other;
  }
}

TEST(PayloadFormat, OfOthersOnlyTheMarkerIsKnown) {
  const std::vector<uint8_t> payload = {0x90, 0xf0, 0x92, 0x34, 0x56, 0xa9, 0x50};
  FrameInfo expected;
  EXPECT_TRUE(ReadFrameInfo(PayloadFormat::kOther, payload, false) == expected);
  expected.ends_frame = true;
  expected.ends_picture = true;
  EXPECT_TRUE(ReadFrameInfo(PayloadFormat::kOther, payload, true) == expected);
}

TEST(PayloadFormat, OnlyVp8AndVp9HaveNumbersToRewrite) {
  const std::vector<uint8_t> payload = {0x90, 0xf0, 0x92, 0x34, 0x56, 0xa9, 0x50};
  std::array<uint8_t, kMaxRewrittenSize> out{};
  for (const PayloadFormat format :
       {PayloadFormat::kOther, PayloadFormat::kH264, PayloadFormat::kAv1}) {
    EXPECT_EQ(RewriteDescriptor(format, payload, {}, out), 0u);
  }
}

// What has been rewritten says the new numbers, in their old widths, and nothing else changes.
TEST(PayloadFormat, RewritingRandomPayloadsChangesTheirNumbersOnly) {
  Random random(1);
  for (int round = 0; round < 20000; ++round) {
    const PayloadFormat format = random.OneIn(2) ? PayloadFormat::kVp8 : PayloadFormat::kVp9;
    std::vector<uint8_t> payload(random.Below(30));
    for (uint8_t& byte : payload) byte = static_cast<uint8_t>(random());
    const PictureNumbers numbers = {random.U16(), static_cast<uint8_t>(random())};
    FrameInfo expected = ReadFrameInfo(format, payload, false);
    std::array<uint8_t, kMaxRewrittenSize> out{};
    const size_t size = RewriteDescriptor(format, payload, numbers, out);
    ASSERT_EQ(size > 0, expected.picture_id_bits != 0 || expected.has_tl0_picture_index);
    std::copy_n(out.begin(), size, payload.begin());
    const auto mask = static_cast<uint16_t>((1 << expected.picture_id_bits) - 1);
    expected.picture_id = numbers.picture_id & mask;
    if (expected.has_tl0_picture_index) expected.tl0_picture_index = numbers.tl0_picture_index;
    ASSERT_TRUE(ReadFrameInfo(format, payload, false) == expected);
  }
}

}  // namespace
}  // namespace baton::rtp
