#include "record/repair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "record/manifest_json.h"
#include "record/matroska_outline.h"
#include "record/media_file.h"
#include "record/raw_file.h"
#include "tests/unit/bench/temporary_directory.h"
#include "tests/unit/record/sample_frames.h"

namespace baton::record {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using Outcome = RepairedFile::Outcome;

constexpr size_t kMaxSize = size_t{1} << 20;

class RepairTest : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& content) {
    std::ofstream(temporary_.Path(name), std::ios::binary) << content;
  }
  std::string Get(const std::string& name) {
    const absl::StatusOr<std::string> content = directory_.Read(name, kMaxSize);
    EXPECT_TRUE(content.ok()) << content.status();
    return content.ok() ? *content : "";
  }
  std::vector<std::string> Names() { return *directory_.List(); }
  std::map<std::string, std::string> Everything() {
    std::map<std::string, std::string> all;
    for (const std::string& name : Names()) all[name] = Get(name);
    return all;
  }
  void Clear() {
    for (const std::string& name : Names()) ASSERT_TRUE(directory_.Remove(name).ok());
  }

  // A recording of sound and pictures as a crash leaves it, with all its clusters.
  std::string UnfinishedMedia() {
    absl::StatusOr<MediaFile> file =
        MediaFile::Create(directory_, "made", {OpusStream(), Vp8Stream()});
    EXPECT_TRUE(file.ok()) << file.status();
    for (const SampleFrame& frame : sound_) {
      EXPECT_TRUE(file->Write(0, frame.data, frame.time, milliseconds(20), true).ok());
    }
    for (const SampleFrame& frame : pictures_) {
      EXPECT_TRUE(file->Write(1, frame.data, frame.time, {}, frame.key_frame).ok());
    }
    file = absl::CancelledError();
    std::string content = Get("made.webm.part");
    EXPECT_TRUE(directory_.Remove("made.webm.part").ok());
    return content;
  }

  RepairedFile RepairOne() {
    const absl::StatusOr<RepairReport> report = Repair(directory_);
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok() || report->files.size() != 1) {
      ADD_FAILURE() << "there is not one repaired file";
      return {};
    }
    return report->files.front();
  }

  uint64_t FramesOf(const std::string& name) {
    const net::UniqueFd fd = *directory_.OpenToRead(name);
    ByteWindow bytes(fd.get(), name);
    return ReadMatroskaOutline(bytes).frames;
  }

  void ExpectBeginning(const std::vector<SampleFrame>& frames,
                       const std::vector<SampleFrame>& all) {
    ASSERT_LE(frames.size(), all.size());
    EXPECT_TRUE(std::equal(frames.begin(), frames.end(), all.begin()));
  }

  const std::vector<SampleFrame> sound_ = SampleFrames("opus");
  const std::vector<SampleFrame> pictures_ = SampleFrames("vp8");
  // In memory: waiting for the disk is most of what these tests would do.
  bench::TemporaryDirectory temporary_{"/dev/shm"};
  RecordingDirectory directory_ = *RecordingDirectory::Open(temporary_.Path(""));
};

TEST_F(RepairTest, GivesAFileItsIndexAndItsName) {
  const std::string media = UnfinishedMedia();
  Put("alice.webm.part", media);
  const RepairedFile repaired = RepairOne();
  EXPECT_EQ(repaired.outcome, Outcome::kRepaired) << repaired.problem;
  EXPECT_EQ(repaired.file.name, "alice.webm");
  EXPECT_EQ(repaired.file.duration, sound_[sound_.size() - 2].time);
  const FileContent content = ReadBack(directory_, "alice.webm");
  EXPECT_TRUE(content.has_index);
  EXPECT_NEAR(content.duration_seconds, 2.974, 0.001);
  // The library keeps the last sound back until it knows what follows.
  ASSERT_EQ(content.streams.size(), 2U);
  ExpectBeginning(content.streams[0].frames, sound_);
  EXPECT_GE(content.streams[0].frames.size() + 1, sound_.size());
  EXPECT_EQ(content.streams[1].frames, pictures_);
  EXPECT_THAT(Names(), ElementsAre("alice.webm", "manifest.json"));
}

TEST_F(RepairTest, WhereverAFileIsCutOffAllFramesBeforeAreThere) {
  const std::string media = UnfinishedMedia();
  Random random(1);
  std::vector<size_t> sizes = {0, 1, 4, 40, media.size() - 1, media.size()};
  for (int i = 0; i < 150; ++i) sizes.push_back(random.Below(media.size()));
  for (const size_t size : sizes) {
    SCOPED_TRACE(size);
    Clear();
    Put("alice.webm.part", media.substr(0, size));
    const uint64_t frames = FramesOf("alice.webm.part");
    const RepairedFile repaired = RepairOne();
    if (frames == 0) {
      EXPECT_EQ(repaired.outcome, Outcome::kBroken);
      EXPECT_EQ(Get("alice.webm.part.broken"), media.substr(0, size));
      continue;
    }
    EXPECT_EQ(repaired.outcome, Outcome::kRepaired) << repaired.problem;
    const FileContent content = ReadBack(directory_, "alice.webm");
    ASSERT_EQ(content.streams.size(), 2U);
    EXPECT_EQ(content.frames(), frames);
    ExpectBeginning(content.streams[0].frames, sound_);
    ExpectBeginning(content.streams[1].frames, pictures_);
  }
}

