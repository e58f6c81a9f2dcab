#include "bench/load/frame_schedule.h"

#include <gtest/gtest.h>

#include <vector>

#include "bench/load/packet_format.h"

namespace baton::bench {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

uint64_t BytesOf(const Burst& burst) {
  return uint64_t{burst.size} * (burst.packets - 1) + burst.last_size;
}

// Everything that is due before `end`.
std::vector<Burst> Until(StreamSchedule schedule, Duration end) {
  std::vector<Burst> bursts;
  for (Burst burst = schedule.Next(); burst.due < end; burst = schedule.Next()) {
    bursts.push_back(burst);
  }
  return bursts;
}

uint64_t BytesOf(const std::vector<Burst>& bursts) {
  uint64_t bytes = 0;
  for (const Burst& burst : bursts) bytes += BytesOf(burst);
  return bytes;
}

// Over every whole key frame interval, wherever it begins, up to what waits for the next frame.
TEST(FrameSchedule, KeepsTheBitRate) {
  constexpr size_t kFrames = 60;
  for (const uint64_t rate : {100'000ULL, 777'777ULL, 2'500'000ULL, 50'000'000ULL}) {
    for (const uint32_t index : {0U, 1U, 7U}) {
      const VideoTraffic traffic{.bits_per_second = rate};
      const auto bursts =
          Until(StreamSchedule::Video(traffic, Pacing::kFrames, index), seconds(20));
      for (size_t begin = 0; begin + kFrames <= bursts.size(); begin += 7) {
        const std::vector<Burst> interval(&bursts[begin], &bursts[begin] + kFrames);
        EXPECT_NEAR(static_cast<double>(BytesOf(interval)), static_cast<double>(rate) / 8 * 2,
                    kMinPacketSize)
            << rate << " " << index << " " << begin;
      }
    }
  }
}

TEST(FrameSchedule, MakesKeyFramesLargerByTheFactor) {
  const VideoTraffic traffic{.bits_per_second = 8'000'000, .key_frame_factor = 5};
  const auto bursts = Until(StreamSchedule::Video(traffic, Pacing::kFrames, 0), seconds(2));
  ASSERT_EQ(bursts.size(), 60U);
  // 2 MB in 60 frames, of which one counts five times.
  const double other = 2e6 / 64;
  EXPECT_NEAR(static_cast<double>(BytesOf(bursts[0])), 5 * other, kMinPacketSize);
  for (size_t i = 1; i < bursts.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(BytesOf(bursts[i])), other, kMinPacketSize + 1) << i;
  }
}

TEST(FrameSchedule, CutsFramesIntoFullPacketsAndARest) {
  const VideoTraffic traffic{.bits_per_second = 3'000'000, .packet_size = 1000};
  for (const Burst& burst :
       Until(StreamSchedule::Video(traffic, Pacing::kFrames, 3), seconds(10))) {
    EXPECT_GE(burst.packets, 1U);
    EXPECT_LE(burst.size, 1000U);
    EXPECT_LE(burst.last_size, burst.size);
    EXPECT_GE(burst.last_size, kMinPacketSize);
    EXPECT_TRUE(burst.packets == 1 || burst.size == 1000);
    EXPECT_TRUE(burst.marker);
  }
}

TEST(FrameSchedule, SpacesFramesEvenlyAndStreamsApart) {
  const VideoTraffic traffic;
  std::vector<Duration> firsts;
  for (uint32_t index = 0; index < 5; ++index) {
    StreamSchedule schedule = StreamSchedule::Video(traffic, Pacing::kFrames, index);
    const Duration first = schedule.Next().due;
    EXPECT_LT(first, seconds(1) / 30.0);
    for (int frame = 1; frame <= 300; ++frame) {
      const double at = std::chrono::duration<double>(schedule.Next().due - first).count();
      EXPECT_NEAR(at, frame / 30.0, 1e-8);
    }
    for (const Duration other : firsts) {
      EXPECT_GT(std::chrono::abs(first - other), milliseconds(2));
    }
    firsts.push_back(first);
  }
}

TEST(FrameSchedule, PacesEvenPacketsOneByOne) {
  const VideoTraffic traffic{.bits_per_second = 2'400'000, .packet_size = 1200};
  const auto bursts = Until(StreamSchedule::Video(traffic, Pacing::kEven, 0), seconds(4));
  ASSERT_EQ(bursts.size(), 1000U);
  for (size_t i = 0; i < bursts.size(); ++i) {
    EXPECT_EQ(bursts[i].packets, 1U);
    EXPECT_EQ(bursts[i].last_size, 1200U);
    EXPECT_EQ(bursts[i].due, i * milliseconds(4));
  }
}

TEST(FrameSchedule, SendsAudioFiftyTimesASecond) {
  const auto bursts = Until(StreamSchedule::Audio(AudioTraffic{}, 0), seconds(2));
  ASSERT_EQ(bursts.size(), 100U);
  EXPECT_EQ(bursts[50].due, seconds(1));
  EXPECT_EQ(bursts[50].last_size, 160U);
  EXPECT_FALSE(bursts[50].marker);
}

TEST(FrameSchedule, KeepsWhatIsTooLittleForAPacketForTheNextFrame) {
  const VideoTraffic traffic{
      .bits_per_second = 8'000, .frames_per_second = 100, .key_frame_factor = 1};
  const auto bursts = Until(StreamSchedule::Video(traffic, Pacing::kFrames, 0), seconds(10));
  for (const Burst& burst : bursts) EXPECT_GE(burst.last_size, kMinPacketSize);
  EXPECT_NEAR(static_cast<double>(BytesOf(bursts)), 10'000, kMinPacketSize);
}

}  // namespace
}  // namespace baton::bench
