#include "record/media_format.h"

#include <gtest/gtest.h>

namespace baton::record {
namespace {

TEST(MediaFormat, IsFoundByEncodingInAnyCaseOfLetters) {
  EXPECT_EQ(MediaFormatOf({"VP8", 90'000, 0}), MediaFormat::kVp8);
  EXPECT_EQ(MediaFormatOf({"vp9", 90'000, 0}), MediaFormat::kVp9);
  EXPECT_EQ(MediaFormatOf({"AV1", 90'000, 0}), MediaFormat::kAv1);
  EXPECT_EQ(MediaFormatOf({"H264", 90'000, 0}), MediaFormat::kH264);
  EXPECT_EQ(MediaFormatOf({"OPUS", 48'000, 2}), MediaFormat::kOpus);
  EXPECT_EQ(MediaFormatOf({"PCMU", 8'000, 1}), MediaFormat::kPcmu);
  EXPECT_EQ(MediaFormatOf({"PCMA", 16'000, 2}), MediaFormat::kPcma);
  EXPECT_EQ(MediaFormatOf({"G722", 8'000, 1}), MediaFormat::kG722);
  EXPECT_EQ(MediaFormatOf({"l16", 44'100, 8}), MediaFormat::kL16);
}

TEST(MediaFormat, OthersCannotBeRecorded) {
  EXPECT_EQ(MediaFormatOf({"", 90'000, 0}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"VP", 90'000, 0}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"VP80", 90'000, 0}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"H265", 90'000, 0}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"telephone-event", 8'000, 1}), std::nullopt);
}

TEST(MediaFormat, ClockRatesAndChannelsHaveRanges) {
  EXPECT_EQ(MediaFormatOf({"VP8", 48'000, 0}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"opus", 8'000, 2}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"G722", 16'000, 1}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"L16", 0, 1}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"L16", 384'000, 1}), MediaFormat::kL16);
  EXPECT_EQ(MediaFormatOf({"L16", 384'001, 1}), std::nullopt);
  EXPECT_EQ(MediaFormatOf({"L16", 48'000, 9}), std::nullopt);
}

}  // namespace
}  // namespace baton::record
