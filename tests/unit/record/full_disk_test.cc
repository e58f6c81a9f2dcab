// Files on a disk without room, which is a file system in memory: needs root.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "record/media_file.h"
#include "record/raw_file.h"
#include "record/repair.h"
#include "tests/unit/bench/temporary_directory.h"
#include "tests/unit/record/sample_frames.h"

namespace baton::record {
namespace {

using std::chrono::milliseconds;

class FullDiskTest : public testing::Test {
 protected:
  void SetUp() override {
    if (mount("tmpfs", temporary_.Path("").c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "mounting a file system needs root";
    }
    mounted_ = true;
    directory_ = RecordingDirectory::Open(temporary_.Path(""));
    ASSERT_TRUE(directory_.ok());
  }
  void TearDown() override {
    directory_ = absl::CancelledError();
    if (mounted_) umount2(temporary_.Path("").c_str(), MNT_DETACH);
  }

  // Nearly all of it is taken.
  void FillUp(size_t bytes) { std::ofstream(temporary_.Path("other")) << std::string(bytes, 'x'); }

  bench::TemporaryDirectory temporary_;
  bool mounted_ = false;
  absl::StatusOr<RecordingDirectory> directory_ = absl::CancelledError();
};

TEST_F(FullDiskTest, AMediaFileHasWhatCameBefore) {
  MediaFile file = *MediaFile::Create(*directory_, "alice", {Vp8Stream()});
  const SampleFrame picture = SampleFrames("vp8").front();
  std::vector<SampleFrame> taken;
  absl::Status status;
  for (Duration time{}; status.ok() && time < std::chrono::hours(1); time += milliseconds(100)) {
    status = file.Write(0, picture.data, time, milliseconds(100), true);
    if (status.ok()) taken.push_back({picture.data, time, true});
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_NE(status.message().find("alice.webm.part"), std::string::npos) << status;
  EXPECT_TRUE(file.Sync().ok());
  EXPECT_FALSE(file.Write(0, picture.data, std::chrono::hours(1), {}, true).ok());

  const absl::StatusOr<FinishedFile> finished = file.Finish();
  ASSERT_TRUE(finished.ok()) << finished.status();
  const FileContent content = ReadBack(*directory_, finished->name);
  EXPECT_TRUE(content.has_index);
  EXPECT_EQ(content.streams.at(0).frames, taken);
}

TEST_F(FullDiskTest, ARawFileHasWhatCameBefore) {
  RawFile file = *RawFile::Create(*directory_, "alice", 0);
  absl::Status status;
  for (int i = 0; status.ok() && i < 10'000; ++i) {
    status = file.WriteRtp(std::vector<uint8_t>(992), milliseconds(i));
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  const absl::StatusOr<FinishedFile> finished = file.Finish();
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_GT(finished->bytes, size_t{900} << 10);
  EXPECT_EQ((finished->bytes - kRtpdumpHeaderSize) % 1000, 0U);
}

TEST_F(FullDiskTest, WhatCannotBeRepairedNowStaysAsItIs) {
  MediaFile file = *MediaFile::Create(*directory_, "made", {Vp8Stream()});
  for (const SampleFrame& frame : SampleFrames("vp8")) {
    ASSERT_TRUE(file.Write(0, frame.data, frame.time, {}, frame.key_frame).ok());
  }
  ASSERT_TRUE(file.Sync().ok());
  const std::string part = *directory_->Read("made.webm.part", size_t{1} << 20);
  ASSERT_TRUE(file.Finish().ok());
  ASSERT_TRUE(directory_->Remove("made.webm").ok());
  std::ofstream(temporary_.Path("alice.webm.part")) << part;
  FillUp(size_t{1} << 20);

  const absl::StatusOr<RepairReport> report = Repair(*directory_);
  if (report.ok()) {
    ASSERT_EQ(report->files.size(), 1U);
    EXPECT_EQ(report->files[0].outcome, RepairedFile::Outcome::kFailed);
  }
  EXPECT_EQ(*directory_->Read("alice.webm.part", size_t{1} << 20), part);

  ASSERT_TRUE(directory_->Remove("other").ok());
  EXPECT_EQ(Repair(*directory_)->files.at(0).outcome, RepairedFile::Outcome::kRepaired);
}

// Where space cannot be set aside, a write fails in the middle of a cluster.
TEST(FileSizeLimit, AFileIsCutBackToItsLastCluster) {
  bench::TemporaryDirectory temporary;
  RecordingDirectory directory = *RecordingDirectory::Open(temporary.Path(""));
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit limited = {5000, before.rlim_max};
  const auto old_handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &limited);
  const auto pictures = SampleFrames("vp8");
  absl::Status status;
  {
    MediaFile file = *MediaFile::Create(directory, "alice", {Vp8Stream()});
    for (const SampleFrame& frame : pictures) {
      const absl::Status result = file.Write(0, frame.data, frame.time, {}, frame.key_frame);
      status.Update(result);
    }
    status.Update(file.Finish().status());
  }
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, old_handler);

  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  const FileContent content = ReadBack(directory, "alice.webm.part");
  const auto& frames = content.streams.at(0).frames;
  EXPECT_FALSE(frames.empty());
  EXPECT_TRUE(std::equal(frames.begin(), frames.end(), pictures.begin()));
  const RepairReport report = *Repair(directory);
  EXPECT_EQ(report.files.at(0).outcome, RepairedFile::Outcome::kRepaired);
  EXPECT_EQ(ReadBack(directory, "alice.webm").streams.at(0).frames, frames);
}

}  // namespace
}  // namespace baton::record
