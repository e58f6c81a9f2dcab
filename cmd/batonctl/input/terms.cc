#include "cmd/batonctl/input/terms.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/batonctl/input/number.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {
namespace {

constexpr uint64_t kMaxU32 = std::numeric_limits<uint32_t>::max();
constexpr uint64_t kMaxU64 = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kMaxChannels = 255;

}  // namespace

absl::StatusOr<control::v1::Codec> ParseCodec(std::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(std::string(text), '/');
  if (parts.size() < 2 || parts.size() > 3 || parts[0].empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", SafeText(text),
        "\" is not a codec: write ENCODING/CLOCK[/CHANNELS], like VP8/90000 or opus/48000/2"));
  }
  control::v1::Codec codec;
  codec.set_encoding(parts[0]);
  const absl::StatusOr<uint64_t> clock_rate = ParseUnsigned(parts[1], kMaxU32);
  if (!clock_rate.ok()) return clock_rate.status();
  codec.set_clock_rate(static_cast<uint32_t>(*clock_rate));
  if (parts.size() == 3) {
    const absl::StatusOr<uint64_t> channels = ParseUnsigned(parts[2], kMaxChannels);
    if (!channels.ok()) return channels.status();
    codec.set_channels(static_cast<uint32_t>(*channels));
  }
  return codec;
}

std::string FormatCodec(const control::v1::Codec& codec) {
  std::string text = absl::StrCat(codec.encoding(), "/", codec.clock_rate());
  if (codec.channels() != 0) absl::StrAppend(&text, "/", codec.channels());
  return text;
}

absl::StatusOr<TrackReference> ParseTrackReference(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", SafeText(text), "\" is not a track: write PUBLISHER/TRACK, like alice/cam"));
  }
  return TrackReference{.publisher = std::string(text.substr(0, slash)),
                        .track = std::string(text.substr(slash + 1))};
}

absl::StatusOr<control::v1::Position> ParsePosition(std::string_view text, uint64_t present_epoch) {
  control::v1::Position position;
  position.set_epoch(present_epoch);
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos) {
    const absl::StatusOr<uint64_t> epoch = ParseUnsigned(text.substr(0, colon), kMaxU64);
    if (!epoch.ok()) return epoch.status();
    position.set_epoch(*epoch);
    text.remove_prefix(colon + 1);
  }
  const absl::StatusOr<uint64_t> revision = ParseUnsigned(text, kMaxU64);
  if (!revision.ok()) return revision.status();
  position.set_revision(*revision);
  return position;
}

}  // namespace baton::cli
