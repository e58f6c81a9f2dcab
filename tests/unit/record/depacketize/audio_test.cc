#include <gtest/gtest.h>

#include "record/depacketize/audio_depacketizer.h"
#include "record/depacketize/opus_packet.h"
#include "tests/unit/record/depacketize/track.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::record {
namespace {

const Codec kOpus = {"opus", 48'000, 2};

Payload Sized(Payload beginning, size_t size) {
  beginning.resize(size, 'o');
  return beginning;
}
uint8_t Toc(int config, int code) { return static_cast<uint8_t>(config << 3 | code); }

// RFC 6716 table 2.
TEST(OpusDuration, OfOneFrame) {
  for (const int first : {0, 4, 8}) {
    EXPECT_EQ(OpusDuration(Payload{Toc(first, 0), 1}), 480u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 1, 0), 1}), 960u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 2, 0), 1}), 1920u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 3, 0), 1}), 2880u);
  }
  for (const int first : {12, 14}) {
    EXPECT_EQ(OpusDuration(Payload{Toc(first, 0), 1}), 480u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 1, 0), 1}), 960u);
  }
  for (const int first : {16, 20, 24, 28}) {
    EXPECT_EQ(OpusDuration(Payload{Toc(first, 0), 1}), 120u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 1, 0), 1}), 240u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 2, 0), 1}), 480u);
    EXPECT_EQ(OpusDuration(Payload{Toc(first + 3, 0), 1}), 960u);
  }
}

TEST(OpusDuration, OfSeveralFrames) {
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 1), 1, 2}), 1920u);
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 1)}), 1920u);  // both are DTX
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 2), 1, 'a', 'b', 'c'}), 1920u);
  EXPECT_EQ(OpusDuration(Sized({Toc(31, 2), 252, 1}, 3 + 256 + 10)), 1920u);
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 3), 3, 1, 2, 3}), 2880u);
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 3), 0x80 | 3, 1, 0, 'a', 'c'}), 2880u);
  // Two frames of one byte, and 2 and 255 of padding.
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 3), 0x40 | 2, 2, 'a', 'b', 0, 0}), 1920u);
  EXPECT_EQ(OpusDuration(Sized({Toc(31, 3), 0x40 | 2, 255, 1}, 4 + 2 + 255)), 1920u);
  EXPECT_EQ(OpusDuration(Payload{Toc(31, 3), 0xc0 | 2, 1, 1, 'a', 'b', 0}), 1920u);
}

TEST(OpusDuration, OfDiscontinuousTransmission) {
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 0)}), 960u);
}

TEST(OpusDuration, TheRulesOfRfc6716) {
  EXPECT_EQ(OpusDuration(Payload{}), 0u);                       // R1
  EXPECT_EQ(OpusDuration(Sized({Toc(1, 0)}, 1 + 1275)), 960u);  // R2
  EXPECT_EQ(OpusDuration(Sized({Toc(1, 0)}, 1 + 1276)), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 1), 1, 2, 3}), 0u);  // R3
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 2)}), 0u);           // R4
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 2), 252}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 2), 2, 'a'}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3)}), 0u);  // R5
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3), 0}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(3, 3), 2}), 5760u);
  EXPECT_EQ(OpusDuration(Payload{Toc(3, 3), 3}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(16, 3), 48}), 5760u);
  EXPECT_EQ(OpusDuration(Payload{Toc(16, 3), 49}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3), 2, 1, 2, 3}), 0u);  // R6
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3), 0x40 | 2, 3, 0, 0}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3), 0x40 | 2, 255}), 0u);
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3), 0x80 | 2, 3, 'a'}), 0u);  // R7
  EXPECT_EQ(OpusDuration(Payload{Toc(1, 3), 0x80 | 3, 3}), 0u);
}

TEST(AudioDepacketizer, EachPayloadIsAFrame) {
  TestTrack track(kOpus);
  const Payload payload = {Toc(31, 0), 'a', 'b'};
  track.Send(payload, 0xffff'ff00, true);
  track.Send(payload, 0xffff'ff00 + 960, false);
  const auto frames = track.TakeFrames();
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].data, payload);
  EXPECT_EQ(frames[0].rtp_time, 0xffff'ff00);
  EXPECT_EQ(frames[0].duration, 960u);
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_FALSE(frames[0].discontinuity);
  EXPECT_EQ(frames[1].rtp_time, int64_t{0xffff'ff00} + 960);
  EXPECT_EQ(frames[1].received, track.now());
  EXPECT_FALSE(track.key_frame_wanted());
}

TEST(AudioDepacketizer, WhatIsLostIsAGapAndNothingElse) {
  TestTrack track(kOpus);
  track.Lose(2);
  track.Send({Toc(31, 0), 'a'}, 0, false);
  track.Send({}, 5, false);
  track.Send({Toc(31, 0), 'b'}, 960, false);
  track.Lose();
  track.Send({Toc(31, 0), 'd'}, 2880, false);
  track.Send({Toc(31, 3), 0}, 3840, false);
  track.Send({Toc(31, 0), 'f'}, 4800, false);
  track.Flush();
  const auto frames = track.TakeFrames();
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_TRUE(frames[0].discontinuity);
  EXPECT_FALSE(frames[1].discontinuity);
  EXPECT_TRUE(frames[2].discontinuity);
  EXPECT_TRUE(frames[3].discontinuity);
  EXPECT_EQ(track.counters().frames, 4u);
  EXPECT_EQ(track.counters().packets_lost, 3u);
  EXPECT_EQ(track.counters().packets_malformed, 1u);
  EXPECT_FALSE(track.key_frame_wanted());
}

TEST(AudioDepacketizer, DurationsOfPlainAudioAreTheirSizes) {
  const auto duration = [](const Codec& codec, size_t size) -> uint32_t {
    TestTrack track(codec);
    track.Send(Payload(size, 'p'), 0, false);
    const auto frames = track.TakeFrames();
    return frames.empty() ? 0 : frames[0].duration;
  };
  EXPECT_EQ(duration({"PCMU", 8'000, 1}, 160), 160u);
  EXPECT_EQ(duration({"PCMA", 8'000, 0}, 160), 160u);
  EXPECT_EQ(duration({"PCMA", 8'000, 2}, 160), 80u);
  EXPECT_EQ(duration({"PCMA", 8'000, 2}, 161), 0u);
  EXPECT_EQ(duration({"G722", 8'000, 1}, 160), 160u);
  EXPECT_EQ(duration({"L16", 44'100, 2}, 1764), 441u);
  EXPECT_EQ(duration({"L16", 44'100, 2}, 1766), 0u);
}

TEST(AudioDepacketizer, SurvivesAnyBytes) {
  TestTrack track(kOpus);
  const Payload packet = {Toc(31, 3), 0xc0 | 3, 2, 1, 0, 'a', 'c', 0, 0};
  const auto send = [&](Bytes bytes) { track.Send({bytes.begin(), bytes.end()}, 0, false); };
  ForEachPrefix(packet, send);
  ForEachBitFlip(packet, send);
  EXPECT_EQ(track.counters().frames, track.TakeFrames().size());
}

}  // namespace
}  // namespace baton::record
