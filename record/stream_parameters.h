// What a container says about each of its streams.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "record/libav.h"
#include "record/media_format.h"

namespace baton::record {

struct StreamParameters {
  Codec codec;
  // As Frame::extradata: of H.264 and AV1; others need none.
  std::vector<uint8_t> extradata;
  // Video: size of the first picture, > 0.
  uint16_t width = 0;
  uint16_t height = 0;
};

// Of the file that these streams can be in: "webm" if all are VP8, VP9, AV1 or Opus, and "mkv"
// otherwise.
std::string_view ExtensionFor(std::span<const StreamParameters> streams);

// In libavcodec's terms. INVALID_ARGUMENT says what is missing, or that no container takes it.
absl::StatusOr<CodecParametersPtr> ToCodecParameters(const StreamParameters& stream);

}  // namespace baton::record
