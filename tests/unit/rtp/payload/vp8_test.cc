#include "rtp/payload/vp8.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "rtp/payload/payload_format.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

using Message = std::vector<uint8_t>;

// X, S; I, L, T, K; M and a picture ID of 0x1234; TL0PICIDX 0x56; TID 2, Y, KEYIDX 9; the payload
// header of a key frame.
const Message kEverything = {0x90, 0xf0, 0x92, 0x34, 0x56, 0xa9, 0x50, 'v', 'p', '8'};

FrameInfo Read(const Message& payload, bool marker = false) {
  return ReadFrameInfo(PayloadFormat::kVp8, payload, marker);
}

TEST(Vp8, ReadsEveryField) {
  const auto descriptor = ReadVp8(kEverything);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 6);
  EXPECT_TRUE(descriptor->starts_partition);
  EXPECT_EQ(descriptor->partition, 0);
  EXPECT_FALSE(descriptor->non_reference);
  EXPECT_TRUE(descriptor->key_frame);
  EXPECT_EQ(descriptor->picture.picture_id_bits, 15);
  EXPECT_EQ(descriptor->picture.picture_id_offset, 2);
  EXPECT_EQ(descriptor->picture.picture_id, 0x1234);
  EXPECT_TRUE(descriptor->picture.has_tl0_picture_index);
  EXPECT_EQ(descriptor->picture.tl0_picture_index_offset, 4);
  EXPECT_EQ(descriptor->picture.tl0_picture_index, 0x56);
  EXPECT_TRUE(descriptor->has_temporal);
  EXPECT_EQ(descriptor->temporal, 2);
  EXPECT_TRUE(descriptor->layer_sync);
}

TEST(Vp8, FrameInfoOfEverything) {
  FrameInfo expected;
  expected.picture_id = 0x1234;
  expected.picture_id_bits = 15;
  expected.tl0_picture_index = 0x56;
  expected.has_tl0_picture_index = true;
  expected.has_layers = true;
  expected.temporal = 2;
  expected.temporal_layer_sync = true;
  expected.starts_frame = true;
  expected.begins_key_frame = true;
  EXPECT_TRUE(Read(kEverything) == expected);
  expected.ends_frame = true;
  expected.ends_picture = true;
  EXPECT_TRUE(Read(kEverything, true) == expected);
}

// RFC 7741 section 4.6: the descriptors of its examples, with picture ID 17.
TEST(Vp8, ExamplesOfTheRfc) {
  const FrameInfo key = Read({0x90, 0x80, 0x11, 0x00});
  EXPECT_TRUE(key.starts_frame && key.begins_key_frame);
  EXPECT_EQ(key.picture_id, 17);
  EXPECT_EQ(key.picture_id_bits, 7);

  const FrameInfo inter = Read({0x90, 0x80, 0x11, 0x01});
  EXPECT_TRUE(inter.starts_frame);
  EXPECT_FALSE(inter.begins_key_frame);

  const FrameInfo fragment = Read({0x80, 0x80, 0x11, 0x00});
  EXPECT_FALSE(fragment.starts_frame || fragment.begins_key_frame);

  const FrameInfo second_partition = Read({0x91, 0x80, 0x11, 0x00});
  EXPECT_FALSE(second_partition.starts_frame || second_partition.begins_key_frame);
}

TEST(Vp8, WithoutAnExtensionThereAreNoNumbers) {
  const auto descriptor = ReadVp8(Message{0x10, 0x00});
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 1);
  FrameInfo expected;
  expected.starts_frame = true;
  expected.begins_key_frame = true;
  EXPECT_TRUE(Read({0x10, 0x00}) == expected);
  EXPECT_TRUE(ReadVp8(Message{0x20})->non_reference);
  EXPECT_EQ(ReadVp8(Message{0x1f})->partition, 7);
}

TEST(Vp8, AKeyFrameNeedsItsPayloadHeader) {
  EXPECT_TRUE(Read({0x10}).starts_frame);
  EXPECT_FALSE(Read({0x10}).begins_key_frame);
  EXPECT_FALSE(Read({0x90, 0x80, 0x11}).begins_key_frame);
}

TEST(Vp8, KeyIndexAloneIsNotALayer) {
  const auto descriptor = ReadVp8(Message{0x90, 0x10, 0xff, 0x01});
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 3);
  EXPECT_FALSE(descriptor->has_temporal);
  EXPECT_EQ(descriptor->temporal, 0);
  EXPECT_FALSE(descriptor->layer_sync);
}

