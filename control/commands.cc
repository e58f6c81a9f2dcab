#include "control/commands.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "control/request_checker.h"
#include "control/track_request.h"

namespace baton::control {
namespace {

Action Build(const v1::CreateRoom& request, RequestChecker& check) {
  return relay::CreateRoom{check.GetName("room", request.room()),
                           check.GetSubscribeMode(request.subscribe_mode()),
                           {request.loudest_audio(), request.latest_video()}};
}

Action Build(const v1::CloseRoom& request, RequestChecker& check) {
  return relay::CloseRoom{check.GetName("room", request.room())};
}

Action Build(const v1::AddPlainEndpoint& request, RequestChecker& check) {
  return relay::AddPlainEndpoint{check.GetName("room", request.room()),
                                 check.GetName("endpoint", request.endpoint()),
                                 check.GetAddress(request.remote()),
                                 check.GetEndpointParameters(request.extensions(), request.rtx())};
}

Action Build(const v1::AddIceEndpoint& request, RequestChecker& check) {
  relay::AddIceEndpoint add{.room = check.GetName("room", request.room()),
                            .endpoint = check.GetName("endpoint", request.endpoint())};
  if (request.has_remote()) add.remote = check.GetCredentials(request.remote());
  add.parameters = check.GetEndpointParameters(request.extensions(), request.rtx());
  return add;
}

Action Build(const v1::SetIceRemote& request, RequestChecker& check) {
  return relay::SetIceRemote{check.GetName("room", request.room()),
                             check.GetName("endpoint", request.endpoint()),
                             check.GetCredentials(request.remote())};
}

Action Build(const v1::RemoveEndpoint& request, RequestChecker& check) {
  return relay::RemoveEndpoint{check.GetName("room", request.room()),
                               check.GetName("endpoint", request.endpoint())};
}

Action Build(const v1::PublishTrack& request, RequestChecker& check) {
  return relay::PublishTrack{
      check.GetName("room", request.room()), check.GetName("endpoint", request.endpoint()),
      check.GetName("track", request.track()), ReadTrackParameters(request, check)};
}

Action Build(const v1::UnpublishTrack& request, RequestChecker& check) {
  return relay::UnpublishTrack{check.GetName("room", request.room()),
                               check.GetName("endpoint", request.endpoint()),
                               check.GetName("track", request.track())};
}

Action Build(const v1::AddLeg& request, RequestChecker& check) {
  relay::AddLeg add{.leg = check.GetLegName(request.leg())};
  if (request.has_ssrc()) add.ssrc = rtp::Ssrc(request.ssrc());
  std::optional<uint32_t> media;
  if (request.has_payload_type()) {
    media = request.payload_type();
    add.payload_type = check.GetPayloadType(*media);
  }
  if (request.has_rtx_payload_type()) {
    add.rtx_payload_type = check.GetRtxPayloadType(request.rtx_payload_type(), media);
  }
  if (request.has_rtx_ssrc()) {
    check.Require(request.has_rtx_payload_type(), [] {
      return "rtx_ssrc is given, and rtx_payload_type is not: give both or none";
    });
    check.Require(!add.ssrc || add.ssrc->value() != request.rtx_ssrc(),
                  [] { return "ssrc and rtx_ssrc are the same: use two"; });
    add.rtx_ssrc = rtp::Ssrc(request.rtx_ssrc());
  }
  add.mid = check.GetMid(request.mid());
  return add;
}

Action Build(const v1::RemoveLeg& request, RequestChecker& check) {
  return relay::RemoveLeg{check.GetLegName(request.leg())};
}

Action Build(const v1::PauseLeg& request, RequestChecker& check) {
  return relay::PauseLeg{check.GetLegName(request.leg()), true};
}

Action Build(const v1::ResumeLeg& request, RequestChecker& check) {
  return relay::PauseLeg{check.GetLegName(request.leg()), false};
}

Action Build(const v1::SetLegLayer& request, RequestChecker& check) {
  return relay::SetLegLayer{check.GetLegName(request.leg()), check.GetLayer(request.layer())};
}

Action Build(const v1::SwitchLeg& request, RequestChecker& check) {
  return relay::SwitchLeg{check.GetLegName(request.leg()),
                          check.GetName("to_publisher", request.to_publisher()),
                          check.GetName("to_track", request.to_track())};
}

Action Build(const v1::GetRoomStatistics& request, RequestChecker& check) {
  return relay::GetRoomStatistics{check.GetName("room", request.room())};
}

std::optional<Action> BuildAny(const v1::Request& request, RequestChecker& check) {
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
    case v1::Request::kSetLegLayer:
      return Build(request.set_leg_layer(), check);
    case v1::Request::kSwitchLeg:
      return Build(request.switch_leg(), check);
    case v1::Request::kGetRoomStatistics:
      return Build(request.get_room_statistics(), check);
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::StatusOr<Action> ToAction(const v1::Request& request) {
  RequestChecker check;
  std::optional<Action> action = BuildAny(request, check);
  if (!action) return absl::UnimplementedError("no shard answers this request");
  if (!check.ok()) return check.status();
  return *std::move(action);
}

}  // namespace baton::control
