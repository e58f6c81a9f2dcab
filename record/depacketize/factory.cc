#include "base/check.h"
#include "record/depacketize/audio_depacketizer.h"
#include "record/depacketize/av1.h"
#include "record/depacketize/depacketizer.h"
#include "record/depacketize/h264.h"
#include "record/depacketize/video_depacketizer.h"
#include "record/depacketize/vp8.h"
#include "record/depacketize/vp9.h"

namespace baton::record {
namespace {

template <class Builder>
std::unique_ptr<Depacketizer> Video() {
  return std::make_unique<VideoDepacketizer>(std::make_unique<Builder>());
}

}  // namespace

std::unique_ptr<Depacketizer> MakeDepacketizer(const Codec& codec) {
  const std::optional<MediaFormat> format = MediaFormatOf(codec);
  BATON_CHECK(format);
  switch (*format) {
    case MediaFormat::kVp8:
      return Video<Vp8Builder>();
    case MediaFormat::kVp9:
      return Video<Vp9Builder>();
    case MediaFormat::kAv1:
      return Video<Av1Builder>();
    case MediaFormat::kH264:
      return Video<H264Builder>();
    default:
      return std::make_unique<AudioDepacketizer>(*format,
                                                 codec.channels == 0 ? uint8_t{1} : codec.channels);
  }
}

}  // namespace baton::record
