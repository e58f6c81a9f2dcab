#include "rtp/extension_values.h"

#include <algorithm>

#include "rtp/ntp.h"

namespace baton::rtp {
namespace {

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// RFC 8866 section 9: token-char.
bool IsTokenCharacter(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`{|}~";
  return IsAlphanumeric(c) || kOthers.find(c) != std::string_view::npos;
}

std::string_view ToText(Bytes value) {
  return {reinterpret_cast<const char*>(value.data()), value.size()};
}

}  // namespace

std::optional<AudioLevel> ReadAudioLevel(Bytes value) {
  if (value.size() != 1) return std::nullopt;
  return AudioLevel{static_cast<uint8_t>(value[0] & 0x7f), (value[0] & 0x80) != 0};
}

bool IsMid(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMidSize && std::ranges::all_of(text, IsTokenCharacter);
}

bool IsRid(std::string_view text) {
  return !text.empty() && text.size() <= kMaxRidSize && std::ranges::all_of(text, IsAlphanumeric);
}

std::optional<std::string_view> ReadMid(Bytes value) {
  const std::string_view text = ToText(value);
  return IsMid(text) ? std::optional(text) : std::nullopt;
}

std::optional<std::string_view> ReadRid(Bytes value) {
  const std::string_view text = ToText(value);
  return IsRid(text) ? std::optional(text) : std::nullopt;
}

std::optional<SequenceNumber> ReadTransportSequence(Bytes value) {
  if (value.size() != 2 && value.size() != 4) return std::nullopt;
  return SequenceNumber(LoadU16(value.data()));
}

uint32_t AbsoluteSendTime(TimePoint time) {
  return static_cast<uint32_t>(NtpFromDuration(time.time_since_epoch()) >> 14) & 0xffffff;
}

}  // namespace baton::rtp
