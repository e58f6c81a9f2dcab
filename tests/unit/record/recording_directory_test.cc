#include "record/recording_directory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "record/file_io.h"
#include "tests/unit/bench/temporary_directory.h"

namespace baton::record {
namespace {

using Names = std::vector<std::string>;

class RecordingDirectoryTest : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& content) {
    std::ofstream(temporary_.Path(name)) << content;
  }
  std::string Get(const std::string& name) {
    std::ifstream in(temporary_.Path(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // In memory: waiting for the disk is most of what these tests would do.
  bench::TemporaryDirectory temporary_{"/dev/shm"};
  RecordingDirectory directory_ = *RecordingDirectory::Open(temporary_.Path(""));
};

TEST_F(RecordingDirectoryTest, NamesAFileWhenItIsFinished) {
  PartFile file = *directory_.Create("alice", "webm");
  EXPECT_EQ(file.name(), "alice.webm");
  ASSERT_EQ(WriteAll(file.fd(), AsBytes("media")), 0);
  EXPECT_EQ(*directory_.List(), Names{"alice.webm.part"});
  EXPECT_EQ(*file.Finish(), "alice.webm");
  EXPECT_EQ(*directory_.List(), Names{"alice.webm"});
  EXPECT_EQ(Get("alice.webm"), "media");
}

TEST_F(RecordingDirectoryTest, NumbersWhatHasTheSameName) {
  PartFile first = *directory_.Create("alice", "webm");
  PartFile second = *directory_.Create("alice", "webm");
  EXPECT_EQ(second.name(), "alice-2.webm");
  ASSERT_TRUE(first.Finish().ok());
  EXPECT_EQ(directory_.Create("alice", "webm")->name(), "alice-3.webm");
  EXPECT_EQ(directory_.Create("alice", "mkv")->name(), "alice.mkv");
}

TEST_F(RecordingDirectoryTest, NeverReplacesWhatWasPutThereMeanwhile) {
  PartFile file = *directory_.Create("alice", "webm");
  Put("alice.webm", "somebody's");
  EXPECT_EQ(*file.Finish(), "alice-2.webm");
  EXPECT_EQ(Get("alice.webm"), "somebody's");
}

TEST_F(RecordingDirectoryTest, TwoNamesOfOneFileBecomeOne) {
  PartFile file = *directory_.Create("alice", "webm");
  ASSERT_EQ(link(temporary_.Path("alice.webm.part").c_str(), temporary_.Path("alice.webm").c_str()),
            0);
  EXPECT_EQ(*file.Finish(), "alice.webm");
  EXPECT_EQ(*directory_.List(), Names{"alice.webm"});
}

TEST_F(RecordingDirectoryTest, FollowsNoLink) {
  bench::TemporaryDirectory elsewhere;
  std::ofstream(elsewhere.Path("secret")) << "secret";
  ASSERT_EQ(symlink(elsewhere.Path("secret").c_str(), temporary_.Path("a.webm.part").c_str()), 0);
  ASSERT_EQ(symlink(elsewhere.Path("new").c_str(), temporary_.Path("b.webm.part").c_str()), 0);

  EXPECT_EQ(directory_.OpenToRead("a.webm.part").status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(directory_.OpenPart("a.webm").ok());
  EXPECT_TRUE(directory_.List()->empty());
  EXPECT_EQ(directory_.Create("b", "webm")->name(), "b-2.webm");
  EXPECT_NE(access(elsewhere.Path("new").c_str(), F_OK), 0);
  // Replaces the link, not what it leads to.
  ASSERT_TRUE(directory_.Replace("a.webm.part", "mine").ok());
  EXPECT_EQ(Get("a.webm.part"), "mine");
  std::ifstream in(elsewhere.Path("secret"));
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "secret");
}

TEST_F(RecordingDirectoryTest, OpensOrdinaryFilesOnly) {
  ASSERT_EQ(mkfifo(temporary_.Path("fifo").c_str(), 0600), 0);
  ASSERT_EQ(mkdir(temporary_.Path("directory").c_str(), 0700), 0);
  for (const char* name : {"fifo", "directory"}) {
    EXPECT_EQ(directory_.OpenToRead(name).status().code(), absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_EQ(directory_.OpenToRead("nothing").status().code(), absl::StatusCode::kNotFound);
}

TEST_F(RecordingDirectoryTest, TakesNoPaths) {
  for (const char* name : {"../x", "a/b", "/etc/passwd", "..", ""}) {
    EXPECT_EQ(directory_.OpenToRead(name).status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_FALSE(directory_.Create(name, "a/b").ok());
    EXPECT_FALSE(directory_.Remove(name).ok());
  }
  EXPECT_FALSE(directory_.Create("../x", "webm").ok());
  EXPECT_FALSE(directory_.Replace("../x", "").ok());
}

TEST_F(RecordingDirectoryTest, ReplacesAsAWhole) {
  ASSERT_TRUE(directory_.Replace("manifest.json", "one").ok());
  EXPECT_EQ(*directory_.Read("manifest.json", 3), "one");
  EXPECT_EQ(directory_.Read("manifest.json", 2).status().code(),
            absl::StatusCode::kResourceExhausted);
  Put("manifest.json.new", "left by a crash");
  ASSERT_TRUE(directory_.Replace("manifest.json", "two").ok());
  EXPECT_EQ(Get("manifest.json"), "two");
  EXPECT_EQ(*directory_.List(), Names{"manifest.json"});
}

TEST_F(RecordingDirectoryTest, KeepsBrokenFilesApart) {
  Put("a.webm.part", "one");
  EXPECT_EQ(*directory_.KeepAsBroken("a.webm.part"), "a.webm.part.broken");
  EXPECT_EQ(*directory_.KeepAsBroken("a.webm.part"), "a.webm.part.broken");
  ASSERT_TRUE(directory_.Remove("a.webm.part").ok());
  Put("a.webm.part", "two");
  EXPECT_EQ(*directory_.KeepAsBroken("a.webm.part"), "a.webm.part.broken-2");
  EXPECT_EQ(Get("a.webm.part.broken"), "one");
  EXPECT_EQ(Get("a.webm.part.broken-2"), "two");
}

TEST_F(RecordingDirectoryTest, OneWorksInItAtATime) {
  ASSERT_TRUE(directory_.Lock().ok());
  RecordingDirectory other = *RecordingDirectory::Open(temporary_.Path(""));
  EXPECT_EQ(other.Lock().code(), absl::StatusCode::kUnavailable);
  directory_ = *RecordingDirectory::Open(temporary_.Path(""));
  EXPECT_TRUE(other.Lock().ok());
}

TEST_F(RecordingDirectoryTest, AdoptsDirectoriesOnly) {
  Put("file", "");
  net::UniqueFd file(open(temporary_.Path("file").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_FALSE(RecordingDirectory::Adopt(std::move(file)).ok());
  net::UniqueFd directory(open(temporary_.Path("").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_TRUE(RecordingDirectory::Adopt(std::move(directory)).ok());
  EXPECT_FALSE(RecordingDirectory::Adopt(net::UniqueFd()).ok());
}

TEST_F(RecordingDirectoryTest, HashesWholeFiles) {
  Put("abc", "abc");
  const net::UniqueFd fd = *directory_.OpenToRead("abc");
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(*Sha256OfFile(fd.get(), "abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace baton::record
