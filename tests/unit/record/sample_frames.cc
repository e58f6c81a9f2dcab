#include "tests/unit/record/sample_frames.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "record/media_input.h"

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavformat/avformat.h>
}

namespace baton::record {
namespace {

[[maybe_unused]] const bool kLibraryIsSetUp = (SetUpLibav(), true);

using std::chrono::milliseconds;

std::vector<uint8_t> Copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

// What comes before the first slice: an encoder puts the parameter sets there.
std::vector<uint8_t> ParameterSets(const std::vector<uint8_t>& access_unit) {
  for (size_t i = 0; i + 4 < access_unit.size(); ++i) {
    const bool start_code = LoadU24(&access_unit[i]) == 1;
    const int type = access_unit[i + 3] & 31;
    if (start_code && type == 5) {
      const size_t end = i > 0 && access_unit[i - 1] == 0 ? i - 1 : i;
      return Copy(Bytes(access_unit).first(end));
    }
  }
  return {};
}

}  // namespace

std::vector<SampleFrame> SampleFrames(const std::string& name) {
  std::ifstream in(BATON_SOURCE_ROOT "/tests/unit/record/testdata/" + name + ".frames",
                   std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
  ByteReader reader(Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
  std::vector<SampleFrame> frames;
  while (reader.remaining() > 0) {
    const uint32_t size = reader.U32();
    const milliseconds time(reader.U32());
    const bool key_frame = reader.U8() != 0;
    frames.push_back({Copy(reader.Slice(size)), time, key_frame});
  }
  BATON_CHECK(reader.ok() && !frames.empty());
  return frames;
}

StreamParameters OpusStream() { return {{"opus", 48000, 2}, {}, 0, 0}; }

StreamParameters Vp8Stream() { return {{"VP8", 90000, 0}, {}, 64, 48}; }

StreamParameters Vp9Stream() { return {{"VP9", 90000, 0}, {}, 64, 48}; }

StreamParameters Av1Stream() {
  // The sequence header OBU comes first: a byte of header, a byte of size.
  const std::vector<uint8_t> first = SampleFrames("av1").front().data;
  return {{"AV1", 90000, 0}, Copy(Bytes(first).first(size_t{2} + first[1])), 64, 48};
}

StreamParameters H264Stream() {
  return {{"H264", 90000, 0}, ParameterSets(SampleFrames("h264").front().data), 64, 48};
}

absl::StatusOr<FileContent> TryReadBack(const RecordingDirectory& directory,
                                        const std::string& name) {
  FileContent content;
  const absl::StatusOr<net::UniqueFd> fd = directory.OpenToRead(name);
  if (!fd.ok()) return fd.status();
  const auto input = MediaInput::Open(fd->get(), name);
  if (!input.ok()) return input.status();
  for (const CodecParametersPtr& parameters : (*input)->streams()) {
    FileContent::Stream stream;
    stream.codec_id = parameters->codec_id;
    stream.width = parameters->width;
    stream.height = parameters->height;
    stream.sample_rate = parameters->sample_rate;
    stream.channels = parameters->ch_layout.nb_channels;
    stream.extradata =
        Copy(Bytes(parameters->extradata, static_cast<size_t>(parameters->extradata_size)));
    content.streams.push_back(std::move(stream));
  }
  for (;;) {
    const auto packet = (*input)->Read();
    if (!packet.ok()) return packet.status();
    if (!*packet) break;
    content.order.push_back((*packet)->stream);
    content.streams[(*packet)->stream].frames.push_back(
        {Copy((*packet)->data), (*packet)->time, (*packet)->key_frame});
  }
  const absl::StatusOr<std::string> bytes = directory.Read(name, size_t{16} << 20);
  if (!bytes.ok()) return bytes.status();
  content.format = bytes->find("\x42\x82\x84webm") != std::string::npos ? "webm" : "matroska";
  content.has_index = bytes->find("\x1c\x53\xbb\x6b") != std::string::npos;
  content.duration_seconds = (*input)->duration_seconds();
  return content;
}

FileContent ReadBack(const RecordingDirectory& directory, const std::string& name) {
  absl::StatusOr<FileContent> content = TryReadBack(directory, name);
  EXPECT_TRUE(content.ok()) << content.status();
  return content.ok() ? *std::move(content) : FileContent();
}

}  // namespace baton::record
