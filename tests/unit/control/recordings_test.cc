// Requests about recordings, what lies on disk, and hooks.
#include "control/recordings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/unit/control/recording_fixture.h"

namespace baton::control {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RecordingsTest : public RecordingTest {
 protected:
  void ExpectError(const v1::Request& request, v1::Error::Code code, const std::string& text) {
    const v1::Reply reply = Do(request);
    EXPECT_EQ(reply.error().code(), code) << reply.DebugString();
    EXPECT_THAT(reply.error().message(), HasSubstr(text));
  }
  void WriteFile(const std::string& name, const std::string& content) {
    fs::create_directories(fs::path(directory_.path() + "/" + name).parent_path());
    std::ofstream(directory_.path() + "/" + name) << content;
  }
  bool Exists(const std::string& name) const { return fs::exists(directory_.path() + "/" + name); }
  v1::RecordingList List() {
    v1::Request request;
    request.mutable_list_recordings();
    return Do(request).recordings();
  }
  static v1::Request ShowRequest(const std::string& recording) {
    v1::Request request;
    request.mutable_show_recording()->set_recording(recording);
    return request;
  }
};

TEST_F(RecordingsTest, WrongRequestsAreRefusedWithWhatToDo) {
  Open();
  MakeRoom();
  ExpectError(StartRequest("nowhere"), v1::Error::NOT_FOUND, "batonctl room create nowhere");
  ExpectError(StartRequest("a b"), v1::Error::INVALID_ARGUMENT, "room name");
  ExpectError(StartRequest("demo", "../x"), v1::Error::INVALID_ARGUMENT, "{room}");
  v1::Request request = StartRequest("demo");
  request.mutable_start_recording()->set_layout(static_cast<v1::RecordingLayout>(9));
  ExpectError(request, v1::Error::INVALID_ARGUMENT, "layout 9");
  request = StartRequest("demo");
  request.mutable_start_recording()->mutable_tracks()->add_patterns("a/b/c");
  ExpectError(request, v1::Error::INVALID_ARGUMENT, "alice/cam");
  ExpectError(StopRequest("demo"), v1::Error::NOT_FOUND, "record ls");
  ExpectError(ShowRequest("\n"), v1::Error::NOT_FOUND, "\\n");
  EXPECT_TRUE(launcher_.sinks.empty());
}

TEST_F(RecordingsTest, ANodeWithoutADirectoryDoesNotRecord) {
  options_.directory.clear();
  Open();
  MakeRoom();
  ExpectError(StartRequest("demo"), v1::Error::FAILED_PRECONDITION, "record.directory");
  EXPECT_EQ(List().recordings_size(), 0);
}

TEST_F(RecordingsTest, WrongSettingsAreErrorsAtTheStart) {
  options_.directory = directory_.path() + "/none";
  EXPECT_THAT(
      std::string(
          Recordings(io_, rooms_, taps_, launcher_, clock_, options_, log_).Open().message()),
      HasSubstr("record.directory"));
  options_.program = "/nonexistent/baton-record";
  EXPECT_THAT(
      std::string(
          Recordings(io_, rooms_, taps_, launcher_, clock_, options_, log_).Open().message()),
      HasSubstr("record.program"));
}

TEST_F(RecordingsTest, RepeatingSucceedsAndContradictingIsAlreadyExists) {
  Open();
  MakeRoom();
  const auto first = Ask(StartRequest("demo"));
  const auto second = Ask(StartRequest("demo"));  // while the first is under way
  ASSERT_TRUE(RunUntil([&] { return launcher_.sinks.size() == 1; }));
  const auto third = Ask(StartRequest("demo"));
  launcher_.last().SayStarted();
  ASSERT_TRUE(RunUntil([&] { return first->has_value() && second->has_value() && *third; }));
  for (const auto& reply : {first, second, third}) {
    EXPECT_EQ((*reply)->recording().name(), "demo");
  }
  EXPECT_EQ(Do(StartRequest("demo")).recording().name(), "demo");
  v1::Request other = StartRequest("demo");
  other.mutable_start_recording()->set_layout(v1::RECORDING_LAYOUT_RAW);
  ExpectError(other, v1::Error::ALREADY_EXISTS, "another name");
  EXPECT_EQ(launcher_.sinks.size(), 1u);

  // While it ends, and when it has, the same request begins another one.
  Do(StopRequest("demo"));
  StartOne();
  EXPECT_EQ(List().recordings_size(), 2);
  EXPECT_TRUE(Exists("demo-2"));
}

TEST_F(RecordingsTest, SeveralOfOneRoomUpToALimit) {
  options_.max_recordings = 2;
  Open();
  MakeRoom();
  StartOne();
  const auto reply = Ask(StartRequest("demo", "{room}-other"));
  ExpectError(StartRequest("demo", "third"), v1::Error::RESOURCE_EXHAUSTED,
              "record.max_recordings");
  ASSERT_TRUE(RunUntil([&] { return launcher_.sinks.size() == 2; }));
  launcher_.last().SayStarted();
  ASSERT_TRUE(RunUntil([&] { return reply->has_value(); }));
  EXPECT_EQ((*reply)->recording().name(), "demo-other");
  EXPECT_EQ(rooms_.mirror().FindRoom("demo")->endpoints.size(), 3u);
  EXPECT_EQ(recordings_->counters().live[static_cast<size_t>(LiveState::kRunning)].value(), 2);
}

TEST_F(RecordingsTest, AShardWithoutAPlaceIsAnErrorToWhoeverAsked) {
  Open();
  MakeRoom();
  taps_.refuse_open = true;
  ExpectError(StartRequest("demo"), v1::Error::RESOURCE_EXHAUSTED, "no tap is left");
  ASSERT_TRUE(RunUntil([&] { return !Exists("demo"); }));
}

TEST_F(RecordingsTest, SnapshotsAndRoomsShowWhatRuns) {
  Open();
  MakeRoom();
  StartOne();
  const v1::Reply room = Do(ShowRoom("demo"));
  ASSERT_EQ(room.state().recordings_size(), 1);
  EXPECT_EQ(room.state().recordings(0).name(), "demo");
  std::string bytes;
  const Dispatcher::Frames frames = rooms_.dispatcher().SnapshotFrames();
  for (const std::string& frame : *frames) bytes += frame;
  EXPECT_THAT(bytes, HasSubstr(directory_.path()));
}

TEST_F(RecordingsTest, ALinkInThePlaceOfARecordingIsNotFollowed) {
  const TemporaryDirectory elsewhere;
  fs::create_directory_symlink(elsewhere.path(), directory_.path() + "/demo");
  Open();
  MakeRoom();
  StartOne();
  EXPECT_EQ(List().recordings(0).name(), "demo-2");
  EXPECT_TRUE(fs::is_empty(elsewhere.path()));
}

// ------------------------------------------------------------------------------------------ space

TEST_F(RecordingsTest, BelowTheWatermarkNoneIsBegun) {
  options_.min_free_bytes = uint64_t{1} << 60;
  Open();
  MakeRoom();
  WriteFile("old/manifest.json", "{}");
  ExpectError(StartRequest("demo"), v1::Error::RESOURCE_EXHAUSTED, "record.min_free");
  EXPECT_FALSE(Exists("demo"));
  EXPECT_TRUE(Exists("old"));
  EXPECT_EQ(
      recordings_->counters().failures[static_cast<size_t>(RecordingFailure::kLowSpace)].value(),
      1u);
}

TEST_F(RecordingsTest, TheOldestMayMakeRoom) {
  options_.min_free_bytes = uint64_t{1} << 60;
  options_.delete_oldest = true;
  WriteFile("old/manifest.json", R"({"ended": "2020-01-01T00:00:00Z"})");
  WriteFile("notes/todo.txt", "not a recording");
  WriteFile("unfinished/alice.webm.part", "");
  WriteFile("unfinished/manifest.json.part", "");
  options_.program = "/bin/false";
  Open();
  MakeRoom();
  ExpectError(StartRequest("demo"), v1::Error::RESOURCE_EXHAUSTED, "make room");
  EXPECT_FALSE(Exists("old"));
  EXPECT_TRUE(Exists("notes/todo.txt"));
  EXPECT_TRUE(Exists("unfinished/alice.webm.part"));
  EXPECT_EQ(Count(v1::Event::kRecordingDeleted), 1u);
  EXPECT_EQ(recordings_->counters().deleted[1].value(), 1u);
}

TEST_F(RecordingsTest, OldOnesAreDeleted) {
  options_.delete_after = std::chrono::hours(24);
  const auto now = clock_.UnixUs() / 1'000'000;
  const auto manifest = [](int64_t ended) {
    time_t time = ended;
    char text[64];
    strftime(text, sizeof text, R"({"ended": "%Y-%m-%dT%H:%M:%SZ", "later": 1})", gmtime(&time));
    return std::string(text);
  };
  WriteFile("old/manifest.json", manifest(now - 24 * 3600));
  WriteFile("old/alice.webm", "x");
  WriteFile("new/manifest.json", manifest(now - 24 * 3600 + 10));
  WriteFile("directory/manifest.json", manifest(0));
  WriteFile("directory/inner/file", "x");
  const TemporaryDirectory elsewhere;
  std::ofstream(elsewhere.path() + "/manifest.json") << manifest(0);
  fs::create_directory_symlink(elsewhere.path(), directory_.path() + "/link");
  WriteFile("linked/manifest.json", manifest(0));
  fs::create_symlink(elsewhere.path() + "/manifest.json", directory_.path() + "/linked/a.webm");
  Open();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingDeleted) == 1; }));
  EXPECT_FALSE(Exists("old"));
  EXPECT_TRUE(Exists("new"));
  EXPECT_TRUE(Exists("directory/inner/file"));
  EXPECT_TRUE(Exists("linked/manifest.json"));
  EXPECT_TRUE(fs::exists(elsewhere.path() + "/manifest.json"));
  EXPECT_EQ(rooms_.events.back().recording_deleted().recording(), "old");
}

