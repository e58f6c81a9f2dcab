// What a recording process gets from a tap, and in which order, whatever it reads and however it
// ends.
#include "cmd/node/tap_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "tests/unit/cmd/tap_fixture.h"

namespace baton {
namespace {

using testing::ElementsAre;
using Outcome = TapStream::Outcome;

class TapStreamTest : public testing::Test {
 protected:
  Recorder Attach(std::string first = {}, bool small = false) {
    SocketPair pair;
    if (small) pair.Shrink();
    stream_.Attach(std::move(pair.node), std::move(first));
    return Recorder(std::move(pair.process));
  }
  void Push(const std::string& packet) {
    const auto* data = reinterpret_cast<const uint8_t*>(packet.data());
    ASSERT_TRUE(queue_->Push({}, {{data, packet.size()}, {}}));
  }
  void Message(std::string_view text) {
    stream_.Add(queue_->bytes().written(), MessageFrame(text));
  }
  Outcome Write() {
    stream_.NoteQueued();
    return stream_.Write();
  }

  std::shared_ptr<TapQueue> queue_ =
      std::make_shared<TapQueue>(SpscByteQueue::Create(size_t{1} << 20, 4096));
  std::shared_ptr<TapProgress> progress_ = std::make_shared<TapProgress>();
  TapStream stream_{queue_, progress_};
};

TEST_F(TapStreamTest, PacketsWaitForAProcess) {
  Push("one");
  EXPECT_FALSE(stream_.HasMore());
  EXPECT_EQ(Write(), Outcome::kDone);
  Recorder recorder = Attach(MessageFrame("begin"));
  EXPECT_TRUE(stream_.HasMore());
  Push("two");
  EXPECT_EQ(Write(), Outcome::kDone);
  EXPECT_FALSE(stream_.HasMore());
  recorder.ReadSome();
  EXPECT_THAT(recorder.frames, ElementsAre("message begin", "packet one", "packet two"));
  EXPECT_EQ(queue_->bytes().size(), 0u);
  EXPECT_EQ(progress_->attached.value(), 1);
}

TEST_F(TapStreamTest, MessagesKeepTheirPlace) {
  Recorder recorder = Attach();
  Message("a");
  Push("1");
  Push("2");
  Message("b");
  Message("c");
  Push("3");
  Message("d");
  EXPECT_EQ(Write(), Outcome::kDone);
  recorder.ReadSome();
  EXPECT_THAT(recorder.frames, ElementsAre("message a", "packet 1", "packet 2", "message b",
                                           "message c", "packet 3", "message d"));
  EXPECT_EQ(progress_->messages.value(), 4u);
  EXPECT_EQ(progress_->message_bytes.value(), 4 * (record::kFrameHeaderSize + 1));
  EXPECT_EQ(progress_->written_bytes.value(), queue_->bytes().written() + 4 * 6);
}

// What is queued after NoteQueued() may depend on a message that the stream does not have yet.
TEST_F(TapStreamTest, NothingIsWrittenThatCameAfterTheLook) {
  Recorder recorder = Attach();
  Push("1");
  stream_.NoteQueued();
  const uint64_t position = queue_->bytes().written();
  Push("2");
  EXPECT_EQ(stream_.Write(), Outcome::kDone);
  recorder.ReadSome();
  EXPECT_THAT(recorder.frames, ElementsAre("packet 1"));
  EXPECT_TRUE(stream_.HasMore());
  stream_.Add(position, MessageFrame("about 2"));
  EXPECT_EQ(Write(), Outcome::kDone);
  recorder.ReadSome();
  EXPECT_THAT(recorder.frames, ElementsAre("packet 1", "message about 2", "packet 2"));
}

// Packets were queued and written between the message's position and its arrival here.
TEST_F(TapStreamTest, AMessageThatComesLateGoesAtOnceButWithinNoFrame) {
  Recorder recorder = Attach({}, /*small=*/true);
  for (int i = 0; i < 40; ++i) Push(std::string(1000, 'x'));
  ASSERT_EQ(Write(), Outcome::kBlocked);
  stream_.Add(0, MessageFrame("late"));
  while (recorder.frames.size() < 41) {
    Write();
    recorder.ReadSome();
  }
  const auto found = std::find(recorder.frames.begin(), recorder.frames.end(), "message late");
  EXPECT_LT(found - recorder.frames.begin(), 40);
}

TEST_F(TapStreamTest, GoesOnWithinAFrameHoweverLittleIsRead) {
  Random random(uint64_t{1});
  Recorder recorder = Attach(MessageFrame("begin"), /*small=*/true);
  std::vector<std::string> expected = {"message begin"};
  bool blocked = false;
  for (int i = 0; i < 300; ++i) {
    const std::string packet = std::to_string(i) + std::string(random.Below(3000), 'x');
    Push(packet);
    expected.push_back("packet " + packet);
    if (random.OneIn(10)) {
      Message(std::to_string(i));
      expected.push_back("message " + std::to_string(i));
    }
    blocked |= Write() == Outcome::kBlocked;
    recorder.ReadSome(1 + random.Below(2900));
  }
  while (stream_.HasMore()) {
    Write();
    recorder.ReadSome();
  }
  recorder.ReadSome();
  EXPECT_TRUE(blocked);
  EXPECT_EQ(recorder.frames, expected);
}

// Processes die wherever they are; each gets whole frames, and what none has been sent in full
// comes again.
TEST_F(TapStreamTest, ASuccessorGoesOnAtAFrame) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    std::vector<std::string> expected;
    std::vector<std::string> frames;
    for (int process = 0; process < 4; ++process) {
      Recorder recorder = Attach(MessageFrame("begin"), /*small=*/true);
      const uint64_t packets = 1 + random.Below(30);
      for (uint64_t i = 0; i < packets; ++i) {
        const std::string packet = std::to_string(i) + std::string(random.Below(2000), 'x');
        Push(packet);
        expected.push_back("packet " + packet);
        if (!random.OneIn(5)) continue;
        Message(packet);
        expected.push_back("message " + packet);
      }
      const bool last = process == 3;
      for (uint64_t turns = random.Below(8); last ? stream_.HasMore() : turns > 0; --turns) {
        Write();
        recorder.ReadSome();
      }
      if (random.OneIn(2)) Write();
      // What lies in the socket when a process dies is lost; here it is read.
      stream_.Detach();
      while (recorder.ReadSome()) {
      }
      ASSERT_TRUE(recorder.frames.empty() || recorder.frames[0] == "message begin");
      for (size_t i = 1; i < recorder.frames.size(); ++i) frames.push_back(recorder.frames[i]);
    }
    ASSERT_EQ(frames, expected) << "seed " << seed;
  }
}

TEST_F(TapStreamTest, AProcessThatHasGoneIsNoticed) {
  { const Recorder recorder = Attach(); }
  Push("1");
  EXPECT_EQ(Write(), Outcome::kGone);
  stream_.Detach();
  EXPECT_EQ(progress_->attached.value(), 0);
  Recorder successor = Attach();
  EXPECT_EQ(Write(), Outcome::kDone);
  successor.ReadSome();
  EXPECT_THAT(successor.frames, ElementsAre("packet 1"));
}

}  // namespace
}  // namespace baton
