// Recordings with real cores, taps that keep what they are given, and processes that the test
// plays.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/dispatcher.h"
#include "control/recordings.h"
#include "control/rooms.h"
#include "record/tap_protocol.h"
#include "tests/unit/control/core_node.h"
#include "tests/unit/control/requests.h"

namespace baton::control {

inline std::vector<record::v1::ToSink> ParseFrames(const std::string& frames) {
  std::vector<record::v1::ToSink> messages;
  record::FrameReader reader(record::FrameReader::Accept::kAll, record::FrameReader::kNodeCapacity);
  const MutableBytes space = reader.Space();
  EXPECT_LE(frames.size(), space.size());
  std::copy(frames.begin(), frames.end(), space.begin());
  reader.Filled(frames.size());
  record::TapFrame frame;
  while (reader.Next(frame) == record::FrameReader::Result::kFrame) {
    EXPECT_TRUE(messages.emplace_back().ParseFromArray(frame.message.data(),
                                                       static_cast<int>(frame.message.size())));
  }
  return messages;
}

// Writes messages to what is attached, if that is a descriptor, and keeps them.
class FakeTaps final : public Taps {
 public:
  struct Tap {
    std::vector<record::v1::ToSink> messages;  // of Attach(), SendMessage() and Finish(), in order
    TapCounters counters;
    net::UniqueFd fd;
    int attached = 0;  // times
  };

  absl::StatusOr<TapNumber> Open(size_t) override {
    if (refuse_open) return absl::ResourceExhaustedError("no tap is left");
    taps[++last_];
    return last_;
  }
  void Attach(TapNumber tap, int fd, std::string first) override {
    taps.at(tap).fd = net::UniqueFd(fd);
    taps.at(tap).counters.attached = true;
    ++taps.at(tap).attached;
    Write(tap, first);
  }
  void Detach(TapNumber tap) override {
    taps.at(tap).fd = {};
    taps.at(tap).counters.attached = false;
  }
  bool SendMessage(TapNumber tap, std::string frame) override {
    if (refuse_messages) return false;
    if (!hold) ++taps.at(tap).counters.messages_written;
    Write(tap, frame);
    return true;
  }
  void Finish(TapNumber tap, std::string frame) override {
    taps.at(tap).counters.finished = true;
    Write(tap, frame);
  }
  void Close(TapNumber tap) override {
    closed.push_back(std::move(taps.at(tap)));
    taps.erase(tap);
  }
  TapCounters Counters(TapNumber tap) const override { return taps.at(tap).counters; }

  std::map<TapNumber, Tap> taps;
  std::vector<Tap> closed;
  bool refuse_open = false;
  bool refuse_messages = false;
  bool hold = false;  // messages wait in the queue

 private:
  void Write(TapNumber tap, const std::string& frames) {
    Tap& to = taps.at(tap);
    for (record::v1::ToSink& message : ParseFrames(frames)) {
      to.messages.push_back(std::move(message));
    }
    if (to.fd) {
      EXPECT_EQ(write(to.fd.get(), frames.data(), frames.size()),
                static_cast<ssize_t>(frames.size()));
    }
  }

  TapNumber last_ = 0;
};

// Processes that do what the test says.
class FakeLauncher final : public SinkLauncher {
 public:
  struct Sink {
    SinkHandler* handler = nullptr;  // null when it is gone
    std::vector<int> signals;

    void Say(const record::v1::FromSink& message) const { handler->OnSinkMessage(message); }
    void SayStarted() const {
      record::v1::FromSink message;
      message.mutable_started();
      Say(message);
    }
    void Exit(ChildExit exit, const std::string& last_words = "") {
      std::exchange(handler, nullptr)->OnSinkGone(exit, last_words);
    }
    void FinishFile(const std::string& name) const {
      record::v1::FromSink message;
      message.mutable_file_finished()->set_name(name);
      message.mutable_file_finished()->set_bytes(1000);
      Say(message);
    }
    void End() {
      record::v1::FromSink message;
      message.mutable_ended()->set_reason("stopped");
      Say(message);
      Exit({});
    }
  };

  absl::StatusOr<LaunchedSink> Launch(const std::string&, int, SinkHandler& handler) override {
    if (!refuse.ok()) return refuse;
    sinks.push_back(std::make_shared<Sink>(Sink{&handler, {}}));
    return LaunchedSink{std::make_unique<Process>(sinks.back()), -1};
  }

  Sink& last() const { return *sinks.back(); }

  std::vector<std::shared_ptr<Sink>> sinks;
  absl::Status refuse;

 private:
  class Process final : public SinkProcess {
   public:
    explicit Process(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}
    void Signal(int signal) override { sink_->signals.push_back(signal); }

   private:
    std::shared_ptr<Sink> sink_;
  };
};

class FakeClock final : public RecordingClock {
 public:
  TimePoint Now() const override { return now; }
  int64_t UnixUs() const override {
    return 1'790'000'000'000'000 + now.time_since_epoch().count() / 1000;
  }

  TimePoint now = TimePoint(std::chrono::hours(1));
};

// A directory that goes with the test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = ::testing::TempDir() + "/recordings-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Rooms of real cores, which work when the loop runs.
class CoreRooms final : public Rooms {
 public:
  explicit CoreRooms(boost::asio::io_context& io) : io_(io) {
    node_.on_submit = [this] { boost::asio::post(io_, [this] { RunNode(); }); };
  }

