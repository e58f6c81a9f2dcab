// Recordings by real processes (playing_recorder.cc), and child processes by themselves.
#include "control/baton_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <string>
#include <vector>

#include "control/child_output.h"
#include "control/child_process.h"
#include "tests/unit/control/recording_fixture.h"

namespace baton::control {
namespace {

using ::testing::HasSubstr;

class BatonRecordTest : public RecordingTest {
 protected:
  BatonRecordTest() {
    log_ = [this](const RecordingNote& note) {
      if (note.what == "baton-record") lines_.push_back(note.detail);
    };
    options_.name = "{room}";
    options_.kill_after = std::chrono::milliseconds(100);
  }
  ~BatonRecordTest() override {
    rooms_.dispatcher().set_recordings(nullptr);
    recordings_.reset();
  }

  void OpenReal(const std::string& room) {
    Open(real_);
    MakeRoom(room);
  }
  std::string FileText(const std::string& name) const {
    std::ifstream file(directory_.path() + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  BatonRecord real_{io_, PLAYING_RECORDER, log_};
  std::vector<std::string> lines_;
};

TEST_F(BatonRecordTest, RecordsAndEndsInOrder) {
  OpenReal("demo");
  ASSERT_TRUE(Do(Publish("demo", "alice", "cam", 0x11)).has_track());
  ASSERT_EQ(Do(StartRequest("demo")).recording().state(), v1::RECORDING_STATE_RUNNING);
  Do(StopRequest("demo"));
  ASSERT_TRUE(RunUntil([&] { return IsOver(Show("demo")); }));
  const v1::Recording recording = Show("demo");
  EXPECT_EQ(recording.state(), v1::RECORDING_STATE_ENDED) << recording.DebugString();
  EXPECT_EQ(recording.files(0).name(), "alice.webm");
  EXPECT_EQ(recording.trouble_count(), 0u);
}

TEST_F(BatonRecordTest, ProcessesSeeNothingOfTheNode) {
  signal(SIGPIPE, SIG_IGN);
  OpenReal("demo");
  ASSERT_TRUE(Do(StartRequest("demo")).has_recording());
  // No variable, five descriptors, a group of its own, no core files. A sanitizer may add to the
  // environment of nobody.
  EXPECT_EQ(FileText("demo/surroundings"), "0 5 leader 0");
}

TEST_F(BatonRecordTest, ACrashIsFollowedByARestartAndASecondOneEndsIt) {
  OpenReal("crash");
  ASSERT_TRUE(Do(StartRequest("crash")).has_recording());
  ASSERT_TRUE(Do(Publish("crash", "alice", "cam", 0x11)).has_track());
  ASSERT_TRUE(RunUntil([&] { return IsOver(Show("crash")); }));
  const v1::Recording recording = Show("crash");
  EXPECT_EQ(recording.state(), v1::RECORDING_STATE_FAILED);
  EXPECT_EQ(recording.segment(), 2u);
  EXPECT_THAT(recording.DebugString(), HasSubstr("signal 9 (Killed)"));
}

TEST_F(BatonRecordTest, OneThatSaysNothingIsKilled) {
  options_.start_timeout = std::chrono::milliseconds(300);
  OpenReal("hang");
  const auto reply = Ask(StartRequest("hang"));
  ASSERT_TRUE(RunUntil([&] {
    clock_.now += std::chrono::milliseconds(50);
    return reply->has_value();
  }));
  EXPECT_EQ((*reply)->error().code(), v1::Error::UNAVAILABLE);
}

TEST_F(BatonRecordTest, OneThatClosesItsSocketIsKilledAndFollowed) {
  OpenReal("close");
  ASSERT_TRUE(Do(StartRequest("close")).has_recording());
  ASSERT_TRUE(RunUntil([&] {
    clock_.now += std::chrono::milliseconds(20);
    return Show("close").segment() == 2;
  }));
  EXPECT_THAT(Show("close").DebugString(), HasSubstr("protocol_error"));
}

TEST_F(BatonRecordTest, OneThatWritesGarbageIsKilledAndFollowed) {
  OpenReal("garbage");
  ASSERT_TRUE(Do(StartRequest("garbage")).has_recording());
  ASSERT_TRUE(RunUntil([&] {
    clock_.now += std::chrono::milliseconds(20);
    return Show("garbage").segment() == 2;
  }));
  EXPECT_THAT(Show("garbage").DebugString(), HasSubstr("protocol_error"));
}

TEST_F(BatonRecordTest, WhatItWritesIntoTheLogIsBounded) {
  OpenReal("chatty");
  ASSERT_TRUE(Do(StartRequest("chatty")).has_recording());
  Do(StopRequest("chatty"));
  ASSERT_TRUE(RunUntil([&] { return IsOver(Show("chatty")); }));
  ASSERT_FALSE(lines_.empty());
  EXPECT_LT(lines_.size(), 1000u);
  EXPECT_EQ(lines_[0], "line 0 ?[31m of many");
}

TEST_F(BatonRecordTest, AProgramThatIsNotThereIsSaid) {
  BatonRecord missing(io_, "/nonexistent/baton-record", log_);
  Open(missing);
  MakeRoom();
  const v1::Reply reply = Do(StartRequest("demo"));
  EXPECT_THAT(reply.error().message(), HasSubstr("/nonexistent/baton-record"));
  recordings_.reset();
}

// ------------------------------------------------------------------------------------ the parts

TEST(ChildProcess, TellsHowItHasEnded) {
  boost::asio::io_context io;
  const auto run = [&](std::vector<std::string> arguments) {
    std::string how;
    auto child = ChildProcess::Start(
        io, {.program = "/bin/sh", .arguments = std::move(arguments), .fds = {-1, -1, -1}},
        [&](ChildExit exit) { how = exit.ToString(); });
    EXPECT_TRUE(child.ok()) << child.status();
    io.restart();
    io.run_for(std::chrono::seconds(20));
    return how;
  };
  EXPECT_EQ(run({"sh", "-c", "exit 7"}), "exit status 7");
  EXPECT_EQ(run({"sh", "-c", "kill -TERM $$"}), "signal 15 (Terminated)");
}

TEST(ChildProcess, IsGoneWithItsObject) {
  boost::asio::io_context io;
  auto child = ChildProcess::Start(
      io, {.program = "/bin/sleep", .arguments = {"sleep", "1000"}, .fds = {-1, -1, -1}},
      [](ChildExit) { ADD_FAILURE(); });
  ASSERT_TRUE(child.ok());
  const pid_t pid = (*child)->pid();
  child->reset();
  // Reaped already, or killed and to be reaped by us.
  int status = 0;
  const bool reaped = waitpid(pid, &status, 0) == -1;
  EXPECT_TRUE(reaped || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

TEST(LineSplitter, CutsAndCleansLines) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  const auto take = [&](const std::string& line) { lines.push_back(line); };
  splitter.Add("a\n\nb\x01", take);
  splitter.Add("c\nrest", take);
  splitter.Finish(take);
  splitter.Finish(take);
  splitter.Add(std::string(LineSplitter::kMaxLine + 10, 'x') + "\n", take);
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "b?c", "rest",
                                             std::string(LineSplitter::kMaxLine, 'x')}));
}

}  // namespace
}  // namespace baton::control