TEST_F(RecordingsTest, WhatIsInUseIsNotDeleted) {
  options_.delete_after = std::chrono::seconds(1);
  WriteFile("busy/manifest.json", R"({"ended": "2020-01-01T00:00:00Z"})");
  WriteFile("idle/manifest.json", R"({"ended": "2020-01-01T00:00:00Z"})");
  const auto root = RecordingRoot::Open(directory_.path());
  const auto taken = root->Take("busy");
  ASSERT_TRUE(taken.ok());
  Open();
  ASSERT_TRUE(RunUntil([&] { return !Exists("idle"); }));
  Settle();
  EXPECT_TRUE(Exists("busy/manifest.json"));
}

// ------------------------------------------------------------------------------------ after a
// crash

TEST_F(RecordingsTest, WhatACrashHasLeftIsRepairedAtTheStart) {
  WriteFile("left/alice.webm.part", "x");
  WriteFile("left/manifest.json.part", "{}");
  WriteFile("program",
            "#!/bin/sh\n[ \"$1\" = repair ] || exit 9\ncd \"$2\" || exit 8\n"
            "mv alice.webm.part alice.webm && mv manifest.json.part manifest.json\n");
  options_.program = directory_.path() + "/program";
  fs::permissions(options_.program, fs::perms::owner_all);
  Open();
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingFileFinished) == 1; }));
  EXPECT_EQ(rooms_.events.back().recording_file_finished().file().name(), "alice.webm");
  EXPECT_TRUE(Exists("left/manifest.json"));
}

