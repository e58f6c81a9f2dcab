// What ffmpeg makes of our files: it decodes them without an error.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <array>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "record/media_file.h"
#include "record/repair.h"
#include "tests/unit/bench/temporary_directory.h"
#include "tests/unit/record/sample_frames.h"

namespace baton::record {
namespace {

using std::chrono::milliseconds;

// What a shell command prints, on standard error too, and its exit status.
struct Outcome {
  std::string text;
  int status = -1;
};

Outcome RunCommand(const std::string& command) {
  Outcome outcome;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return outcome;
  std::array<char, 4096> piece = {};
  for (size_t got = 1; got > 0;) {
    got = fread(piece.data(), 1, piece.size(), pipe);
    outcome.text.append(piece.data(), got);
  }
  outcome.status = pclose(pipe);
  return outcome;
}

bool IsInstalled(const std::string& program) {
  return RunCommand("command -v " + program).status == 0;
}

class PlayersTest : public testing::Test {
 protected:
  void Write(MediaFile& file, size_t stream, const std::string& sample) {
    for (const SampleFrame& frame : SampleFrames(sample)) {
      ASSERT_TRUE(file.Write(stream, frame.data, frame.time, {}, frame.key_frame).ok());
    }
  }
  void ExpectToDecode(const std::string& name, const std::string& streams_and_frames) {
    const std::string path = temporary_.Path(name);
    const Outcome decoded =
        RunCommand("ffmpeg -nostdin -v error -xerror -i " + path + " -f null -");
    EXPECT_EQ(decoded.status, 0) << decoded.text;
    EXPECT_EQ(decoded.text, "");
    const Outcome counted = RunCommand(
        "ffprobe -v error -count_frames -show_entries stream=codec_name,nb_read_frames"
        " -of csv=p=0 " +
        path);
    EXPECT_EQ(counted.text, streams_and_frames);
  }

  bench::TemporaryDirectory temporary_{"/dev/shm"};
  RecordingDirectory directory_ = *RecordingDirectory::Open(temporary_.Path(""));
};

TEST_F(PlayersTest, FfmpegDecodesWhatIsFinished) {
  if (!IsInstalled("ffmpeg")) GTEST_SKIP() << "ffmpeg is not there";
  for (const auto& [sample, parameters, name, frames] :
       {std::tuple("vp8", Vp8Stream(), "vp8.webm", "opus,152\nvp8,30\n"),
        std::tuple("vp9", Vp9Stream(), "vp9.webm", "opus,152\nvp9,10\n"),
        std::tuple("av1", Av1Stream(), "av1.webm", "opus,152\nav1,10\n"),
        std::tuple("h264", H264Stream(), "h264.mkv", "opus,152\nh264,10\n")}) {
    SCOPED_TRACE(sample);
    MediaFile file = *MediaFile::Create(directory_, sample, {OpusStream(), parameters});
    Write(file, 0, "opus");
    Write(file, 1, sample);
    EXPECT_EQ(file.Finish()->name, name);
    ExpectToDecode(name, frames);
  }
}

TEST_F(PlayersTest, FfmpegDecodesWhatIsRepaired) {
  if (!IsInstalled("ffmpeg")) GTEST_SKIP() << "ffmpeg is not there";
  std::string part;
  {
    MediaFile file = *MediaFile::Create(directory_, "alice", {OpusStream(), Vp8Stream()});
    Write(file, 0, "opus");
    Write(file, 1, "vp8");
    ASSERT_TRUE(file.Sync().ok());
    part = *directory_.Read("alice.webm.part", size_t{1} << 20);
  }
  for (size_t size = part.size(); size > part.size() / 2; size -= part.size() / 10) {
    SCOPED_TRACE(size);
    std::ofstream(temporary_.Path("alice.webm.part"), std::ios::binary) << part.substr(0, size);
    ASSERT_TRUE(Repair(directory_).ok());
    const std::string command =
        "ffmpeg -nostdin -v error -xerror -i " + temporary_.Path("alice.webm") + " -f null -";
    const Outcome decoded = RunCommand(command);
    EXPECT_EQ(decoded.status, 0) << decoded.text;
    EXPECT_EQ(decoded.text, "");
    ASSERT_TRUE(directory_.Remove("alice.webm").ok());
  }
}

TEST_F(PlayersTest, FfmpegFollowsAChangeOfSize) {
  if (!IsInstalled("ffmpeg")) GTEST_SKIP() << "ffmpeg is not there";
  MediaFile file = *MediaFile::Create(directory_, "alice", {Vp8Stream()});
  Write(file, 0, "vp8");
  for (const SampleFrame& frame : SampleFrames("vp8_larger")) {
    const Duration time = frame.time + std::chrono::seconds(3);
    ASSERT_TRUE(file.Write(0, frame.data, time, {}, frame.key_frame).ok());
  }
  ASSERT_TRUE(file.Finish().ok());
  ExpectToDecode("alice.webm", "vp8,35\n");
}

TEST_F(PlayersTest, FfmpegDecodesPlainAudio) {
  if (!IsInstalled("ffmpeg")) GTEST_SKIP() << "ffmpeg is not there";
  for (const auto& [encoding, clock_rate, codec] :
       {std::tuple("PCMU", 8000U, "pcm_mulaw"), std::tuple("PCMA", 8000U, "pcm_alaw"),
        std::tuple("G722", 8000U, "adpcm_g722"), std::tuple("L16", 44100U, "pcm_s16be")}) {
    SCOPED_TRACE(encoding);
    MediaFile file = *MediaFile::Create(directory_, codec, {{{encoding, clock_rate, 1}, {}, 0, 0}});
    for (int i = 0; i < 50; ++i) {
      const std::vector<uint8_t> samples(160, static_cast<uint8_t>(i));
      ASSERT_TRUE(file.Write(0, samples, milliseconds(20) * i, milliseconds(20), true).ok());
    }
    ASSERT_TRUE(file.Finish().ok());
    ExpectToDecode(std::string(codec) + ".mkv", std::string(codec) + ",50\n");
  }
}

}  // namespace
}  // namespace baton::record
