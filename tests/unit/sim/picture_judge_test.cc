#include "tests/sim/judge/picture_judge.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::sim {
namespace {

class PictureJudgeTest : public testing::Test {
 protected:
  // "" if all is well.
  std::string Write(uint16_t sequence, uint32_t stream, uint32_t frame, uint16_t picture_id) {
    PayloadView payload;
    payload.identity.tag.stream = stream;
    payload.identity.frame.number = frame;
    payload.numbers.picture_id = picture_id;
    return judge_.OnPacket(sequence, payload).value_or("");
  }

  PictureJudge judge_;
};

TEST_F(PictureJudgeTest, PicturesGoOnAcrossTheWrapsAndASwitch) {
  EXPECT_EQ(Write(65'535, 0, 7, 0x7ffe), "");
  EXPECT_EQ(Write(0, 0, 7, 0x7ffe), "");
  EXPECT_EQ(Write(1, 0, 8, 0x7fff), "");
  EXPECT_EQ(Write(2, 1, 500, 0), "");
  EXPECT_EQ(Write(9, 1, 510, 10), "") << "what was lost has taken its numbers along";
}

TEST_F(PictureJudgeTest, APictureHasOneNumber) {
  EXPECT_EQ(Write(1, 0, 7, 100), "");
  EXPECT_NE(Write(2, 0, 7, 101), "");
}

TEST_F(PictureJudgeTest, ANumberStandsForOnePicture) {
  EXPECT_EQ(Write(1, 0, 7, 100), "");
  EXPECT_NE(Write(2, 0, 8, 100), "");
  EXPECT_NE(Write(3, 1, 8, 100), "") << "of another stream";
}

TEST_F(PictureJudgeTest, NumbersDoNotGoBack) {
  EXPECT_EQ(Write(1, 0, 7, 100), "");
  EXPECT_NE(Write(2, 0, 8, 99), "");
}

TEST_F(PictureJudgeTest, WhatIsLateIsNotComparedWithWhatCameBefore) {
  EXPECT_EQ(Write(5, 0, 9, 102), "");
  EXPECT_EQ(Write(3, 0, 8, 101), "");
  EXPECT_EQ(Write(6, 0, 10, 103), "");
}

TEST_F(PictureJudgeTest, APublisherMayBeginAnew) {
  EXPECT_EQ(Write(5, 0, 9, 102), "");
  judge_.Forget();
  EXPECT_EQ(Write(6, 0, 10, 7), "");
}

}  // namespace
}  // namespace baton::sim
