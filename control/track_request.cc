#include "control/track_request.h"

#include <set>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "control/quote.h"
#include "rtp/extension_values.h"

namespace baton::control {
namespace {

using absl::StrCat;

relay::MediaKind ReadKind(v1::MediaKind kind, RequestChecker& check) {
  check.Require(kind == v1::MEDIA_KIND_AUDIO || kind == v1::MEDIA_KIND_VIDEO, [&] {
    return StrCat("media kind ", static_cast<int>(kind),
                  " is not known: use AUDIO (1) or VIDEO (2)");
  });
  return kind == v1::MEDIA_KIND_VIDEO ? relay::MediaKind::kVideo : relay::MediaKind::kAudio;
}

bool IsEncodingName(std::string_view name) {
  if (name.empty() || !FixedString<32>::Fits(name)) return false;
  for (const char c : name) {
    const bool allowed = absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                         std::string_view("._+-").find(c) != std::string_view::npos;
    if (!allowed) return false;
  }
  return true;
}

relay::Codec ReadCodec(const v1::Codec& codec, RequestChecker& check) {
  check.Require(IsEncodingName(codec.encoding()), [&] {
    return StrCat("codec ", Quoted(codec.encoding()),
                  " is not an encoding name as in SDP, such as VP8 or opus: use 1 to 32 letters, "
                  "digits and \"._+-\"");
  });
  check.Require(codec.clock_rate() != 0,
                [] { return "clock rate 0: give the codec's, such as 90000 or 48000"; });
  check.Require(codec.channels() <= 255,
                [&] { return StrCat(codec.channels(), " channels are too many: use 0 to 255"); });
  return {FixedString<32>(codec.encoding()), codec.clock_rate(),
          static_cast<uint8_t>(codec.channels())};
}

// Looks at a track's encodings one after the other.
class EncodingReader {
 public:
  EncodingReader(const v1::PublishTrack& request, RequestChecker& check)
      : request_(request), check_(check) {}

  relay::Encoding Read(const v1::Encoding& encoding) {
    const bool has_rid = !encoding.rid().empty();
    check_.Require(!has_rid || rtp::IsRid(encoding.rid()), [&] {
      return StrCat("rid ", Quoted(encoding.rid()),
                    " is not allowed: use 1 to 16 letters and digits");
    });
    check_.Require(!has_rid || rids_.insert(encoding.rid()).second, [&] {
      return StrCat("two encodings have the rid ", Quoted(encoding.rid()),
                    ": give each one of its own");
    });
    check_.Require(encoding.ssrc() != 0 || (has_rid && !request_.mid().empty()), [] {
      return "an encoding has no SSRC: give it one, or its rid and the track's mid, by which "
             "its packets can be known";
    });
    check_.Require(encoding.rtx_ssrc() == 0 || request_.has_rtx_payload_type(), [] {
      return "an encoding has an rtx_ssrc, and the track no rtx_payload_type: give both or none";
    });
    RequireNewSsrc(encoding.ssrc());
    RequireNewSsrc(encoding.rtx_ssrc());
    return {rtp::Ssrc(encoding.ssrc()), relay::StreamId(encoding.rid()),
            rtp::Ssrc(encoding.rtx_ssrc())};
  }

 private:
  void RequireNewSsrc(uint32_t ssrc) {
    check_.Require(ssrc == 0 || ssrcs_.insert(ssrc).second, [&] {
      return StrCat("SSRC ", ssrc, " is there twice: each stream has one of its own");
    });
  }

  const v1::PublishTrack& request_;
  RequestChecker& check_;
  std::set<std::string_view> rids_;
  std::set<uint32_t> ssrcs_;
};

relay::Encodings ReadEncodings(const v1::PublishTrack& request, RequestChecker& check) {
  const int count = request.encodings_size();
  check.Require(count == 0 || request.ssrc() == 0,
                [] { return "both ssrc and encodings are given: the SSRCs belong into those"; });
  check.Require(count != 0 || request.ssrc() != 0,
                [] { return "the track has no SSRC: give ssrc, or encodings"; });
  check.Require(count <= static_cast<int>(relay::kMaxEncodings), [&] {
    return StrCat(count, " encodings are too many: use 1 to ", relay::kMaxEncodings);
  });
  relay::Encodings encodings;
  if (!check.ok()) return encodings;
  if (count == 0) return relay::Encodings(rtp::Ssrc(request.ssrc()));
  EncodingReader reader(request, check);
  for (const v1::Encoding& encoding : request.encodings()) {
    encodings.push_back(reader.Read(encoding));
  }
  return encodings;
}

relay::TrackSource ReadSource(v1::TrackSource source, RequestChecker& check) {
  const bool known = source == v1::TRACK_SOURCE_UNSPECIFIED || source == v1::TRACK_SOURCE_MAIN ||
                     source == v1::TRACK_SOURCE_SCREEN;
  check.Require(known, [&] {
    return StrCat("track source ", static_cast<int>(source),
                  " is not known: use MAIN (1) or SCREEN (2)");
  });
  return source == v1::TRACK_SOURCE_SCREEN ? relay::TrackSource::kScreen
                                           : relay::TrackSource::kMain;
}

}  // namespace

relay::TrackParameters ReadTrackParameters(const v1::PublishTrack& request, RequestChecker& check) {
  relay::TrackParameters parameters;
  parameters.kind = ReadKind(request.kind(), check);
  parameters.codec = ReadCodec(request.codec(), check);
  parameters.payload_type = check.GetPayloadType(request.payload_type());
  parameters.mid = check.GetMid(request.mid());
  if (request.has_rtx_payload_type()) {
    parameters.rtx_payload_type =
        check.GetRtxPayloadType(request.rtx_payload_type(), request.payload_type());
  }
  parameters.encodings = ReadEncodings(request, check);
  parameters.source = ReadSource(request.source(), check);
  parameters.opaque = request.opaque();
  if (request.has_feedback()) {
    const v1::Feedback& feedback = request.feedback();
    parameters.feedback = {feedback.nack(), feedback.picture_loss(), feedback.full_intra()};
  }
  return parameters;
}

}  // namespace baton::control
