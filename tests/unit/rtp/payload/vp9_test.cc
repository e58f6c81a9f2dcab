#include "rtp/payload/vp9.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "rtp/payload/payload_format.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

using Message = std::vector<uint8_t>;

constexpr uint8_t kI = 0x80, kP = 0x40, kL = 0x20, kF = 0x10, kB = 0x08, kE = 0x04, kV = 0x02,
                  kZ = 0x01;

FrameInfo Read(const Message& payload, bool marker = false) {
  return ReadFrameInfo(PayloadFormat::kVp9, payload, marker);
}

TEST(Vp9, ReadsEveryFieldOfTheNonFlexibleMode) {
  // Picture ID 0x1234; TID 2, U, SID 3, D; TL0PICIDX 0x56.
  const Message payload = {kI | kP | kL | kB | kE | kZ, 0x92, 0x34, 0x57, 0x56, 'v'};
  const auto descriptor = ReadVp9(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 5);
  EXPECT_TRUE(descriptor->inter_picture);
  EXPECT_FALSE(descriptor->flexible);
  EXPECT_TRUE(descriptor->starts_frame);
  EXPECT_TRUE(descriptor->ends_frame);
  EXPECT_FALSE(descriptor->has_structure);
  EXPECT_TRUE(descriptor->not_for_upper);
  EXPECT_EQ(descriptor->picture.picture_id_bits, 15);
  EXPECT_EQ(descriptor->picture.picture_id, 0x1234);
  EXPECT_TRUE(descriptor->has_layers);
  EXPECT_EQ(descriptor->temporal, 2);
  EXPECT_TRUE(descriptor->switch_up);
  EXPECT_EQ(descriptor->spatial, 3);
  EXPECT_TRUE(descriptor->inter_layer);
  EXPECT_TRUE(descriptor->picture.has_tl0_picture_index);
  EXPECT_EQ(descriptor->picture.tl0_picture_index, 0x56);

  FrameInfo expected;
  expected.picture_id = 0x1234;
  expected.picture_id_bits = 15;
  expected.tl0_picture_index = 0x56;
  expected.has_tl0_picture_index = true;
  expected.has_layers = true;
  expected.spatial = 3;
  expected.temporal = 2;
  expected.temporal_switch_up = true;
  expected.inter_layer = true;
  expected.starts_frame = true;
  expected.ends_frame = true;
  EXPECT_TRUE(Read(payload) == expected);
  expected.ends_picture = true;
  EXPECT_TRUE(Read(payload, true) == expected);
}

TEST(Vp9, TheFlexibleModeHasReferencesAndNoTl0) {
  // Three references, the third without N.
  const Message payload = {kI | kP | kL | kF, 0x11, 0xe0, 0x03, 0x05, 0x06, 'v'};
  const auto descriptor = ReadVp9(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->size, 6);
  EXPECT_TRUE(descriptor->flexible);
  EXPECT_FALSE(descriptor->picture.has_tl0_picture_index);
  EXPECT_EQ(descriptor->picture.picture_id_bits, 7);
  EXPECT_EQ(descriptor->picture.picture_id, 0x11);
  EXPECT_EQ(descriptor->temporal, 7);
  EXPECT_TRUE((descriptor->references == decltype(descriptor->references){1, 2, 3}));
  EXPECT_TRUE(ReadVp9(Message{kP, 0x03})->references.empty());
  EXPECT_EQ(ReadVp9(Message{kP | kF, 0x02})->size, 2) << "one reference";
  EXPECT_EQ(ReadVp9(Message{kF, 0x03})->size, 1) << "no references without P";
  EXPECT_EQ(ReadVp9(Message{kP, 0x03})->size, 1) << "no references without F";
  EXPECT_FALSE(ReadVp9(Message{kP | kF, 0x03, 0x03, 0x03, 0x02})) << "four references";
}

