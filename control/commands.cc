#include "control/commands.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "control/ice_credentials.h"
#include "control/quote.h"

namespace baton::control {
namespace {

using absl::InvalidArgumentError;
using absl::Status;
using absl::StatusOr;
using absl::StrCat;
using relay::Name;

constexpr uint32_t kMaxPayloadType = 127;

// The first thing that is wrong with a request; later checks are skipped.
class Checker {
 public:
  bool ok() const { return status_.ok(); }
  const Status& status() const { return status_; }

  Name GetName(const char* what, const std::string& name) {
    Require(CheckName(what, name));
    return Name(name);
  }

  relay::LegName GetLegName(const v1::LegName& leg) {
    return {GetName("room", leg.room()), GetName("subscriber", leg.subscriber()),
            GetName("publisher", leg.publisher()), GetName("track", leg.track())};
  }

  relay::SubscribeMode GetSubscribeMode(v1::SubscribeMode mode) {
    switch (mode) {
      case v1::SUBSCRIBE_MODE_UNSPECIFIED:
      case v1::SUBSCRIBE_MODE_ALL:
        return relay::SubscribeMode::kAll;
      case v1::SUBSCRIBE_MODE_MANUAL:
        return relay::SubscribeMode::kManual;
      default:
        Require(InvalidArgumentError(StrCat("subscribe mode ", static_cast<int>(mode),
                                            " is not known: use ALL (1) or MANUAL (2)")));
        return relay::SubscribeMode::kAll;
    }
  }

  TransportAddress GetAddress(const std::string& text) {
    const std::optional<TransportAddress> address = TransportAddress::Parse(text);
    if (!address || address->port == 0) {
      Require(InvalidArgumentError(
          StrCat("remote address ", Quoted(text),
                 " is not an address and port: write 192.0.2.1:5004 or [2001:db8::1]:5004")));
      return {};
    }
    return *address;
  }

  relay::IceCredentials GetCredentials(const v1::IceCredentials& credentials) {
    CheckIceField("ufrag", credentials.ufrag(), 4, relay::IceCredentials::kMaxUfrag);
    CheckIceField("password", credentials.password(), 22, relay::IceCredentials::kMaxPassword);
    return {FixedString<relay::IceCredentials::kMaxUfrag>(credentials.ufrag()),
            FixedString<relay::IceCredentials::kMaxPassword>(credentials.password())};
  }

  relay::TrackParameters GetTrackParameters(const v1::PublishTrack& request) {
    return {GetKind(request.kind()), GetCodec(request.codec()),
            GetPayloadType(request.payload_type()), rtp::Ssrc(request.ssrc())};
  }

  rtp::PayloadType GetPayloadType(uint32_t payload_type) {
    if (payload_type > kMaxPayloadType) {
      Require(InvalidArgumentError(
          StrCat("payload type ", payload_type, " is out of range: use 0 to 127")));
      return {};
    }
    return rtp::PayloadType(static_cast<uint8_t>(payload_type));
  }