TEST_F(RepairTest, WhateverByteIsWrongNothingIsThrownAway) {
  const std::string media = UnfinishedMedia();
  Random random(2);
  for (int i = 0; i < 150; ++i) {
    Clear();
    std::string flipped = media;
    const size_t at = random.Below(media.size());
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << random.Below(8)));
    SCOPED_TRACE(at);
    Put("alice.webm.part", flipped);
    const RepairedFile repaired = RepairOne();
    if (repaired.outcome != Outcome::kBroken) {
      EXPECT_TRUE(TryReadBack(directory_, repaired.file.name).ok());
    }
    if (repaired.outcome == Outcome::kRepaired) {
      EXPECT_EQ(FramesOf(repaired.file.name), sound_.size() - 1 + pictures_.size());
    } else {
      EXPECT_EQ(Get("alice.webm.part.broken"), flipped);
    }
  }
}

TEST_F(RepairTest, DamageInTheMiddleCostsWhatIsThere) {
  std::string media = UnfinishedMedia();
  const size_t middle = media.size() / 2;
  std::fill_n(media.begin() + static_cast<ptrdiff_t>(middle), 500, '\0');
  Put("alice.webm.part", media);
  const RepairedFile repaired = RepairOne();
  EXPECT_EQ(repaired.outcome, Outcome::kDamaged);
  EXPECT_EQ(repaired.broken_name, "alice.webm.part.broken");
  const FileContent content = ReadBack(directory_, "alice.webm");
  // What is behind the damage is there again.
  EXPECT_EQ(content.streams.at(1).frames.back(), pictures_.back());
}

TEST_F(RepairTest, FindsNothingToDoTheSecondTime) {
  Put("alice.webm.part", UnfinishedMedia());
  Put("bob.mkv.part", "nothing that could be read");
  ASSERT_TRUE(Repair(directory_).ok());
  const auto once = Everything();
  const RepairReport again = *Repair(directory_);
  EXPECT_TRUE(again.files.empty());
  EXPECT_FALSE(again.manifest_written);
  EXPECT_EQ(Everything(), once);
}

