#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/output/sdp.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

struct SdpArguments {
  std::string room;
  std::vector<std::string> endpoints;
  bool audio = false;
  bool video = false;
};

// The room, with all that there is to know of the endpoints that are named.
absl::StatusOr<v1::State> AskRoom(Context& context, const SdpArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  v1::State room = std::move(*reply->mutable_state());
  for (v1::Endpoint& endpoint : *room.mutable_endpoints()) {
    const auto& names = arguments.endpoints;
    if (std::find(names.begin(), names.end(), endpoint.name()) == names.end()) continue;
    v1::Request details;
    details.mutable_show_endpoint()->set_room(arguments.room);
    details.mutable_show_endpoint()->set_endpoint(endpoint.name());
    auto shown = Ask(context, std::move(details), v1::Reply::kEndpoint);
    if (!shown.ok()) return shown.status();
    endpoint = std::move(*shown->mutable_endpoint());
  }
  return room;
}

absl::Status PrintSdp(Context& context, const SdpArguments& arguments) {
  const absl::StatusOr<v1::State> room = AskRoom(context, arguments);
  if (!room.ok()) return room.status();
  const SdpKinds kinds = arguments.audio   ? SdpKinds::kAudio
                         : arguments.video ? SdpKinds::kVideo
                                           : SdpKinds::kAll;
  const auto media = CollectSdpMedia(*room, arguments.endpoints, kinds);
  if (!media.ok()) return media.status();
  for (const std::string& warning : SdpWarnings(*media)) {
    context.output.Note("warning: " + warning);
  }
  const std::string session =
      absl::StrCat(arguments.room, " for ", absl::StrJoin(arguments.endpoints, ", "));
  context.output.ShowText("sdp", FormatSdp(session, *media));
  return absl::OkStatus();
}

}  // namespace

void AddSdpCommand(CLI::App& endpoint, Action& action) {
  CLI::App& command =
      AddCommand(endpoint, "sdp", "An SDP file of what plain endpoints receive, for players",
                 "batonctl endpoint sdp demo bob-video bob-audio >bob.sdp\n"
                 "  ffplay -protocol_whitelist file,udp,rtp -i bob.sdp\n\n"
                 "Players open one port for each medium: give a viewer two endpoints, one for its\n"
                 "video and one for its audio, and name both.");
  const auto arguments = OnCommand(command, action, &PrintSdp);
  AddArgument(command, "ROOM", arguments->room, "The room");
  command.add_option("NAME", arguments->endpoints, "The endpoints that one player stands behind")
      ->required();
  CLI::Option* audio = command.add_flag("--audio", arguments->audio, "Audio only");
  command.add_flag("--video", arguments->video, "Video only")->excludes(audio);
}

}  // namespace baton::cli
