// Frames of real encoders, from testdata/*.frames, and what a file has to know of their streams.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/time_point.h"
#include "record/recording_directory.h"
#include "record/stream_parameters.h"

namespace baton::record {

struct SampleFrame {
  std::vector<uint8_t> data;
  Duration time{};
  bool key_frame = false;

  friend bool operator==(const SampleFrame&, const SampleFrame&) = default;
};

// "vp8" (64x48), "vp8_larger" (96x64), "vp9", "av1", "h264" (with B-frames): 10 a second;
// "opus": 50.
std::vector<SampleFrame> SampleFrames(const std::string& name);

StreamParameters OpusStream();
StreamParameters Vp8Stream();
StreamParameters Vp9Stream();
StreamParameters Av1Stream();
StreamParameters H264Stream();

// All that a file says and has, read back by libavformat.
struct FileContent {
  struct Stream {
    int codec_id = 0;
    int width = 0;
    int height = 0;
    int sample_rate = 0;
    int channels = 0;
    std::vector<uint8_t> extradata;
    std::vector<SampleFrame> frames;
  };
  std::vector<Stream> streams;
  std::vector<size_t> order;  // of the streams' packets
  std::string format;         // the EBML DocType: "webm"
  double duration_seconds = 0;
  bool has_index = false;

  size_t frames() const { return order.size(); }
};

// An error if it cannot be opened.
absl::StatusOr<FileContent> TryReadBack(const RecordingDirectory& directory,
                                        const std::string& name);
// Fails the test then.
FileContent ReadBack(const RecordingDirectory& directory, const std::string& name);

}  // namespace baton::record
