#include "record/media_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/bench/temporary_directory.h"
#include "tests/unit/record/sample_frames.h"

extern "C" {
#include <libavcodec/codec_id.h>
}

namespace baton::record {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class MediaFileTest : public testing::Test {
 protected:
  MediaFile Create(const std::vector<StreamParameters>& streams) {
    absl::StatusOr<MediaFile> file = MediaFile::Create(directory_, "alice", streams);
    EXPECT_TRUE(file.ok()) << file.status();
    return *std::move(file);
  }

  static void Write(MediaFile& file, size_t stream, const SampleFrame& frame,
                    Duration duration = {}) {
    const absl::Status status =
        file.Write(stream, frame.data, frame.time, duration, frame.key_frame);
    ASSERT_TRUE(status.ok()) << status;
  }

  static std::vector<SampleFrame> Later(std::vector<SampleFrame> frames, Duration by) {
    for (SampleFrame& frame : frames) frame.time += by;
    return frames;
  }

  FileContent FinishAndReadBack(MediaFile& file) {
    const absl::StatusOr<FinishedFile> finished = file.Finish();
    EXPECT_TRUE(finished.ok()) << finished.status();
    return finished.ok() ? ReadBack(directory_, finished->name) : FileContent();
  }

  // The frames of a stream that are in the unfinished file, which a kill now would leave.
  std::vector<SampleFrame> FramesInPart(size_t stream) {
    const auto content = TryReadBack(directory_, "alice.webm.part");
    // Without any cluster it is not taken for a file.
    return content.ok() ? content->streams.at(stream).frames : std::vector<SampleFrame>();
  }

