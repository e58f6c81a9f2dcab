#include "record/track_info.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "record/timeline.h"

namespace baton::record {
namespace {

constexpr size_t kMaxName = 64;
constexpr uint32_t kMaxPayloadType = 127;
constexpr uint32_t kMaxChannels = 255;

bool IsName(const std::string& name) { return !name.empty() && name.size() <= kMaxName; }

absl::Status Refuse(const v1::TrackAdded& message, std::string_view what) {
  const auto brief = [](const std::string& name) {
    return absl::CEscape(name.substr(0, kMaxName));
  };
  return absl::InvalidArgumentError(absl::StrCat(brief(message.participant()), "/",
                                                 brief(message.track()), ": ",
                                                 absl::string_view(what.data(), what.size())));
}

}  // namespace

absl::StatusOr<TrackInfo> ToTrackInfo(const v1::TrackAdded& message, v1::Layout layout) {
  if (!IsName(message.participant()) || !IsName(message.track())) {
    return Refuse(message, "names have 1 to 64 characters");
  }
  if (message.kind() != v1::AUDIO && message.kind() != v1::VIDEO) {
    return Refuse(message, "it is neither audio nor video");
  }
  const v1::Codec& codec = message.codec();
  if (message.payload_type() > kMaxPayloadType || codec.channels() > kMaxChannels) {
    return Refuse(message, "its payload type or its channels are out of range");
  }
  if (codec.clock_rate() < Timeline::kMinClockRate) {
    return Refuse(message, absl::StrCat("its clock rate of ", codec.clock_rate(),
                                        " Hz is too low to be recorded"));
  }
  TrackInfo info;
  info.id = message.id();
  info.ssrc = rtp::Ssrc(message.ssrc());
  info.payload_type = rtp::PayloadType(static_cast<uint8_t>(message.payload_type()));
  info.participant = message.participant();
  info.track = message.track();
  info.audio = message.kind() == v1::AUDIO;
  info.screen = message.screen();
  info.codec = {codec.encoding(), codec.clock_rate(), static_cast<uint8_t>(codec.channels())};
  if (layout == v1::RAW) return info;
  const std::optional<MediaFormat> format = MediaFormatOf(info.codec);
  if (!format || IsVideo(*format) == info.audio) {
    return Refuse(message, absl::StrCat(absl::CEscape(codec.encoding().substr(0, kMaxName)), "/",
                                        codec.clock_rate(),
                                        " cannot be put into a file; record it as raw packets"));
  }
  return info;
}

}  // namespace baton::record