TEST_F(RepairTest, GoesOnWhereverItWasKilled) {
  const std::string media = UnfinishedMedia();
  std::string damaged = media;
  std::fill_n(damaged.begin() + static_cast<ptrdiff_t>(media.size() / 2), 100, '\0');
  const std::map<std::string, std::string> parts = {
      {"alice.webm.part", media}, {"bob.webm.part", damaged}, {"carol.mkv.part", "nothing"}};
  const auto put = [&] {
    for (const auto& [name, content] : parts) Put(name, content);
  };
  put();
  ASSERT_TRUE(Repair(directory_).ok());
  const std::vector<std::string> wanted = Names();
  Random random(3);
  for (int i = 0; i < 40; ++i) {
    Clear();
    put();
    const pid_t child = fork();
    if (child == 0) {
      Repair(directory_).status().IgnoreError();
      _exit(0);
    }
    usleep(static_cast<useconds_t>(random.Below(20'000)));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const absl::StatusOr<RepairReport> report = Repair(directory_);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(Names(), wanted);
    EXPECT_EQ(FramesOf("alice.webm"), sound_.size() - 1 + pictures_.size());
    EXPECT_EQ(Get("bob.webm.part.broken"), damaged);
    EXPECT_EQ(Get("carol.mkv.part.broken"), "nothing");
  }
}

TEST_F(RepairTest, H264StaysAsItIs) {
  MediaFile file = *MediaFile::Create(directory_, "alice", {H264Stream()});
  for (const SampleFrame& frame : SampleFrames("h264")) {
    ASSERT_TRUE(file.Write(0, frame.data, frame.time, {}, frame.key_frame).ok());
  }
  ASSERT_TRUE(file.Sync().ok());
  const FileContent before = ReadBack(directory_, "alice.mkv.part");
  const std::string part = Get("alice.mkv.part");
  ASSERT_TRUE(file.Finish().ok());
  Clear();
  Put("alice.mkv.part", part);
  EXPECT_EQ(RepairOne().outcome, Outcome::kRepaired);
  const FileContent after = ReadBack(directory_, "alice.mkv");
  EXPECT_EQ(after.streams.at(0).frames, before.streams.at(0).frames);
  EXPECT_EQ(after.streams.at(0).extradata, before.streams.at(0).extradata);
}

TEST_F(RepairTest, NamesOfOthersAreNotTaken) {
  Put("alice.webm", "somebody's");
  Put("alice.webm.part", UnfinishedMedia());
  EXPECT_EQ(RepairOne().file.name, "alice-2.webm");
  EXPECT_EQ(Get("alice.webm"), "somebody's");
}

TEST_F(RepairTest, LeavesLinksAlone) {
  bench::TemporaryDirectory elsewhere;
  std::ofstream(elsewhere.Path("a.webm.part")) << UnfinishedMedia();
  ASSERT_EQ(symlink(elsewhere.Path("a.webm.part").c_str(), temporary_.Path("a.webm.part").c_str()),
            0);
  const RepairReport report = *Repair(directory_);
  EXPECT_TRUE(report.files.empty());
  EXPECT_EQ(access(elsewhere.Path("a.webm.part").c_str(), F_OK), 0);
}

TEST_F(RepairTest, CutsRawFilesToWholeRecords) {
  RawFile file = *RawFile::Create(directory_, "made", 0);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(file.WriteRtp(std::vector<uint8_t>(92), seconds(i)).ok());
  }
  ASSERT_TRUE(file.Finish().ok());
  const std::string whole = Get("made.rtpdump");
  for (size_t size = 0; size <= whole.size(); ++size) {
    SCOPED_TRACE(size);
    Clear();
    Put("a.rtpdump.part", whole.substr(0, size));
    const RepairedFile repaired = RepairOne();
    const size_t records = size < kRtpdumpHeaderSize ? 0 : (size - kRtpdumpHeaderSize) / 100;
    if (records == 0) {
      EXPECT_EQ(repaired.outcome, Outcome::kBroken);
      continue;
    }
    EXPECT_EQ(repaired.outcome, Outcome::kRepaired);
    EXPECT_EQ(Get("a.rtpdump"), whole.substr(0, kRtpdumpHeaderSize + records * 100));
    EXPECT_EQ(repaired.file.duration, seconds(records - 1));
  }
}

TEST_F(RepairTest, KeepsARawFileWithBytesThatAreNoRecord) {
  RawFile file = *RawFile::Create(directory_, "a", 0);
  ASSERT_TRUE(file.WriteRtp(std::vector<uint8_t>(92), seconds(1)).ok());
  ASSERT_TRUE(file.Flush().ok());
  const std::string damaged = Get("a.rtpdump.part") + std::string(500, '\0');
  Put("a.rtpdump.part", damaged);
  const RepairedFile repaired = RepairOne();
  EXPECT_EQ(repaired.outcome, Outcome::kDamaged);
  EXPECT_EQ(Get("a.rtpdump.part.broken"), damaged);
  EXPECT_EQ(Get("a.rtpdump").size(), kRtpdumpHeaderSize + 100);
}

// ---------------------------------------------------------------------------------- the manifest

TEST_F(RepairTest, CompletesTheManifest) {
  v1::Manifest manifest;
  manifest.set_version(1);
  manifest.set_room("demo");
  v1::Manifest::File& file = *manifest.add_files();
  file.set_name("alice.webm");
  file.set_participant("alice");
  Put("manifest.json.part", ManifestToJson(manifest));
  Put("alice.webm.part", UnfinishedMedia());
  Put("alice-2.webm.part", UnfinishedMedia());

  const RepairReport report = *Repair(directory_);
  EXPECT_TRUE(report.manifest_written);
  const v1::Manifest completed = *ManifestFromJson(Get("manifest.json"));
  EXPECT_EQ(completed.room(), "demo");
  EXPECT_TRUE(completed.repaired());
  EXPECT_EQ(completed.end_reason(), "crashed");
  EXPECT_NEAR(completed.duration_seconds(), 2.974, 0.001);
  ASSERT_EQ(completed.files_size(), 2);
  EXPECT_EQ(completed.files(0).participant(), "alice");
  for (const v1::Manifest::File& entry : completed.files()) {
    EXPECT_TRUE(entry.finished());
    EXPECT_EQ(entry.bytes(), Get(entry.name()).size());
    EXPECT_EQ(entry.sha256().size(), 64U);
    EXPECT_NEAR(entry.duration_seconds(), 2.974, 0.001);
  }
  EXPECT_THAT(Names(), ElementsAre("alice-2.webm", "alice.webm", "manifest.json"));
}

TEST_F(RepairTest, LeavesAManifestThatIsCompleteAlone) {
  Put("manifest.json", R"({"version": 1, "room": "demo", "unknown_field": 3})");
  const auto before = Everything();
  EXPECT_FALSE(Repair(directory_)->manifest_written);
  EXPECT_EQ(Everything(), before);
}

TEST_F(RepairTest, AManifestWithoutSenseIsKeptAside) {
  Put("manifest.json.part", "{\"version\": 1, \"room\": \"de");
  Put("alice.webm.part", UnfinishedMedia());
  ASSERT_TRUE(Repair(directory_).ok());
  EXPECT_EQ(Get("manifest.json.part.broken"), "{\"version\": 1, \"room\": \"de");
  EXPECT_EQ(ManifestFromJson(Get("manifest.json"))->files_size(), 1);
}

TEST_F(RepairTest, AnEmptyDirectoryStaysEmpty) {
  const RepairReport report = *Repair(directory_);
  EXPECT_TRUE(report.files.empty());
  EXPECT_TRUE(Names().empty());
}

}  // namespace
}  // namespace baton::record
