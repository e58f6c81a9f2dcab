#include "base/bytes.h"

#include <gtest/gtest.h>

#include <array>

namespace baton {
namespace {

TEST(Bytes, WriterAndReaderAreInverses) {
  std::array<uint8_t, 18> buffer{};
  ByteWriter writer(buffer);
  writer.U8(0x01);
  writer.U16(0x2345);
  writer.U24(0x6789ab);
  writer.U32(0xcdef0123);
  writer.U64(0x456789abcdef0123);
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.room(), 0u);

  ByteReader reader(writer.written());
  EXPECT_EQ(reader.U8(), 0x01);
  EXPECT_EQ(reader.U16(), 0x2345);
  EXPECT_EQ(reader.U24(), 0x6789abu);
  EXPECT_EQ(reader.U32(), 0xcdef0123u);
  EXPECT_EQ(reader.U64(), 0x456789abcdef0123u);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(Bytes, ReaderRemembersFailure) {
  const std::array<uint8_t, 3> bytes{1, 2, 3};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.U32(), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.U8(), 0) << "nothing is read after a failure, though a byte is there";
  EXPECT_EQ(reader.remaining(), 0u);
  EXPECT_TRUE(reader.Slice(1).empty());
}

TEST(Bytes, WriterStopsAtTheEnd) {
  std::array<uint8_t, 3> buffer{};
  ByteWriter writer(buffer);
  writer.U16(0x0102);
  writer.U16(0x0304);
  writer.U8(5);
  EXPECT_FALSE(writer.ok());
  EXPECT_EQ(writer.size(), 2u);
  EXPECT_EQ(buffer[2], 0);
}

TEST(Bytes, PatchStaysWithinWhatWasWritten) {
  std::array<uint8_t, 4> buffer{};
  ByteWriter writer(buffer);
  writer.U16(0);
  writer.PatchU16(0, 0xabcd);
  writer.PatchU16(1, 0xffff);
  EXPECT_EQ(buffer, (std::array<uint8_t, 4>{0xab, 0xcd, 0, 0}));
}

}  // namespace
}  // namespace baton
