#include "rtp/feedback_chunk.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace baton::rtp {
namespace {

// "-sL": not received, a small delta, a large one.
FeedbackSymbol SymbolOf(char c) {
  return static_cast<FeedbackSymbol>(std::string_view("-sL").find(c));
}

std::vector<uint16_t> Pack(std::string_view symbols) {
  std::vector<uint8_t> bytes(2 * symbols.size() + 2);
  ByteWriter writer(bytes);
  FeedbackChunkPacker packer(writer);
  for (const char c : symbols) packer.Add(SymbolOf(c), 1);
  const size_t size = packer.size();
  packer.Finish();
  EXPECT_EQ(writer.size(), size) << "it was known before";
  std::vector<uint16_t> chunks;
  for (size_t i = 0; i < size; i += 2) chunks.push_back(LoadU16(&bytes[i]));
  return chunks;
}

std::string Unpack(const std::vector<uint16_t>& chunks) {
  std::string symbols;
  for (const uint16_t bits : chunks) {
    const FeedbackChunk chunk(bits);
    for (size_t i = 0; i < chunk.size(); ++i) {
      symbols += "-sL?"[static_cast<size_t>(chunk.At(i))];
    }
  }
  return symbols;
}

// The examples of the draft, sections 3.1.3 and 3.1.4.
TEST(FeedbackChunk, ReadsTheExamplesOfTheDraft) {
  EXPECT_EQ(Unpack({0x00dd}), std::string(221, '-'));
  EXPECT_EQ(Unpack({0x6018}), std::string(24, '?')) << "the symbol 11";
  EXPECT_EQ(Unpack({0b1001111100011100}), "-sssss---sss--");
  EXPECT_EQ(Unpack({0b1100110101010000}), "-?sss--");
}

TEST(FeedbackChunk, SizesOfRuns) {
  EXPECT_EQ(FeedbackChunk(0x0000).size(), 0u);
  EXPECT_EQ(FeedbackChunk(0x3fff).size(), 8191u);
  EXPECT_EQ(FeedbackChunk(0x3fff).At(8190), FeedbackSymbol::kSmallDelta);
  EXPECT_EQ(FeedbackChunk(0x5fff).At(0), FeedbackSymbol::kLargeDelta);
}

TEST(FeedbackChunk, DeltaSizes) {
  EXPECT_EQ(DeltaSize(FeedbackSymbol::kNotReceived), 0u);
  EXPECT_EQ(DeltaSize(FeedbackSymbol::kSmallDelta), 1u);
  EXPECT_EQ(DeltaSize(FeedbackSymbol::kLargeDelta), 2u);
  EXPECT_EQ(DeltaSize(FeedbackSymbol::kReserved), 0u);
}

TEST(FeedbackChunkPacker, Nothing) { EXPECT_TRUE(Pack("").empty()); }

TEST(FeedbackChunkPacker, RunsOfOneSymbol) {
  EXPECT_EQ(Pack("-"), (std::vector<uint16_t>{0x0001}));
  EXPECT_EQ(Pack("L"), (std::vector<uint16_t>{0x4001}));
  EXPECT_EQ(Pack(std::string(221, '-')), (std::vector<uint16_t>{0x00dd}));
  EXPECT_EQ(Pack(std::string(8191, 's')), (std::vector<uint16_t>{0x3fff}));
  EXPECT_EQ(Pack(std::string(8192, 's')), (std::vector<uint16_t>{0x3fff, 0x2001}));
}

TEST(FeedbackChunkPacker, VectorsOfOneBit) {
  EXPECT_EQ(Pack("-sssss---sss--"), (std::vector<uint16_t>{0b1001111100011100}));
  EXPECT_EQ(Pack("-sssss---sss--s"), (std::vector<uint16_t>{0b1001111100011100, 0x2001}));
  EXPECT_EQ(Pack("-sssss---"), (std::vector<uint16_t>{0b1001111100000000})) << "filled up";
}

TEST(FeedbackChunkPacker, VectorsOfTwoBits) {
  EXPECT_EQ(Pack("-Lsss--"), (std::vector<uint16_t>{0b1100100101010000}));
  EXPECT_EQ(Pack("-s"), (std::vector<uint16_t>{0b1100010000000000})) << "filled up";
  EXPECT_EQ(Pack("sLsLsLsL"), (std::vector<uint16_t>{0b1101100110011001, 0x4001}));
}

TEST(FeedbackChunkPacker, ARunEndsWhenItIsLongerThanAVector) {
  EXPECT_EQ(Pack(std::string(14, 's') + "-"), (std::vector<uint16_t>{0x200e, 0x0001}));
  EXPECT_EQ(Pack(std::string(13, 's') + "-").size(), 1u);
  EXPECT_EQ(Pack(std::string(7, 's') + "L"), (std::vector<uint16_t>{0x2007, 0x4001}));
  EXPECT_EQ(Pack(std::string(6, 's') + "L").size(), 1u);
}

TEST(FeedbackChunkPacker, ALargeDeltaSplitsWhatWouldHaveBeenOneBitEach) {
  EXPECT_EQ(Pack("-s-s-s-s-L"), (std::vector<uint16_t>{0b1100010001000100, 0b1101001000000000}));
  EXPECT_EQ(Unpack(Pack("-s-s-s-s-L")), "-s-s-s-s-L----");
}

TEST(FeedbackChunkPacker, AddingManyAtOnceIsAddingThemOneByOne) {
  Random random(1);
  for (int round = 0; round < 300; ++round) {
    std::string symbols;
    std::vector<uint8_t> bytes(70000);
    ByteWriter writer(bytes);
    FeedbackChunkPacker packer(writer);
    for (size_t i = random.Below(30); i > 0; --i) {
      const char symbol = "-sL"[random.Below(3)];
      const size_t times = random.OneIn(20) ? random.Below(20000) : random.Below(20);
      symbols += std::string(times, symbol);
      packer.Add(SymbolOf(symbol), times);
    }
    packer.Finish();
    std::vector<uint16_t> chunks;
    for (size_t i = 0; i < writer.size(); i += 2) chunks.push_back(LoadU16(&bytes[i]));
    ASSERT_TRUE(chunks == Pack(symbols));
    std::string read = Unpack(chunks);
    ASSERT_GE(read.size(), symbols.size());
    ASSERT_LT(read.size(), symbols.size() + FeedbackChunk::kOneBitSymbols);
    ASSERT_EQ(read.find_first_not_of('-', symbols.size()), std::string::npos) << "filled up";
    read.resize(symbols.size());
    ASSERT_TRUE(read == symbols);
  }
}

}  // namespace
}  // namespace baton::rtp