TEST(Vp9, ScalabilityStructureIsReadOver) {
  // N_S 1: two layers with their sizes; two pictures in a group, with 1 and 3 references.
  const Message structure = {0x38, 1, 0, 1, 0, 2, 0, 2, 0, 2, 0x04, 9, 0x1c, 9, 9, 9};
  Message payload = {kB | kV};
  payload.insert(payload.end(), structure.begin(), structure.end());
  payload.push_back('v');
  const auto descriptor = ReadVp9(payload);
  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->has_structure);
  EXPECT_EQ(descriptor->size, 1 + structure.size());

  EXPECT_EQ(ReadVp9(Message{kV, 0xe0})->size, 2) << "neither sizes nor a group";
  EXPECT_EQ(ReadVp9(Message{kV, 0x08, 0x00})->size, 3) << "an empty group";
  Message largest(1 + 1 + 32);
  largest[0] = kV;
  largest[1] = 0xf0;
  EXPECT_EQ(ReadVp9(largest)->size, largest.size()) << "eight layers";
  largest.pop_back();
  EXPECT_FALSE(ReadVp9(largest));
  const Message longest(255 * 4, 0x0c);
  Message group = {kV, 0x08, 255};
  group.insert(group.end(), longest.begin(), longest.end());
  EXPECT_EQ(ReadVp9(group)->size, group.size()) << "255 pictures with three references";
}

TEST(Vp9, AKeyFrameBeginsInTheLowestSpatialLayer) {
  EXPECT_TRUE(Read({kI | kB, 1, 0}).begins_key_frame);
  EXPECT_FALSE(Read({kI, 1, 0}).begins_key_frame) << "a later packet of it";
  EXPECT_FALSE(Read({kI | kP | kB, 1, 0}).begins_key_frame);
  EXPECT_TRUE(Read({kI | kL | kB, 1, 0x00, 0}).begins_key_frame);
  EXPECT_FALSE(Read({kI | kL | kB, 1, 0x03, 0}).begins_key_frame)
      << "the layer above it, which depends on it alone";
}

TEST(Vp9, TheEndOfAFrameIsNotTheEndOfThePicture) {
  const FrameInfo lower = Read({kB | kE | kL, 0x00, 0});
  EXPECT_TRUE(lower.ends_frame);
  EXPECT_FALSE(lower.ends_picture);
  const FrameInfo last = Read({kL, 0x02, 0}, true);
  EXPECT_TRUE(last.ends_frame && last.ends_picture);
  EXPECT_FALSE(Read({kL, 0x02, 0}).ends_frame);
}

TEST(Vp9, NumbersAreRewrittenInTheirWidth) {
  struct Case {
    Message before;
    Message after;
    size_t size;
  };
  const std::vector<Case> cases = {
      {{0x00, 'v'}, {0x00, 'v'}, 0},
      {{kI, 0x11, 'v'}, {kI, 0x34, 'v'}, 2},
      {{kI, 0x80, 0x11, 'v'}, {kI, 0xd2, 0x34, 'v'}, 3},
      {{kL, 0x57, 0x01, 'v'}, {kL, 0x57, 0x99, 'v'}, 3},
      {{kL | kF, 0x57, 'v', 'v'}, {kL | kF, 0x57, 'v', 'v'}, 0},
      {{kI | kL, 0x11, 0x57, 0x01}, {kI | kL, 0x34, 0x57, 0x99}, 4},
      {{kI | kL, 0x80, 0x11, 0x57, 0x01, 'v'}, {kI | kL, 0xd2, 0x34, 0x57, 0x99, 'v'}, 5},
      {{kI | kL | kF, 0x80, 0x11, 0x57, 'v'}, {kI | kL | kF, 0xd2, 0x34, 0x57, 'v'}, 3},
  };
  for (const Case& c : cases) {
    std::array<uint8_t, kMaxRewrittenSize> out{};
    const size_t size =
        RewriteDescriptor(PayloadFormat::kVp9, c.before, PictureNumbers{0x5234, 0x99}, out);
    EXPECT_EQ(size, c.size);
    Message after = c.before;
    std::copy_n(out.begin(), size, after.begin());
    EXPECT_EQ(after, c.after);
  }
}

TEST(Vp9, EveryPrefixAndBitFlipIsReadOrNot) {
  // All that there is: picture ID, layers, references, a structure.
  const Message payload = {kI | kP | kL | kF | kB | kV,
                           0x92,
                           0x34,
                           0x57,
                           0x03,
                           0x04,  //
                           0x18,
                           1,
                           0,
                           1,
                           0,
                           0x02,
                           0x04,
                           9,
                           0x1c,
                           9,
                           9,
                           9,
                           'v'};
  ForEachPrefix(payload, [&](Bytes bytes) {
    EXPECT_EQ(ReadVp9(bytes).has_value(), bytes.size() >= payload.size() - 1) << bytes.size();
  });
  ForEachBitFlip(payload, [](Bytes bytes) {
    const auto descriptor = ReadVp9(bytes);
    EXPECT_TRUE(!descriptor || descriptor->size <= bytes.size());
  });
}

}  // namespace
}  // namespace baton::rtp
