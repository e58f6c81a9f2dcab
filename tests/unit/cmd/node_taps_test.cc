// Taps with their thread, as the control plane and shards use them.
#include "cmd/node/node_taps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "tests/unit/cmd/tap_fixture.h"

namespace baton {
namespace {

using testing::ElementsAre;

constexpr size_t kQueue = size_t{1} << 20;

class NodeTapsTest : public testing::Test {
 protected:
  TapNumber Open(size_t bytes = kQueue) {
    const auto tap = taps_.Open(bytes);
    EXPECT_TRUE(tap.ok()) << tap.status();
    return *tap;
  }
  Recorder Attach(TapNumber tap, std::string first = {}) {
    SocketPair pair;
    const int fd = dup(pair.node.get());  // which the tap closes
    taps_.Attach(tap, fd, std::move(first));
    return Recorder(std::move(pair.process));
  }
  // Waits for what the counters are to say.
  template <class Condition>
  bool WaitUntil(TapNumber tap, Condition condition) {
    const TimePoint deadline = MonotonicNow() + std::chrono::seconds(20);
    while (!condition(taps_.Counters(tap))) {
      if (MonotonicNow() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  NodeTaps taps_;
  TapBatches shard_{&taps_.table()};
};

TEST_F(NodeTapsTest, BringsPacketsAndMessagesInOrder) {
  const TapNumber tap = Open();
  Recorder recorder = Attach(tap, MessageFrame("begin"));
  EXPECT_TRUE(taps_.SendMessage(tap, MessageFrame("added")));
  shard_.Send(tap, "one", TimePoint(std::chrono::nanoseconds(7)));
  shard_.Send(tap, "two and more than a header", TimePoint(std::chrono::seconds(3)));
  EXPECT_TRUE(taps_.SendMessage(tap, MessageFrame("removed")));
  shard_.Send(tap, "three");
  taps_.Finish(tap, MessageFrame("end"));
  ASSERT_TRUE(recorder.ReadUntil(7));
  EXPECT_THAT(recorder.frames, ElementsAre("message begin", "message added", "packet one",
                                           "packet two and more than a header", "message removed",
                                           "packet three", "message end"));
  EXPECT_EQ(recorder.times[0], TimePoint(std::chrono::nanoseconds(7)));
  EXPECT_EQ(recorder.times[1], TimePoint(std::chrono::seconds(3)));
  EXPECT_TRUE(WaitUntil(tap, [](const auto& counters) { return counters.finished; }));
  const control::TapCounters counters = taps_.Counters(tap);
  EXPECT_EQ(counters.packets, 3u);
  EXPECT_EQ(counters.dropped, 0u);
  EXPECT_EQ(counters.backlog_bytes, 0u);
  EXPECT_EQ(counters.messages_written, 3u);
  EXPECT_TRUE(counters.attached);
  taps_.Close(tap);
  EXPECT_TRUE(recorder.ReadToEnd());
}

TEST_F(NodeTapsTest, EachTapGetsItsOwn) {
  constexpr TapNumber kTaps = 20;
  std::vector<Recorder> recorders;
  for (TapNumber i = 0; i < kTaps; ++i) {
    ASSERT_EQ(Open(), i);
    recorders.push_back(Attach(i));
  }
  for (int round = 0; round < 50; ++round) {
    for (TapNumber i = 0; i < kTaps; ++i) {
      shard_.Add(i, std::to_string(round) + " for " + std::to_string(i));
    }
    shard_.Flush();
  }
  for (TapNumber i = 0; i < kTaps; ++i) {
    ASSERT_TRUE(recorders[i].ReadUntil(50));
    for (size_t round = 0; round < 50; ++round) {
      ASSERT_EQ(recorders[i].frames[round],
                "packet " + std::to_string(round) + " for " + std::to_string(i));
    }
  }
}

// A stream from another thread, with messages from this one: all arrives, in order.
TEST_F(NodeTapsTest, KeepsUpWithAShard) {
  constexpr int kPackets = 20'000;
  const TapNumber tap = Open(size_t{8} << 20);
  Recorder recorder = Attach(tap);
  std::thread shard([&] {
    const std::string tail(300, 'x');
    for (int i = 0; i < kPackets; ++i) {
      shard_.Add(tap, std::to_string(i) + " " + tail);
      if (i % 16 == 15) shard_.Flush();
    }
    shard_.Flush();
  });
  int packets = 0;
  int messages = 0;
  while (packets < kPackets) {
    if (messages < 100) {
      ASSERT_TRUE(taps_.SendMessage(tap, MessageFrame(std::to_string(messages++))));
    }
    ASSERT_TRUE(recorder.ReadUntil(1));
    for (const std::string& frame : recorder.frames) {
      if (frame.starts_with("packet ")) {
        ASSERT_TRUE(frame.starts_with("packet " + std::to_string(packets++) + " ")) << frame;
      }
    }
    recorder.frames.clear();
  }
  shard.join();
  EXPECT_EQ(shard_.dropped(), 0u);
}

// SIGSTOP, or a disk that stalls.
TEST_F(NodeTapsTest, AProcessThatDoesNotReadCostsNobodyElse) {
  const TapNumber stalled = Open(size_t{1} << 20);
  const TapNumber other = Open(size_t{1} << 20);
  Recorder sleeper = Attach(stalled);
  Recorder reader = Attach(other);
  const std::string packet(1000, 'x');
  constexpr uint64_t kPackets = 3000;  // about three queues full
  uint64_t read = 0;
  for (uint64_t i = 0; i < kPackets; ++i) {
    shard_.Add(stalled, packet);
    shard_.Add(other, packet);
    shard_.Flush();
    if (i % 100 == 99) {
      ASSERT_TRUE(reader.ReadUntil(100));
      read += reader.frames.size();
      reader.frames.clear();
    }
  }
  EXPECT_EQ(read, kPackets);
  EXPECT_EQ(taps_.Counters(other).dropped, 0u);
  const control::TapCounters counters = taps_.Counters(stalled);
  EXPECT_GT(counters.dropped, 1000u);
  EXPECT_GT(counters.backlog_bytes, (size_t{1} << 20) * 9 / 10);
  EXPECT_GE(taps_.backlog_bytes(), counters.backlog_bytes);
  EXPECT_EQ(counters.packets + counters.dropped, kPackets);
  EXPECT_EQ(shard_.dropped(), counters.dropped);

  // It wakes up, and gets what fitted, and is told what did not.
  taps_.Finish(stalled, MessageFrame("end"));
  ASSERT_TRUE(sleeper.ReadUntil(counters.packets + 2));
  ASSERT_EQ(sleeper.frames.size(), counters.packets + 2);
  EXPECT_EQ(sleeper.frames[counters.packets], "dropped " + std::to_string(counters.dropped));
  EXPECT_EQ(sleeper.frames.back(), "message end");
}

TEST_F(NodeTapsTest, ASuccessorGetsWhatItsPredecessorWasNotSent) {
  const TapNumber tap = Open();
  {
    Recorder first = Attach(tap, MessageFrame("segment 1"));
    shard_.Send(tap, "one");
    ASSERT_TRUE(first.ReadUntil(2));
  }
  EXPECT_TRUE(WaitUntil(tap, [](const auto& counters) { return !counters.attached; }));
  shard_.Send(tap, "two");
  EXPECT_TRUE(taps_.SendMessage(tap, MessageFrame("between")));
  shard_.Send(tap, "three");
  Recorder second = Attach(tap, MessageFrame("segment 2"));
  ASSERT_TRUE(second.ReadUntil(4));
  EXPECT_THAT(second.frames,
              ElementsAre("message segment 2", "packet two", "message between", "packet three"));
  // Whoever reads from the same end as the tap writes to has a duplicate of it.
  SocketPair pair;
  taps_.Attach(tap, dup(pair.node.get()), MessageFrame("segment 3"));
  EXPECT_TRUE(second.ReadToEnd());
  Recorder third(std::move(pair.process));
  ASSERT_TRUE(third.ReadUntil(1));
  taps_.Detach(tap);
  EXPECT_TRUE(WaitUntil(tap, [](const auto& counters) { return !counters.attached; }));
  shard_.Send(tap, "four");
  EXPECT_EQ(taps_.Counters(tap).packets, 4u);
}

TEST_F(NodeTapsTest, MessagesHaveABound) {
  const TapNumber tap = Open();
  const std::string message = MessageFrame(std::string(60'000, 'x'));
  size_t sent = 0;
  while (taps_.SendMessage(tap, message)) ++sent;
  EXPECT_EQ(sent, NodeTaps::kMaxMessageBytes / message.size() + 1);
  taps_.Finish(tap, MessageFrame("end"));
  Recorder recorder = Attach(tap);
  ASSERT_TRUE(recorder.ReadUntil(sent + 1));
  EXPECT_EQ(recorder.frames.back(), "message end");
  EXPECT_TRUE(WaitUntil(tap, [](const auto& counters) { return counters.finished; }));
}

TEST_F(NodeTapsTest, NumbersAreBoundedAndComeAgain) {
  for (TapNumber i = 0; i < kMaxTaps; ++i) ASSERT_EQ(Open(), i);
  EXPECT_EQ(taps_.Open(kQueue).status().code(), absl::StatusCode::kResourceExhausted);
  shard_.Send(7, "before");
  taps_.Close(7);
  shard_.Send(7, "nobody's");
  EXPECT_EQ(shard_.dropped(), 1u);
  ASSERT_EQ(Open(), 7);
  EXPECT_EQ(taps_.Counters(7).packets, 0u);
  Recorder recorder = Attach(7);
  shard_.Send(7, "after");
  ASSERT_TRUE(recorder.ReadUntil(1));
  EXPECT_THAT(recorder.frames, ElementsAre("packet after"));
}

TEST_F(NodeTapsTest, StopsWhetherOrNotAProcessReads) {
  const TapNumber stalled = Open();
  const TapNumber reading = Open();
  const Recorder sleeper = Attach(stalled);
  Recorder reader = Attach(reading);
  for (int i = 0; i < 500; ++i) shard_.Send(stalled, std::string(1000, 'x'));
  for (int i = 0; i < 10; ++i) shard_.Send(reading, std::to_string(i));
  taps_.Finish(reading, MessageFrame("end"));
  taps_.Stop();
  taps_.Stop();
  // What could be written at once was.
  while (reader.frames.size() < 11) ASSERT_TRUE(reader.ReadUntil(reader.frames.size() + 1));
  EXPECT_EQ(reader.frames.back(), "message end");
}

}  // namespace
}  // namespace baton