// Each combination of optional fields, with the widths of the picture ID.
struct Layout {
  uint8_t present;  // the octet of I, L, T, K
  bool wide;
};

std::vector<Layout> Layouts() {
  std::vector<Layout> layouts;
  for (int present = 0; present < 16; ++present) {
    layouts.push_back({static_cast<uint8_t>(present << 4), false});
    if (present >= 8) layouts.push_back({static_cast<uint8_t>(present << 4 | 0x0f), true});
  }
  return layouts;
}

Message Write(const Layout& layout, uint16_t picture_id, uint8_t tl0) {
  Message bytes = {0x90, layout.present};
  if ((layout.present & 0x80) != 0) {
    if (layout.wide) bytes.push_back(static_cast<uint8_t>(0x80 | picture_id >> 8));
    bytes.push_back(static_cast<uint8_t>(layout.wide ? picture_id : picture_id & 0x7f));
  }
  if ((layout.present & 0x40) != 0) bytes.push_back(tl0);
  if ((layout.present & 0x30) != 0) bytes.push_back(0xe5);
  bytes.push_back(0x01);
  return bytes;
}

TEST(Vp8, EveryLayoutIsReadAndRewrittenInItsWidth) {
  for (const Layout& layout : Layouts()) {
    for (const uint16_t picture_id : std::vector<uint16_t>{0, 1, 0x7f, 0x80, 0x3fff, 0x7fff}) {
      const Message before = Write(layout, 0x2a2a, 0x99);
      const Message expected = Write(layout, picture_id, 0x07);
      const auto descriptor = ReadVp8(expected);
      ASSERT_TRUE(descriptor);
      EXPECT_EQ(descriptor->size, expected.size() - 1);
      if (descriptor->picture.picture_id_bits != 0) {
        EXPECT_EQ(descriptor->picture.picture_id, layout.wide ? picture_id : picture_id & 0x7f);
      }

      std::array<uint8_t, kMaxRewrittenSize> out{};
      const size_t size =
          RewriteDescriptor(PayloadFormat::kVp8, before, PictureNumbers{picture_id, 0x07}, out);
      const bool some = (layout.present & 0xc0) != 0;
      EXPECT_EQ(size > 0, some);
      EXPECT_LE(size, descriptor->size);
      Message after = before;
      std::copy_n(out.begin(), size, after.begin());
      EXPECT_EQ(after, expected);
    }
  }
}

TEST(Vp8, RewritingIgnoresBitsAboveTheWidth) {
  std::array<uint8_t, kMaxRewrittenSize> out{};
  EXPECT_EQ(RewriteVp8(Message{0x80, 0x80, 0x11, 0x00}, {0xffff, 0}, out), 3u);
  EXPECT_EQ(out[2], 0x7f);
  EXPECT_EQ(RewriteVp8(Message{0x80, 0x80, 0x80, 0x00, 0x00}, {0xffff, 0}, out), 4u);
  EXPECT_EQ(LoadU16(&out[2]), 0xffff) << "M and 15 bits";
}

TEST(Vp8, RewritingNeedsRoom) {
  Message out(5);
  EXPECT_EQ(RewriteVp8(kEverything, {1, 2}, out), 5u);
  EXPECT_EQ(RewriteVp8(kEverything, {1, 2}, MutableBytes(out).first(4)), 0u);
}

TEST(Vp8, AnUnreadablePayloadSaysWhereTheMarkerIs) {
  FrameInfo expected;
  EXPECT_TRUE(Read({}) == expected);
  EXPECT_TRUE(Read({0x90, 0xf0, 0x92}) == expected);
  expected.ends_frame = true;
  expected.ends_picture = true;
  EXPECT_TRUE(Read({}, true) == expected);
}

TEST(Vp8, EveryPrefixAndBitFlipIsReadOrNot) {
  ForEachPrefix(kEverything, [](Bytes bytes) {
    EXPECT_EQ(ReadVp8(bytes).has_value(), bytes.size() >= 6) << bytes.size();
    std::array<uint8_t, kMaxRewrittenSize> out{};
    EXPECT_EQ(RewriteDescriptor(PayloadFormat::kVp8, bytes, {}, out), bytes.size() >= 6 ? 5u : 0u);
  });
  ForEachBitFlip(kEverything,
                 [](Bytes bytes) { ReadFrameInfo(PayloadFormat::kVp8, bytes, false); });
}

}  // namespace
}  // namespace baton::rtp