TEST_F(RecordingsTest, ARepairThatFailsIsNotTriedForEver) {
  WriteFile("left/manifest.json.part", "{}");
  options_.program = "/bin/false";
  options_.delete_after = std::chrono::seconds(1);  // sweeps each second
  Open();
  const auto failures = [&] {
    return recordings_->counters()
        .failures[static_cast<size_t>(RecordingFailure::kRepairFailed)]
        .value();
  };
  ASSERT_TRUE(RunUntil([&] { return failures() == 1; }));
  WriteFile("old/manifest.json", R"({"ended": "2020-01-01T00:00:00Z"})");
  ASSERT_TRUE(RunUntil([&] { return !Exists("old"); }));  // another sweep
  EXPECT_EQ(failures(), 1u);
  EXPECT_TRUE(Exists("left/manifest.json.part"));
}

// ------------------------------------------------------------------------------------------- hooks

TEST_F(RecordingsTest, TheHookIsRunForEachFinishedFile) {
  WriteFile("hook", "#!/bin/sh\necho \"$1 $2 $BATON_RECORDING $BATON_ROOM\" > " +
                        directory_.path() + "/out\n[ \"$2\" = \"$BATON_FILE\" ]\n");
  fs::permissions(directory_.path() + "/hook", fs::perms::owner_all);
  options_.hook = {directory_.path() + "/hook", "--first"};
  Open();
  MakeRoom();
  StartOne();
  launcher_.last().FinishFile("alice.webm");
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingHookDone) == 1; }));
  EXPECT_TRUE(rooms_.events.back().recording_hook_done().ok());
  std::ifstream file(directory_.path() + "/out");
  std::string line;
  std::getline(file, line);
  EXPECT_EQ(line, "--first " + directory_.path() + "/demo/alice.webm demo demo");
  EXPECT_EQ(recordings_->counters().hooks_succeeded.value(), 1u);
}

