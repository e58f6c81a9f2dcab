#include "relay/parameters.h"

#include <algorithm>
#include <string_view>

#include "relay/state.h"
#include "rtp/extension_values.h"
#include "stun/ice_credentials.h"

namespace baton::relay {
namespace {

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

// What SDP allows in an encoding name (RFC 8866 section 9: token).
bool IsValidEncodingName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return c > ' ' && c < 0x7f && std::string_view("\"(),/:;<=>?@[\\]").find(c) == name.npos;
  });
}

bool AreValid(const Codec& codec) {
  return IsValidEncodingName(codec.encoding) && codec.clock_rate > 0 &&
         codec.clock_rate <= 1'000'000;
}

// One of the SSRCs of `a` is one of `b`, of which `b` may be `a`.
bool ShareSsrc(const Encoding& a, const Encoding& b) {
  const auto same = [](rtp::Ssrc x, rtp::Ssrc y) { return x == y && x != kUnknownSsrc; };
  if (&a == &b) return same(a.ssrc, a.rtx_ssrc);
  return same(a.ssrc, b.ssrc) || same(a.ssrc, b.rtx_ssrc) || same(a.rtx_ssrc, b.ssrc) ||
         same(a.rtx_ssrc, b.rtx_ssrc);
}

bool IsValid(const Encoding& encoding, const TrackParameters& track) {
  if (!encoding.rid.empty() && !rtp::IsRid(encoding.rid)) return false;
  if (encoding.ssrc == kUnknownSsrc && track.mid.empty()) return false;
  if (encoding.rtx_ssrc != kUnknownSsrc && !track.rtx_payload_type) return false;
  for (const Encoding& other : track.encodings) {
    if (ShareSsrc(encoding, other)) return false;
    const bool confusable = &other != &encoding && other.rid == encoding.rid &&
                            (!encoding.rid.empty() || encoding.ssrc == kUnknownSsrc);
    if (confusable) return false;
  }
  return true;
}

}  // namespace

bool AreValid(const IceCredentials& credentials) {
  return stun::IsValidUfrag(credentials.ufrag) && stun::IsValidPassword(credentials.password);
}

bool AreValid(const TrackParameters& track) {
  if (!AreValid(track.codec) || !IsUsable(track.payload_type)) return false;
  if (track.rtx_payload_type &&
      (!IsUsable(*track.rtx_payload_type) || *track.rtx_payload_type == track.payload_type)) {
    return false;
  }
  if (!track.mid.empty() && !rtp::IsMid(track.mid)) return false;
  return !track.encodings.empty() &&
         std::all_of(track.encodings.begin(), track.encodings.end(),
                     [&](const Encoding& encoding) { return IsValid(encoding, track); });
}

bool SameCodec(const Codec& a, const Codec& b) {
  return EqualIgnoringCase(a.encoding, b.encoding) && a.clock_rate == b.clock_rate &&
         a.channels == b.channels;
}

bool SameTrack(const TrackParameters& a, const TrackParameters& b) {
  TrackParameters same_name = a;
  if (SameCodec(a.codec, b.codec)) same_name.codec = b.codec;
  return same_name == b;
}

}  // namespace baton::relay