  // In memory: waiting for the disk is most of what these tests would do.
  bench::TemporaryDirectory temporary_{"/dev/shm"};
  RecordingDirectory directory_ = *RecordingDirectory::Open(temporary_.Path(""));
};

TEST_F(MediaFileTest, HasWhatWasWrittenAtItsTimes) {
  // A microphone that begins 12 s into the recording, a camera that begins half a second later.
  const auto sound = Later(SampleFrames("opus"), seconds(12));
  const auto pictures = Later(SampleFrames("vp8"), milliseconds(12500));
  MediaFile file = Create({OpusStream(), Vp8Stream()});
  for (const SampleFrame& frame : sound) Write(file, 0, frame, milliseconds(20));
  for (const SampleFrame& frame : pictures) Write(file, 1, frame);
  const FinishedFile finished = *file.Finish();

  EXPECT_EQ(finished.name, "alice.webm");
  EXPECT_EQ(finished.start, seconds(12));
  EXPECT_EQ(finished.duration, milliseconds(3400));
  EXPECT_EQ(finished.sha256.size(), 64U);
  const FileContent content = ReadBack(directory_, finished.name);
  EXPECT_EQ(content.format, "webm");
  EXPECT_TRUE(content.has_index);
  EXPECT_NEAR(content.duration_seconds, 15.4, 0.001);
  ASSERT_EQ(content.streams.size(), 2U);
  EXPECT_EQ(content.streams[0].codec_id, AV_CODEC_ID_OPUS);
  EXPECT_EQ(content.streams[0].sample_rate, 48000);
  EXPECT_EQ(content.streams[0].channels, 2);
  EXPECT_EQ(content.streams[0].frames, sound);
  EXPECT_EQ(content.streams[1].codec_id, AV_CODEC_ID_VP8);
  EXPECT_EQ(content.streams[1].width, 64);
  EXPECT_EQ(content.streams[1].height, 48);
  EXPECT_EQ(content.streams[1].frames, pictures);
}

TEST_F(MediaFileTest, IsAPartUntilItIsFinished) {
  MediaFile file = Create({Vp8Stream()});
  EXPECT_EQ(*directory_.List(), std::vector<std::string>{"alice.webm.part"});
  EXPECT_EQ(file.name(), "alice.webm");
  Write(file, 0, SampleFrames("vp8").front());
  ASSERT_TRUE(file.Finish().ok());
  EXPECT_EQ(*directory_.List(), std::vector<std::string>{"alice.webm"});
}

TEST_F(MediaFileTest, OrdersItsStreamsByTime) {
  MediaFile file = Create({OpusStream(), Vp8Stream()});
  // The sound is 1.5 s ahead, as when the camera waits for a retransmission.
  const auto sound = SampleFrames("opus");
  const auto pictures = SampleFrames("vp8");
  size_t written = 0;
  for (const SampleFrame& frame : sound) {
    Write(file, 0, frame, milliseconds(20));
    while (written < pictures.size() && pictures[written].time + milliseconds(1500) <= frame.time) {
      Write(file, 1, pictures[written++]);
    }
  }
  while (written < pictures.size()) Write(file, 1, pictures[written++]);

  const FileContent content = FinishAndReadBack(file);
  std::vector<size_t> next(2);
  Duration last{};
  for (const size_t stream : content.order) {
    const Duration time = content.streams[stream].frames[next[stream]++].time;
    EXPECT_GE(time, last);
    last = time;
  }
  EXPECT_EQ(content.frames(), sound.size() + pictures.size());
}

TEST_F(MediaFileTest, WritesWhatComesTooLateAllTheSame) {
  MediaFile file = Create({OpusStream(), Vp8Stream()});
  const auto sound = SampleFrames("opus");
  for (const SampleFrame& frame : sound) Write(file, 0, frame);
  // The sound has come to 3 s; what is earlier than 1 s has been written.
  const SampleFrame late = SampleFrames("vp8").front();
  Write(file, 1, late);

  const FileContent content = FinishAndReadBack(file);
  EXPECT_EQ(content.streams[0].frames, sound);
  EXPECT_EQ(content.streams[1].frames, std::vector<SampleFrame>{late});
}

TEST_F(MediaFileTest, AfterAKillAllButTheLastClusterIsThere) {
  const auto sound = SampleFrames("opus");
  const auto pictures = SampleFrames("vp8");
  MediaFile file = Create({OpusStream(), Vp8Stream()});
  size_t next = 0;
  for (const SampleFrame& frame : sound) {
    Write(file, 0, frame, milliseconds(20));
    if (next < pictures.size() && pictures[next].time <= frame.time)
      Write(file, 1, pictures[next++]);
    for (const size_t stream : {0, 1}) {
      const auto there = FramesInPart(stream);
      const Duration end = there.empty() ? Duration::zero() : there.back().time;
      // A cluster, and what has to wait for the next picture.
      EXPECT_LE(frame.time - end, milliseconds(500));
    }
  }
}

TEST_F(MediaFileTest, SyncEndsTheCluster) {
  MediaFile file = Create({Vp8Stream()});
  const SampleFrame frame = SampleFrames("vp8").front();
  Write(file, 0, frame);
  EXPECT_EQ(FramesInPart(0).size(), 0U);
  ASSERT_TRUE(file.Sync().ok());
  EXPECT_EQ(FramesInPart(0).size(), 1U);
}

TEST_F(MediaFileTest, AStreamThatIsSilentHoldsTheOthersOnlyIfNobodyAdvancesIt) {
  MediaFile file = Create({OpusStream(), Vp8Stream()});
  const auto pictures = SampleFrames("vp8");
  Write(file, 1, pictures[0]);
  ASSERT_TRUE(file.Sync().ok());
  EXPECT_EQ(FramesInPart(1).size(), 0U);
  ASSERT_TRUE(file.AdvanceTo(0, milliseconds(10)).ok());
  ASSERT_TRUE(file.Sync().ok());
  EXPECT_EQ(FramesInPart(1).size(), 1U);
}

TEST_F(MediaFileTest, APauseStaysAGap) {
  MediaFile file = Create({OpusStream()});
  const auto before = SampleFrames("opus");
  const auto after = Later(before, std::chrono::hours(2));
  for (const SampleFrame& frame : before) Write(file, 0, frame);
  for (const SampleFrame& frame : after) Write(file, 0, frame);
  const FileContent content = FinishAndReadBack(file);
  ASSERT_EQ(content.frames(), before.size() + after.size());
  EXPECT_EQ(content.streams[0].frames.back(), after.back());
}

TEST_F(MediaFileTest, PicturesMayChangeTheirSize) {
  const auto small = SampleFrames("vp8");
  const auto larger = Later(SampleFrames("vp8_larger"), seconds(3));
  MediaFile file = Create({Vp8Stream()});
  for (const SampleFrame& frame : small) Write(file, 0, frame);
  for (const SampleFrame& frame : larger) Write(file, 0, frame);
  const FileContent content = FinishAndReadBack(file);
  ASSERT_EQ(content.frames(), small.size() + larger.size());
  EXPECT_EQ(content.streams[0].frames.back(), larger.back());
}

TEST_F(MediaFileTest, H264GoesIntoMatroskaWithItsOrder) {
  const auto pictures = SampleFrames("h264");
  MediaFile file = Create({OpusStream(), H264Stream()});
  EXPECT_EQ(file.name(), "alice.mkv");
  for (const SampleFrame& frame : pictures) Write(file, 1, frame);
  const FileContent content = FinishAndReadBack(file);
  EXPECT_EQ(content.format, "matroska");
  const FileContent::Stream& stream = content.streams.at(1);
  EXPECT_EQ(stream.codec_id, AV_CODEC_ID_H264);
  // An AVCDecoderConfigurationRecord, version 1.
  ASSERT_FALSE(stream.extradata.empty());
  EXPECT_EQ(stream.extradata[0], 1);
  ASSERT_EQ(stream.frames.size(), pictures.size());
  for (size_t i = 0; i < pictures.size(); ++i) {
    EXPECT_EQ(stream.frames[i].time, pictures[i].time);
    EXPECT_EQ(stream.frames[i].key_frame, pictures[i].key_frame);
    // Lengths of four bytes stand where start codes of three or four stood.
    EXPECT_GE(stream.frames[i].data.size(), pictures[i].data.size());
  }
}

TEST_F(MediaFileTest, Vp9AndAv1GoIntoWebM) {
  for (const auto& [name, parameters, codec_id] :
       {std::tuple("vp9", Vp9Stream(), AV_CODEC_ID_VP9),
        std::tuple("av1", Av1Stream(), AV_CODEC_ID_AV1)}) {
    const auto pictures = SampleFrames(name);
    MediaFile file = Create({parameters});
    for (const SampleFrame& frame : pictures) Write(file, 0, frame);
    const FileContent content = FinishAndReadBack(file);
    EXPECT_EQ(content.format, "webm");
    ASSERT_EQ(content.streams.size(), 1U);
    EXPECT_EQ(content.streams[0].codec_id, codec_id);
    EXPECT_EQ(content.streams[0].frames, pictures);
  }
}

struct PlainAudio {
  const char* encoding;
  uint32_t clock_rate;
  uint8_t channels;
  AVCodecID codec_id;
  int sample_rate;
};

class PlainAudioTest : public MediaFileTest, public testing::WithParamInterface<PlainAudio> {};

TEST_P(PlainAudioTest, GoesIntoMatroska) {
  const PlainAudio& audio = GetParam();
  const std::vector<uint8_t> samples(160, 0x55);
  MediaFile file = Create({{{audio.encoding, audio.clock_rate, audio.channels}, {}, 0, 0}});
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(file.Write(0, samples, milliseconds(20) * i, milliseconds(20), true).ok());
  }
  const FileContent content = FinishAndReadBack(file);
  EXPECT_EQ(content.format, "matroska");
  ASSERT_EQ(content.streams.size(), 1U);
  EXPECT_EQ(content.streams[0].codec_id, audio.codec_id);
  EXPECT_EQ(content.streams[0].sample_rate, audio.sample_rate);
  EXPECT_EQ(content.streams[0].channels, std::max<int>(audio.channels, 1));
  ASSERT_EQ(content.frames(), 100U);
  EXPECT_EQ(content.streams[0].frames[99], (SampleFrame{samples, milliseconds(1980), true}));
}