TEST_F(RecordingsTest, AHookThatFailsOrHangsIsATrouble) {
  WriteFile("hook", "#!/bin/sh\ncase $1 in *slow*) sleep 100;; esac\necho no luck >&2\nexit 4\n");
  fs::permissions(directory_.path() + "/hook", fs::perms::owner_all);
  options_.hook = {directory_.path() + "/hook"};
  options_.hook_timeout = std::chrono::milliseconds(300);
  options_.hooks = 1;
  Open();
  MakeRoom();
  StartOne();
  launcher_.last().FinishFile("slow.webm");
  launcher_.last().FinishFile("fast.webm");
  ASSERT_TRUE(RunUntil([&] { return Count(v1::Event::kRecordingHookDone) == 2; }));
  const v1::Recording recording = Show("demo");
  ASSERT_EQ(recording.troubles_size(), 2);
  EXPECT_THAT(recording.troubles(0).text(), HasSubstr("slow.webm: took longer"));
  EXPECT_THAT(recording.troubles(1).text(), HasSubstr("exit status 4: no luck"));
  EXPECT_EQ(recordings_->counters().hooks_failed.value(), 2u);
}

TEST_F(RecordingsTest, AHookThatCannotBeRunIsATrouble) {
  options_.hook = {"/nonexistent/hook"};
  Open();
  MakeRoom();
  StartOne();
  launcher_.last().FinishFile("alice.webm");
  EXPECT_THAT(Show("demo").troubles(0).text(), HasSubstr("/nonexistent/hook"));
}

// ----------------------------------------------------------------------------------------- the end

TEST_F(RecordingsTest, ANodeThatStopsLetsFilesBeFinished) {
  Open();
  MakeRoom();
  StartOne();
  bool closed = false;
  recordings_->Close([&] { closed = true; });
  ExpectError(StartRequest("demo", "x"), v1::Error::UNAVAILABLE, "shutting down");
  ASSERT_TRUE(RunUntil([&] { return tap().messages.back().has_end(); }));
  EXPECT_EQ(tap().messages.back().end().reason(), "node stopped");
  EXPECT_FALSE(closed);
  launcher_.last().End();
  EXPECT_TRUE(RunUntil([&] { return closed; }));
}

TEST_F(RecordingsTest, ANodeWithoutRecordingsStopsAtOnce) {
  Open();
  bool closed = false;
  recordings_->Close([&] { closed = true; });
  EXPECT_TRUE(RunUntil([&] { return closed; }));
}

TEST_F(RecordingsTest, TheLastOnesThatEndedAreListed) {
  Open();
  MakeRoom();
  for (size_t i = 0; i <= Recordings::kMaxEnded; ++i) {
    const std::string name = "demo-" + std::to_string(i);
    const auto reply = Ask(StartRequest("demo", name));
    ASSERT_TRUE(RunUntil([&] { return launcher_.sinks.size() == i + 1; }));
    launcher_.last().SayStarted();
    ASSERT_TRUE(RunUntil([&] { return reply->has_value(); }));
    Do(StopRequest(name));
    ASSERT_TRUE(RunUntil([&] { return tap().messages.back().has_end(); }));
    EndSink(name);
  }
  Settle();
  EXPECT_EQ(static_cast<size_t>(List().recordings_size()), Recordings::kMaxEnded);
  ExpectError(ShowRequest("demo-0"), v1::Error::NOT_FOUND, "demo-0");
}

}  // namespace
}  // namespace baton::control