 private:
  void Require(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  relay::MediaKind GetKind(v1::MediaKind kind) {
    if (kind != v1::MEDIA_KIND_AUDIO && kind != v1::MEDIA_KIND_VIDEO) {
      Require(InvalidArgumentError(StrCat("media kind ", static_cast<int>(kind),
                                          " is not known: use AUDIO (1) or VIDEO (2)")));
    }
    return kind == v1::MEDIA_KIND_VIDEO ? relay::MediaKind::kVideo : relay::MediaKind::kAudio;
  }

  relay::Codec GetCodec(const v1::Codec& codec) {
    const std::string& encoding = codec.encoding();
    bool allowed = !encoding.empty() && FixedString<32>::Fits(encoding);
    for (const char c : encoding) {
      const auto byte = static_cast<unsigned char>(c);
      allowed = allowed && (absl::ascii_isalnum(byte) ||
                            std::string_view("._+-").find(c) != std::string_view::npos);
    }
    if (!allowed) {
      Require(InvalidArgumentError(StrCat("codec ", Quoted(encoding),
                                          " is not an encoding name as in SDP, such as VP8 or "
                                          "opus: use 1 to 32 letters, digits and \"._+-\"")));
    }
    if (codec.clock_rate() == 0) {
      Require(InvalidArgumentError("clock rate 0: give the codec's, such as 90000 or 48000"));
    }
    if (codec.channels() > 255) {
      Require(
          InvalidArgumentError(StrCat(codec.channels(), " channels are too many: use 0 to 255")));
    }
    return {FixedString<32>(encoding), codec.clock_rate(), static_cast<uint8_t>(codec.channels())};
  }

  // Passwords are not echoed: errors end in logs.
  void CheckIceField(const char* what, const std::string& text, size_t min, size_t max) {
    if (text.size() >= min && text.size() <= max && IsIceChars(text)) return;
    Require(InvalidArgumentError(StrCat("the ICE ", what, " of ", text.size(),
                                        " bytes is not allowed: use ", min, " to ", max,
                                        " letters, digits, '+' and '/'")));
  }

  Status status_;
};

Action Build(const v1::CreateRoom& request, Checker& check) {
  return relay::CreateRoom{check.GetName("room", request.room()),
                           check.GetSubscribeMode(request.subscribe_mode())};
}

Action Build(const v1::CloseRoom& request, Checker& check) {
  return relay::CloseRoom{check.GetName("room", request.room())};
}

Action Build(const v1::AddPlainEndpoint& request, Checker& check) {
  return relay::AddPlainEndpoint{check.GetName("room", request.room()),
                                 check.GetName("endpoint", request.endpoint()),
                                 check.GetAddress(request.remote())};
}

Action Build(const v1::AddIceEndpoint& request, Checker& check) {
  relay::AddIceEndpoint add{.room = check.GetName("room", request.room()),
                            .endpoint = check.GetName("endpoint", request.endpoint())};
  if (request.has_remote()) add.remote = check.GetCredentials(request.remote());
  return add;
}

Action Build(const v1::SetIceRemote& request, Checker& check) {
  return relay::SetIceRemote{check.GetName("room", request.room()),
                             check.GetName("endpoint", request.endpoint()),
                             check.GetCredentials(request.remote())};
}

Action Build(const v1::RemoveEndpoint& request, Checker& check) {
  return relay::RemoveEndpoint{check.GetName("room", request.room()),
                               check.GetName("endpoint", request.endpoint())};
}

Action Build(const v1::PublishTrack& request, Checker& check) {
  return relay::PublishTrack{
      check.GetName("room", request.room()), check.GetName("endpoint", request.endpoint()),
      check.GetName("track", request.track()), check.GetTrackParameters(request)};
}

Action Build(const v1::UnpublishTrack& request, Checker& check) {
  return relay::UnpublishTrack{check.GetName("room", request.room()),
                               check.GetName("endpoint", request.endpoint()),
                               check.GetName("track", request.track())};
}

Action Build(const v1::AddLeg& request, Checker& check) {
  relay::AddLeg add{.leg = check.GetLegName(request.leg())};
  if (request.has_ssrc()) add.ssrc = rtp::Ssrc(request.ssrc());
  if (request.has_payload_type()) add.payload_type = check.GetPayloadType(request.payload_type());
  return add;
}

Action Build(const v1::RemoveLeg& request, Checker& check) {
  return relay::RemoveLeg{check.GetLegName(request.leg())};
}

Action Build(const v1::PauseLeg& request, Checker& check) {
  return relay::PauseLeg{check.GetLegName(request.leg()), true};
}

Action Build(const v1::ResumeLeg& request, Checker& check) {
  return relay::PauseLeg{check.GetLegName(request.leg()), false};
}

Action Build(const v1::GetRoomStatistics& request, Checker& check) {
  return relay::GetRoomStatistics{check.GetName("room", request.room())};
}

std::optional<Action> BuildAny(const v1::Request& request, Checker& check) {
  switch (request.body_case()) {
    case v1::Request::kCreateRoom:
      return Build(request.create_room(), check);
    case v1::Request::kCloseRoom:
      return Build(request.close_room(), check);
    case v1::Request::kAddPlainEndpoint:
      return Build(request.add_plain_endpoint(), check);
    case v1::Request::kAddIceEndpoint:
      return Build(request.add_ice_endpoint(), check);
    case v1::Request::kSetIceRemote:
      return Build(request.set_ice_remote(), check);
    case v1::Request::kRemoveEndpoint:
      return Build(request.remove_endpoint(), check);
    case v1::Request::kPublishTrack:
      return Build(request.publish_track(), check);
    case v1::Request::kUnpublishTrack:
      return Build(request.unpublish_track(), check);
    case v1::Request::kAddLeg:
      return Build(request.add_leg(), check);
    case v1::Request::kRemoveLeg:
      return Build(request.remove_leg(), check);
    case v1::Request::kPauseLeg:
      return Build(request.pause_leg(), check);
    case v1::Request::kResumeLeg:
      return Build(request.resume_leg(), check);
    case v1::Request::kGetRoomStatistics:
      return Build(request.get_room_statistics(), check);
    default:
      return std::nullopt;
  }
}

}  // namespace

Status CheckName(const char* what, const std::string& name) {
  if (relay::IsValidName(name)) return absl::OkStatus();
  return InvalidArgumentError(StrCat(what, " name ", Quoted(name),
                                     " is not allowed: use 1 to 64 ASCII letters, digits and "
                                     "\"._-@:+=~\""));
}

StatusOr<Action> ToAction(const v1::Request& request) {
  Checker check;
  std::optional<Action> action = BuildAny(request, check);
  if (!action) return absl::UnimplementedError("no shard answers this request");
  if (!check.ok()) return check.status();
  return *std::move(action);
}

}  // namespace baton::control
