#include "rtp/payload/av1.h"

#include <gtest/gtest.h>

#include <vector>

#include "rtp/payload/payload_format.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

using Message = std::vector<uint8_t>;

// Headers of OBUs without a size field: type << 3.
constexpr uint8_t kSequenceHeader = 1 << 3, kFrameHeader = 3 << 3, kTileGroup = 4 << 3,
                  kMetadata = 5 << 3, kFrame = 6 << 3, kRedundantFrameHeader = 7 << 3;

// "fk": starts a frame, begins a key frame.
std::string Starts(const Message& payload) {
  const FrameInfo info = ReadFrameInfo(PayloadFormat::kAv1, payload, false);
  FrameInfo nothing_else;
  nothing_else.starts_frame = info.starts_frame;
  nothing_else.begins_key_frame = info.begins_key_frame;
  EXPECT_TRUE(info == nothing_else);
  return std::string(info.starts_frame ? "f" : "") + (info.begins_key_frame ? "k" : "");
}

TEST(Av1, ReadsTheAggregationHeader) {
  const auto header = ReadAv1(Message{0xe0, 0});
  ASSERT_TRUE(header);
  EXPECT_TRUE(header->continues_previous);
  EXPECT_TRUE(header->continues_in_next);
  EXPECT_EQ(header->elements, 2);
  EXPECT_FALSE(header->new_sequence);

  const auto first = ReadAv1(Message{0x18, 0});
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->continues_previous || first->continues_in_next);
  EXPECT_EQ(first->elements, 1);
  EXPECT_TRUE(first->new_sequence);
}

TEST(Av1, ANewSequenceCannotBeginInTheMiddleOfAnObu) {
  EXPECT_FALSE(ReadAv1(Message{0x88, 0}));
  EXPECT_EQ(Starts({0x98, kFrame}), "");
}

TEST(Av1, AKeyFrameBeginsANewSequence) {
  EXPECT_EQ(Starts({0x18, kSequenceHeader}), "fk");
  EXPECT_EQ(Starts({0x28, 1, kSequenceHeader, kFrame}), "fk");
  EXPECT_EQ(Starts({0x20, 1, kSequenceHeader, kFrame}), "f") << "the sequence goes on";
}

TEST(Av1, AFrameStartsWithItsHeader) {
  EXPECT_EQ(Starts({0x10, kFrame}), "f");
  EXPECT_EQ(Starts({0x10, kFrameHeader}), "f");
  EXPECT_EQ(Starts({0x10, kTileGroup}), "");
  EXPECT_EQ(Starts({0x10, kMetadata}), "");
  EXPECT_EQ(Starts({0x10, kRedundantFrameHeader}), "");
  EXPECT_EQ(Starts({0x90, kFrame}), "") << "the rest of an OBU";
  EXPECT_EQ(Starts({0x50, kFrame}), "f") << "its first part";
}

TEST(Av1, TheFirstObuIsBehindItsLength) {
  EXPECT_EQ(Starts({0x00, 1, kFrame}), "f") << "W 0: each has one";
  EXPECT_EQ(Starts({0x30, 1, kFrame, 1, 0, 0}), "f");
  EXPECT_EQ(Starts({0x00, 0x81, 0x80, 0x00, kFrame}), "f") << "in three bytes";
  EXPECT_EQ(Starts({0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, kFrame}), "f");
  EXPECT_EQ(Starts({0x00, kFrame, 0}), "") << "a length that looks like a header";
  EXPECT_EQ(Starts({0x00, 0x81}), "") << "cut off";
}

TEST(Av1, AnEmptyPayloadSaysNothing) {
  EXPECT_EQ(Starts({}), "");
  EXPECT_EQ(Starts({0x18}), "");
  EXPECT_FALSE(ReadAv1(Message{0x10}));
}

TEST(Av1, EveryPrefixAndBitFlipIsRead) {
  const Message payload = {0x28, 0x81, 0x00, kSequenceHeader, kFrame};
  const auto read = [](Bytes bytes) { ReadFrameInfo(PayloadFormat::kAv1, bytes, false); };
  ForEachPrefix(payload, read);
  ForEachBitFlip(payload, read);
}

}  // namespace
}  // namespace baton::rtp
