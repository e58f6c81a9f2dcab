#include "record/raw_file.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/bench/temporary_directory.h"

namespace baton::record {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string Text(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

class RawFileTest : public testing::Test {
 protected:
  // In memory: waiting for the disk is most of what these tests would do.
  bench::TemporaryDirectory temporary_{"/dev/shm"};
  RecordingDirectory directory_ = *RecordingDirectory::Open(temporary_.Path(""));
};

TEST_F(RawFileTest, IsInTheFormatOfRtpdump) {
  const std::vector<uint8_t> rtp = {0x80, 0x60, 1, 2};
  const std::vector<uint8_t> rtcp = {0x80, 0xc8};
  RawFile file = *RawFile::Create(directory_, "alice-mic", 0);
  ASSERT_TRUE(file.WriteRtp(rtp, milliseconds(258)).ok());
  ASSERT_TRUE(file.WriteRtcp(rtcp, milliseconds(513)).ok());
  const uint64_t bytes = file.bytes_written();
  const FinishedFile finished = *file.Finish();
  EXPECT_EQ(finished.name, "alice-mic.rtpdump");
  EXPECT_EQ(finished.bytes, bytes);
  EXPECT_EQ(finished.start, milliseconds(258));
  EXPECT_EQ(finished.duration, milliseconds(255));

  const std::string content = *directory_.Read(finished.name, 1000);
  const std::string line = "#!rtpplay1.0 0.0.0.0/5004\n";
  ASSERT_EQ(content.substr(0, line.size()), line);
  EXPECT_EQ(content.substr(line.size() + 16),
            Text({0, 12, 0, 4, 0, 0, 1, 2, 0x80, 0x60, 1, 2,  // RTP
                  0, 10, 0, 0, 0, 0, 2, 1, 0x80, 0xc8}));     // RTCP
}

TEST_F(RawFileTest, HasTheWallClockOfTheStart) {
  RawFile file = *RawFile::Create(directory_, "a", 1'700'000'000'000'001);
  ASSERT_TRUE(file.Finish().ok());
  EXPECT_EQ(directory_.Read("a.rtpdump", 1000)->substr(kRtpdumpLine.size()),
            Text({0x65, 0x53, 0xf1, 0x00, 0, 0, 0, 1, 0, 0, 0, 0, 0x13, 0x8c, 0, 0}));
}

TEST_F(RawFileTest, TakesPacketsUpToTheLongest) {
  RawFile file = *RawFile::Create(directory_, "a", 0);
  const std::vector<uint8_t> longest(RawFile::kMaxPacketSize);
  const std::vector<uint8_t> longer(RawFile::kMaxPacketSize + 1);
  EXPECT_TRUE(file.WriteRtp(longest, seconds(0)).ok());
  EXPECT_EQ(file.WriteRtp(longer, seconds(0)).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(file.WriteRtp(longest, seconds(-1)).ok());
  EXPECT_EQ(file.Finish()->bytes, kRtpdumpHeaderSize + 2 * kMaxRtpdumpRecordSize);
}

TEST_F(RawFileTest, FlushHandsEverythingOver) {
  RawFile file = *RawFile::Create(directory_, "a", 0);
  ASSERT_TRUE(file.WriteRtp(std::vector<uint8_t>(100), seconds(1)).ok());
  EXPECT_EQ(directory_.Read("a.rtpdump.part", 1000)->size(), kRtpdumpHeaderSize);
  ASSERT_TRUE(file.Flush().ok());
  EXPECT_EQ(directory_.Read("a.rtpdump.part", 1000)->size(), kRtpdumpHeaderSize + 108);
}

}  // namespace
}  // namespace baton::record
