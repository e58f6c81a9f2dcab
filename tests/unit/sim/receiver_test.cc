// The parts of a receiver.
#include <gtest/gtest.h>

#include "tests/sim/peers/decoder_model.h"
#include "tests/sim/peers/frame_buffer.h"
#include "tests/sim/peers/loss_list.h"

namespace baton::sim {
namespace {

using std::chrono::milliseconds;

constexpr TimePoint kNow = TimePoint(std::chrono::hours(1));

PayloadView PacketOf(uint32_t frame, uint8_t packet, uint8_t packets, bool key = false) {
  PayloadView view;
  view.identity.frame.number = frame;
  view.identity.frame.key = key;
  view.identity.packet = packet;
  view.identity.packets = packets;
  return view;
}

TEST(FrameBuffer, HandsOutWholeFramesInOrder) {
  FrameBuffer buffer(milliseconds(100));
  buffer.Add(kNow, 11, 2000, true, PacketOf(1, 0, 1));
  buffer.Add(kNow, 10, 1000, true, PacketOf(0, 1, 2));
  EXPECT_FALSE(buffer.Take(kNow, std::nullopt).has_value());
  buffer.Add(kNow, 9, 1000, false, PacketOf(0, 0, 2));
  const auto first = buffer.Take(kNow, 9);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->first_sequence, 9);
  EXPECT_EQ(first->last_sequence, 10);
  ASSERT_TRUE(buffer.Take(kNow, 11).has_value());
  EXPECT_TRUE(buffer.empty());
  EXPECT_FALSE(buffer.Add(kNow, 9, 1000, false, PacketOf(0, 0, 2))) << "it is done with";
}

TEST(FrameBuffer, WaitsForAGapAndThenGoesOn) {
  FrameBuffer buffer(milliseconds(100));
  buffer.Add(kNow, 12, 2000, true, PacketOf(2, 0, 1));
  EXPECT_FALSE(buffer.Take(kNow + milliseconds(99), 11).has_value());
  EXPECT_EQ(buffer.deadline(), kNow + milliseconds(100));
  EXPECT_TRUE(buffer.Take(kNow + milliseconds(100), 11).has_value());
}

TEST(FrameBuffer, AKeyFrameNeedNotWait) {
  FrameBuffer buffer(milliseconds(100));
  buffer.Add(kNow, 12, 2000, true, PacketOf(2, 0, 1, true));
  EXPECT_TRUE(buffer.Take(kNow, 11).has_value());
}

TEST(FrameBuffer, PassesOverWhatStaysIncomplete) {
  FrameBuffer buffer(milliseconds(100));
  buffer.Add(kNow, 10, 1000, false, PacketOf(0, 0, 2));
  buffer.Add(kNow + milliseconds(50), 12, 2000, true, PacketOf(1, 0, 1));
  EXPECT_FALSE(buffer.Take(kNow + milliseconds(99), 10).has_value());
  const auto frame = buffer.Take(kNow + milliseconds(150), 10);
  ASSERT_TRUE(frame.has_value());
  EXPECT_EQ(frame->identity.number, 1u);
}

LossList::Config Patient() { return {milliseconds(10), milliseconds(50), 3}; }

TEST(LossList, AsksAgainAtIntervalsAndGivesUp) {
  LossList losses(Patient());
  EXPECT_TRUE(losses.Arrived(kNow, 65'535));
  EXPECT_TRUE(losses.Arrived(kNow, 65'538));
  EXPECT_TRUE(losses.TakeDue(kNow + milliseconds(9)).empty());
  EXPECT_EQ(losses.TakeDue(kNow + milliseconds(10)), (std::vector<uint16_t>{0, 1}));
  EXPECT_TRUE(losses.TakeDue(kNow + milliseconds(59)).empty());
  losses.Arrived(kNow + milliseconds(59), 65'536);
  EXPECT_EQ(losses.TakeDue(kNow + milliseconds(60)), std::vector<uint16_t>{1});
  EXPECT_EQ(losses.TakeDue(kNow + milliseconds(110)), std::vector<uint16_t>{1});
  EXPECT_EQ(losses.next(), kNever);
}

TEST(LossList, ForgetsWhatNobodyNeeds) {
  LossList losses(Patient());
  losses.Arrived(kNow, 1);
  losses.Arrived(kNow, 5);
  losses.ForgetBefore(4);
  EXPECT_EQ(losses.TakeDue(kNow + milliseconds(10)), std::vector<uint16_t>{4});
}

TEST(LossList, ATooLongGapIsNotAskedFor) {
  LossList losses(Patient());
  losses.Arrived(kNow, 1);
  EXPECT_FALSE(losses.Arrived(kNow, 1000));
  EXPECT_EQ(losses.next(), kNever);
}

ReceivedFrame Frame(uint32_t number, bool key, int64_t first, int64_t last) {
  ReceivedFrame frame;
  frame.identity.number = number;
  frame.identity.key = key;
  if (!key) frame.identity.references = {1, 0};
  frame.numbers = {static_cast<uint16_t>(number), static_cast<uint8_t>(number)};
  frame.first_sequence = first;
  frame.last_sequence = last;
  return frame;
}

TEST(DecoderModel, BeginsWithAKeyFrame) {
  DecoderModel decoder(DecoderModel::Continuity::kSequence);
  EXPECT_FALSE(decoder.SeemsDecodable(Frame(1, false, 3, 4), 3));
  EXPECT_TRUE(decoder.SeemsDecodable(Frame(2, true, 5, 6), 3));
}

TEST(DecoderModel, ContinuityIsJudgedByWhatTheReceiverHas) {
  for (const auto continuity :
       {DecoderModel::Continuity::kSequence, DecoderModel::Continuity::kPictureId}) {
    DecoderModel decoder(continuity);
    decoder.Decode(Frame(0, true, 10, 12));
    EXPECT_TRUE(decoder.SeemsDecodable(Frame(1, false, 13, 13), 13));
    EXPECT_FALSE(decoder.SeemsDecodable(Frame(2, false, 15, 15), 13));
  }
}

// Another stream goes on with the numbers of the first, without a key frame.
TEST(DecoderModel, KnowsTheTruth) {
  DecoderModel decoder(DecoderModel::Continuity::kSequence);
  decoder.Decode(Frame(0, true, 10, 12));
  ReceivedFrame next = Frame(1, false, 13, 13);
  EXPECT_TRUE(decoder.IsDecodable(next));
  next.stream = 5;
  EXPECT_TRUE(decoder.SeemsDecodable(next, 13));
  EXPECT_FALSE(decoder.IsDecodable(next));
}

}  // namespace
}  // namespace baton::sim