  const Mirror& mirror() const override { return dispatcher_.mirror(); }
  void Do(Action action, Done done) override {
    if (dispatcher_.Perform(std::move(action), done)) return;
    boost::asio::post(io_, [done] { done(absl::UnavailableError("full")); });
  }
  void Publish(v1::Event event) override {
    dispatcher_.Append(event);
    events.push_back(std::move(event));
  }

  Dispatcher& dispatcher() { return dispatcher_; }
  CoreNode& node() { return node_; }

  std::vector<v1::Event> events;  // of recordings

 private:
  void RunNode() {
    node_.Run([this](size_t shard, relay::Output&& output) {
      dispatcher_.OnOutput(shard, std::move(output));
    });
  }

  boost::asio::io_context& io_;
  CoreNode node_{1};
  Counters counters_;
  Dispatcher dispatcher_{node_, {"node-1", "0.1.0", 77}, 1024, counters_};
};

class RecordingTest : public ::testing::Test {
 protected:
  RecordingTest() {
    options_.node_name = "node-1";
    options_.directory = directory_.path();
    options_.program = "/bin/true";
    options_.name = "{room}";
  }
  ~RecordingTest() override { rooms_.dispatcher().set_recordings(nullptr); }

  void Open(SinkLauncher& launcher) {
    recordings_ =
        std::make_unique<Recordings>(io_, rooms_, taps_, launcher, clock_, options_, log_);
    rooms_.dispatcher().set_recordings(recordings_.get());
    ASSERT_TRUE(recordings_->Open().ok());
  }
  void Open() { Open(launcher_); }

  // Lets the loop run until `condition` holds; false if it does not within a generous time.
  template <class Condition>
  bool RunUntil(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      io_.restart();
      io_.run_one_for(std::chrono::milliseconds(50));
    }
    return true;
  }
  // What is ready to be done, and what the shards make of it.
  void Settle() {
    io_.restart();
    while (io_.poll() > 0) io_.restart();
  }

  v1::Reply Do(v1::Request request) {
    v1::Reply reply;
    bool answered = false;
    rooms_.dispatcher().Handle(request, [&](v1::Reply&& r) {
      reply = std::move(r);
      answered = true;
    });
    EXPECT_TRUE(RunUntil([&] { return answered; }));
    return reply;
  }
  // Without waiting for the answer, which is kept.
  std::shared_ptr<std::optional<v1::Reply>> Ask(const v1::Request& request) {
    auto reply = std::make_shared<std::optional<v1::Reply>>();
    rooms_.dispatcher().Handle(request, [reply](v1::Reply&& r) { *reply = std::move(r); });
    return reply;
  }

  static v1::Request StartRequest(const std::string& room, const std::string& name = "") {
    v1::Request request;
    request.mutable_start_recording()->set_room(room);
    request.mutable_start_recording()->set_name(name);
    return request;
  }
  static v1::Request StopRequest(const std::string& recording) {
    v1::Request request;
    request.mutable_stop_recording()->set_recording(recording);
    return request;
  }
  v1::Recording Show(const std::string& recording) {
    v1::Request request;
    request.mutable_show_recording()->set_recording(recording);
    return Do(request).recording();
  }
  // A recording that runs, by a process that the test plays.
  void StartOne(const std::string& room = "demo") {
    const auto reply = Ask(StartRequest(room));
    const size_t before = launcher_.sinks.size();
    ASSERT_TRUE(RunUntil([&] { return launcher_.sinks.size() > before; }));
    launcher_.last().SayStarted();
    ASSERT_TRUE(RunUntil([&] { return reply->has_value(); }));
    ASSERT_TRUE((*reply)->has_recording()) << (*reply)->DebugString();
  }
  void MakeRoom(const std::string& room = "demo") {
    ASSERT_TRUE(Do(CreateRoom(room)).has_room());
    ASSERT_TRUE(
        Do(AddPlain(room, "alice", "127.0.0.1:" + std::to_string(next_port_++))).has_endpoint());
  }
  // The process says all is finished; the recording has ended when this returns.
  void EndSink(const std::string& recording) {
    launcher_.last().End();
    ASSERT_TRUE(RunUntil([&] { return IsOver(Show(recording)); }));
  }
  static bool IsOver(const v1::Recording& recording) {
    return recording.state() == v1::RECORDING_STATE_ENDED ||
           recording.state() == v1::RECORDING_STATE_FAILED;
  }
  size_t Count(v1::Event::BodyCase body) const {
    return static_cast<size_t>(
        std::count_if(rooms_.events.begin(), rooms_.events.end(),
                      [&](const v1::Event& event) { return event.body_case() == body; }));
  }
  FakeTaps::Tap& tap() { return taps_.taps.begin()->second; }

  TemporaryDirectory directory_;
  boost::asio::io_context io_;
  CoreRooms rooms_{io_};
  FakeTaps taps_;
  FakeLauncher launcher_;
  FakeClock clock_;
  RecordingOptions options_;
  RecordingLog log_;
  int next_port_ = 6000;
  std::unique_ptr<Recordings> recordings_;
};

}  // namespace baton::control
