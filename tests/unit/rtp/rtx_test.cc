#include "rtp/rtx.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace baton::rtp {
namespace {

TEST(Rtx, OriginalSequenceNumberComesFirst) {
  const std::vector<uint8_t> payload = {0xab, 0xcd, 'p', 'a', 'y'};
  const auto rtx = ReadRtx(payload);
  ASSERT_TRUE(rtx);
  EXPECT_EQ(rtx->original_sequence, SequenceNumber(0xabcd));
  EXPECT_TRUE(std::ranges::equal(rtx->original_payload, Bytes(payload).subspan(2)));
}

TEST(Rtx, TheOriginalPayloadMayBeEmpty) {
  const auto rtx = ReadRtx(std::vector<uint8_t>{0, 1});
  ASSERT_TRUE(rtx);
  EXPECT_TRUE(rtx->original_payload.empty());
}

TEST(Rtx, ProbesAndStumpsHaveNone) {
  EXPECT_FALSE(ReadRtx({}));
  EXPECT_FALSE(ReadRtx(std::vector<uint8_t>{7}));
}

TEST(Rtx, WhatIsWrittenIsRead) {
  for (uint32_t sequence = 0; sequence < 65536; ++sequence) {
    std::array<uint8_t, kRtxHeaderSize> bytes{};
    const SequenceNumber original(static_cast<uint16_t>(sequence));
    WriteRtxHeader(original, bytes);
    ASSERT_EQ(ReadRtx(bytes)->original_sequence, original);
  }
}

}  // namespace
}  // namespace baton::rtp
