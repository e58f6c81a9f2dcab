// The shard's side of a tap: what becomes of packets that find room, and of those that do not.
#include "cmd/node/tap_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "tests/unit/cmd/tap_fixture.h"

namespace baton {
namespace {

using testing::ElementsAre;

constexpr TimePoint kNow{std::chrono::seconds(5)};

TxBatch::Entry EntryOf(std::string_view packet) {
  const auto* data = reinterpret_cast<const uint8_t*>(packet.data());
  const size_t header = packet.size() / 3;
  return {{data, header}, {data + header, packet.size() - header}};
}

// Takes whole frames out of the queue, at most `count`.
std::vector<std::string> TakeFrames(TapQueue& queue, size_t count = SIZE_MAX) {
  SpscByteQueue& bytes = queue.bytes();
  std::vector<uint8_t> copy(bytes.size());
  bytes.Copy(bytes.released(), copy);
  std::vector<std::string> frames;
  size_t at = 0;
  for (; at < copy.size() && frames.size() < count; at += 4 + LoadU32(&copy[at])) {
    const uint8_t* const body = copy.data() + at + record::kFrameHeaderSize;
    if (copy[at + 4] == static_cast<uint8_t>(record::FrameType::kDropped)) {
      frames.push_back("dropped " + std::to_string(LoadU64(body)));
      continue;
    }
    EXPECT_EQ(copy[at + 4], static_cast<uint8_t>(record::FrameType::kPacket));
    EXPECT_EQ(LoadU64(body), static_cast<uint64_t>(kNow.time_since_epoch().count()));
    const uint8_t* const end = copy.data() + at + 4 + LoadU32(&copy[at]);
    frames.emplace_back(body + 8, end);
  }
  bytes.Release(bytes.released() + at);
  return frames;
}

TapQueue SmallQueue(size_t bytes) { return TapQueue(SpscByteQueue::Create(bytes, 64)); }

TEST(TapQueue, PacketsBecomeFrames) {
  TapQueue queue = SmallQueue(1024);
  EXPECT_TRUE(queue.Push(kNow, EntryOf("one")));
  EXPECT_TRUE(queue.Push(kNow, EntryOf("")));
  EXPECT_TRUE(queue.Push(kNow, EntryOf(std::string(200, 'x'))));
  EXPECT_EQ(queue.bytes().size(), 3 * record::kPacketFrameHeaderSize + 203);
  EXPECT_THAT(TakeFrames(queue), ElementsAre("one", "", std::string(200, 'x')));
  EXPECT_EQ(queue.packets(), 3u);
  EXPECT_EQ(queue.dropped(), 0u);
}

TEST(TapQueue, APacketThatFitsExactlyIsTaken) {
  TapQueue queue = SmallQueue(128);
  EXPECT_FALSE(queue.Push(kNow, EntryOf(std::string(128 - 13 + 1, 'x'))));
  TapQueue other = SmallQueue(128);
  EXPECT_TRUE(other.Push(kNow, EntryOf(std::string(128 - 13, 'x'))));
  EXPECT_FALSE(other.Push(kNow, EntryOf("")));
}

TEST(TapQueue, ThePlaceOfWhatWasDroppedIsMarked) {
  TapQueue queue = SmallQueue(256);
  const std::string packet(115, 'x');  // 128 with its header
  EXPECT_TRUE(queue.Push(kNow, EntryOf(packet)));
  EXPECT_TRUE(queue.Push(kNow, EntryOf(packet)));
  EXPECT_FALSE(queue.Push(kNow, EntryOf(packet)));
  EXPECT_FALSE(queue.Push(kNow, EntryOf("small")));
  EXPECT_EQ(queue.dropped(), 2u);
  EXPECT_EQ(queue.untold_drops(), 2u);
  EXPECT_THAT(TakeFrames(queue), ElementsAre(packet, packet));
  EXPECT_TRUE(queue.Push(kNow, EntryOf("next")));
  EXPECT_TRUE(queue.Push(kNow, EntryOf("and next")));
  EXPECT_THAT(TakeFrames(queue), ElementsAre("dropped 2", "next", "and next"));
  EXPECT_EQ(queue.untold_drops(), 0u);
  EXPECT_EQ(queue.packets(), 4u);
}

TEST(TapQueue, AQueueThatWasFullWaitsForSomeRoom) {
  TapQueue queue = SmallQueue(size_t{64} * 64);  // a sixteenth: four blocks
  const std::string packet(64 - 13, 'x');
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(queue.Push(kNow, EntryOf(packet)));
  EXPECT_FALSE(queue.Push(kNow, EntryOf("")));
  TakeFrames(queue, 3);
  EXPECT_FALSE(queue.Push(kNow, EntryOf("")));
  TakeFrames(queue, 1);
  EXPECT_TRUE(queue.Push(kNow, EntryOf("")));
}

// Each packet is a frame or counted, in its place.
TEST(TapQueue, NothingGoesMissingUncounted) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    TapQueue queue = SmallQueue(64 * (2 + random.Below(20)));
    uint64_t next = 0;      // of what is pushed
    uint64_t expected = 0;  // of what is taken
    const auto check = [&](const std::vector<std::string>& frames) {
      for (const std::string& frame : frames) {
        if (frame.starts_with("dropped ")) {
          expected += std::stoull(frame.substr(8));
        } else {
          ASSERT_EQ(std::stoull(frame), expected++) << "seed " << seed;
        }
      }
    };
    for (int step = 0; step < 2000; ++step) {
      std::string packet = std::to_string(next++) + " ";
      packet.append(random.Below(60), 'x');
      queue.Push(kNow, EntryOf(packet));
      if (random.OneIn(12)) check(TakeFrames(queue, random.Below(20)));
    }
    check(TakeFrames(queue));
    EXPECT_EQ(expected + queue.untold_drops(), next);
    EXPECT_EQ(queue.packets() + queue.dropped(), next);
    EXPECT_GT(queue.dropped(), 0u);
  }
}

}  // namespace
}  // namespace baton
