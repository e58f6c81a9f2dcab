#include "record/stream_parameters.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "base/check.h"

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavcodec/defs.h>
#include <libavutil/channel_layout.h>
#include <libavutil/mem.h>
}

namespace baton::record {
namespace {

AVCodecID CodecIdOf(MediaFormat format) {
  switch (format) {
    case MediaFormat::kVp8:
      return AV_CODEC_ID_VP8;
    case MediaFormat::kVp9:
      return AV_CODEC_ID_VP9;
    case MediaFormat::kAv1:
      return AV_CODEC_ID_AV1;
    case MediaFormat::kH264:
      return AV_CODEC_ID_H264;
    case MediaFormat::kOpus:
      return AV_CODEC_ID_OPUS;
    case MediaFormat::kPcmu:
      return AV_CODEC_ID_PCM_MULAW;
    case MediaFormat::kPcma:
      return AV_CODEC_ID_PCM_ALAW;
    case MediaFormat::kG722:
      return AV_CODEC_ID_ADPCM_G722;
    case MediaFormat::kL16:
      return AV_CODEC_ID_PCM_S16BE;
  }
  return AV_CODEC_ID_NONE;
}

int BitsPerSample(MediaFormat format) {
  switch (format) {
    case MediaFormat::kPcmu:
    case MediaFormat::kPcma:
      return 8;
    case MediaFormat::kG722:
      return 4;
    case MediaFormat::kL16:
      return 16;
    default:
      return 0;
  }
}

bool WebMTakes(MediaFormat format) {
  return format == MediaFormat::kVp8 || format == MediaFormat::kVp9 ||
         format == MediaFormat::kAv1 || format == MediaFormat::kOpus;
}

void SetExtradata(AVCodecParameters& to, Bytes extradata) {
  if (extradata.empty()) return;
  to.extradata = static_cast<uint8_t*>(av_mallocz(extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  BATON_CHECK(to.extradata != nullptr);
  std::memcpy(to.extradata, extradata.data(), extradata.size());
  to.extradata_size = static_cast<int>(extradata.size());
}

// RFC 7845 section 5.1, little endian. Without pre-skip: what a live receiver hears from the first
// packet on is in the file, at the same time; where the sender's encoder began is not known.
std::vector<uint8_t> OpusHead(uint8_t channels) {
  std::vector<uint8_t> head = {'O', 'p', 'u', 's', 'H', 'e', 'a', 'd'};
  const uint8_t rest[] = {1,    channels,        // version
                          0,    0,               // pre-skip
                          0x80, 0xbb,     0, 0,  // 48000 Hz
                          0,    0,               // gain
                          0};                    // mapping family
  head.insert(head.end(), std::begin(rest), std::end(rest));
  return head;
}

absl::Status SetVideo(const StreamParameters& from, MediaFormat format, AVCodecParameters& to) {
  const bool needs_extradata = format == MediaFormat::kH264 || format == MediaFormat::kAv1;
  if (from.width == 0 || from.height == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a file with ", from.codec.encoding, " needs the size of its first picture"));
  }
  if (needs_extradata && from.extradata.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("a file with ", from.codec.encoding,
                                                   " needs the parameters of its first key frame"));
  }
  to.codec_type = AVMEDIA_TYPE_VIDEO;
  to.width = from.width;
  to.height = from.height;
  if (needs_extradata) SetExtradata(to, from.extradata);
  return absl::OkStatus();
}

absl::Status SetAudio(const StreamParameters& from, MediaFormat format, AVCodecParameters& to) {
  constexpr uint8_t kMaxOpusChannels = 2;  // of mapping family 0
  const uint8_t channels = std::max<uint8_t>(from.codec.channels, 1);
  if (format == MediaFormat::kOpus && channels > kMaxOpusChannels) {
    return absl::InvalidArgumentError("Opus with more than 2 channels cannot be in a media file");
  }
  to.codec_type = AVMEDIA_TYPE_AUDIO;
  av_channel_layout_default(&to.ch_layout, channels);
  // RFC 3551 section 4.5.2: G.722's clock rate is wrong for ever.
  to.sample_rate = format == MediaFormat::kG722 ? 16000 : static_cast<int>(from.codec.clock_rate);
  to.bits_per_coded_sample = BitsPerSample(format);
  if (format == MediaFormat::kOpus) SetExtradata(to, OpusHead(channels));
  return absl::OkStatus();
}

}  // namespace

std::string_view ExtensionFor(std::span<const StreamParameters> streams) {
  const bool webm = std::all_of(streams.begin(), streams.end(), [](const StreamParameters& stream) {
    const std::optional<MediaFormat> format = MediaFormatOf(stream.codec);
    return format && WebMTakes(*format);
  });
  return webm ? "webm" : "mkv";
}

absl::StatusOr<CodecParametersPtr> ToCodecParameters(const StreamParameters& stream) {
  const std::optional<MediaFormat> format = MediaFormatOf(stream.codec);
  if (!format) {
    return absl::InvalidArgumentError(absl::StrCat("no media file takes ", stream.codec.encoding,
                                                   ": record its packets as they come instead"));
  }
  CodecParametersPtr parameters = NewCodecParameters();
  parameters->codec_id = CodecIdOf(*format);
  const absl::Status status = IsVideo(*format) ? SetVideo(stream, *format, *parameters)
                                               : SetAudio(stream, *format, *parameters);
  if (!status.ok()) return status;
  return parameters;
}

}  // namespace baton::record