INSTANTIATE_TEST_SUITE_P(All, PlainAudioTest,
                         testing::Values(PlainAudio{"PCMU", 8000, 0, AV_CODEC_ID_PCM_MULAW, 8000},
                                         PlainAudio{"PCMA", 8000, 1, AV_CODEC_ID_PCM_ALAW, 8000},
                                         PlainAudio{"G722", 8000, 1, AV_CODEC_ID_ADPCM_G722, 16000},
                                         PlainAudio{"L16", 44100, 2, AV_CODEC_ID_PCM_S16BE, 44100}),
                         [](const auto& test) { return std::string(test.param.encoding); });

TEST_F(MediaFileTest, SaysWhatIsMissing) {
  const auto code = [&](const StreamParameters& stream) {
    return MediaFile::Create(directory_, "alice", {stream}).status().code();
  };
  EXPECT_EQ(code({{"H263", 90000, 0}, {}, 64, 48}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"VP8", 90000, 0}, {}, 0, 48}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"H264", 90000, 0}, {}, 64, 48}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"opus", 48000, 6}, {}, 0, 0}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{"H264", 90000, 0}, {0, 0, 0, 1, 0x67}, 64, 48}), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(directory_.List()->empty());
}

TEST_F(MediaFileTest, TimesAreWithinWhatAFileCanSay) {
  MediaFile file = Create({Vp8Stream()});
  SampleFrame frame = SampleFrames("vp8").front();
  for (const Duration time : {Duration(-seconds(1)), Duration(seconds(60)), Duration(seconds(1))}) {
    frame.time = time;
    Write(file, 0, frame);
  }
  const FileContent content = FinishAndReadBack(file);
  ASSERT_EQ(content.frames(), 3U);
  EXPECT_EQ(content.streams[0].frames[0].time, seconds(0));
  EXPECT_EQ(content.streams[0].frames[1].time, seconds(60));
  EXPECT_EQ(content.streams[0].frames[2].time, seconds(50));
}

}  // namespace
}  // namespace baton::record
