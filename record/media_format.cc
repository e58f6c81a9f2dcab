#include "record/media_format.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace baton::record {
namespace {

struct KnownEncoding {
  std::string_view name;  // in lower case
  MediaFormat format;
  uint32_t clock_rate;  // 0: any up to kMaxClockRate
};

constexpr std::array kKnown = {
    KnownEncoding{"vp8", MediaFormat::kVp8, 90'000},
    KnownEncoding{"vp9", MediaFormat::kVp9, 90'000},
    KnownEncoding{"av1", MediaFormat::kAv1, 90'000},
    KnownEncoding{"h264", MediaFormat::kH264, 90'000},
    KnownEncoding{"opus", MediaFormat::kOpus, 48'000},
    KnownEncoding{"pcmu", MediaFormat::kPcmu, 0},
    KnownEncoding{"pcma", MediaFormat::kPcma, 0},
    KnownEncoding{"g722", MediaFormat::kG722, 8'000},
    KnownEncoding{"l16", MediaFormat::kL16, 0},
};

constexpr uint32_t kMaxClockRate = 384'000;
constexpr uint8_t kMaxChannels = 8;

constexpr char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view name, std::string_view lower_case) {
  return std::equal(name.begin(), name.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return Lower(a) == b; });
}

bool Fits(const KnownEncoding& known, const Codec& codec) {
  if (!SameName(codec.encoding, known.name) || codec.channels > kMaxChannels) return false;
  if (known.clock_rate != 0) return codec.clock_rate == known.clock_rate;
  return codec.clock_rate > 0 && codec.clock_rate <= kMaxClockRate;
}

}  // namespace

std::optional<MediaFormat> MediaFormatOf(const Codec& codec) {
  for (const KnownEncoding& known : kKnown) {
    if (Fits(known, codec)) return known.format;
  }
  return std::nullopt;
}

}  // namespace baton::record
