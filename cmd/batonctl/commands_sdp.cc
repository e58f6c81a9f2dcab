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

absl::Status PrintSdp(Context& context, const SdpArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();

  const SdpKinds kinds = arguments.audio   ? SdpKinds::kAudio
                         : arguments.video ? SdpKinds::kVideo
                                           : SdpKinds::kAll;
  const auto media = CollectSdpMedia(reply->state(), arguments.endpoints, kinds);
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
