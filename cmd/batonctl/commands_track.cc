#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

constexpr uint32_t kMaxPayloadType = 127;

struct RoomArguments {
  std::string room;
};

struct TrackArguments {
  std::string room;
  std::string endpoint;
  std::string track;
};

struct PublishArguments {
  std::string room;
  std::string endpoint;
  std::string track;
  std::string kind;
  v1::Codec codec;
  std::optional<uint32_t> payload_type;
  std::optional<uint32_t> ssrc;
};

absl::Status Publish(Context& context, const PublishArguments& arguments) {
  v1::Request request;
  v1::PublishTrack& publish = *request.mutable_publish_track();
  publish.set_room(arguments.room);
  publish.set_endpoint(arguments.endpoint);
  publish.set_track(arguments.track);
  publish.set_kind(arguments.kind == "audio" ? v1::MEDIA_KIND_AUDIO : v1::MEDIA_KIND_VIDEO);
  *publish.mutable_codec() = arguments.codec;
  publish.set_payload_type(*arguments.payload_type);
  publish.set_ssrc(*arguments.ssrc);
  const auto reply = Ask(context, std::move(request), v1::Reply::kTrack);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->track(), [&] {
    List<v1::Track> one;
    *one.Add() = reply->track();
    return TrackTable(one);
  });
  return absl::OkStatus();
}

absl::Status Unpublish(Context& context, const TrackArguments& arguments) {
  v1::Request request;
  v1::UnpublishTrack& unpublish = *request.mutable_unpublish_track();
  unpublish.set_room(arguments.room);
  unpublish.set_endpoint(arguments.endpoint);
  unpublish.set_track(arguments.track);
  return Do(context, std::move(request),
            absl::StrCat("unpublished track ", arguments.endpoint, "/", arguments.track));
}

absl::Status ListAll(Context& context, const RoomArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  const auto& tracks = reply->state().tracks();
  context.output.ShowList("tracks", tracks, [&] { return TrackTable(tracks); });
  return absl::OkStatus();
}

template <class Arguments>
void AddNames(CLI::App& command, Arguments& arguments) {
  AddArgument(command, "ROOM", arguments.room, "The room");
  AddArgument(command, "ENDPOINT", arguments.endpoint, "The endpoint that sends it");
  AddArgument(command, "TRACK", arguments.track, "The track");
}

void AddPublishCommand(CLI::App& group, Action& action) {
  CLI::App& command = AddCommand(group, "publish", "Say what an endpoint sends",
                                 "batonctl track publish demo alice cam --kind video "
                                 "--codec VP8/90000 --pt 96 --ssrc 0x1234");
  const auto arguments = OnCommand(command, action, &Publish);
  AddNames(command, *arguments);
  command.add_option("--kind", arguments->kind, "audio or video")
      ->check(CLI::IsMember({"audio", "video"}))
      ->required();
  const auto parse_codec = [arguments](const std::string& text) {
    const absl::StatusOr<v1::Codec> codec = ParseCodec(text);
    if (!codec.ok()) throw CLI::ValidationError("--codec", std::string(codec.status().message()));
    arguments->codec = *codec;
  };
  command
      .add_option_function<std::string>("--codec", parse_codec,
                                        "As in SDP: VP8/90000, H264/90000, opus/48000/2")
      ->type_name("CODEC")
      ->required();
  AddNumber(command, "--pt", arguments->payload_type, kMaxPayloadType,
            "The payload type that it sends, 0 to 127")
      ->required();
  AddNumber(command, "--ssrc", arguments->ssrc, std::numeric_limits<uint32_t>::max(),
            "The SSRC that it sends, decimal or 0x")
      ->required();
}

}  // namespace

void AddTrackCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "track", "Tracks: what endpoints send");
  AddPublishCommand(group, action);

  CLI::App& unpublish = AddCommand(group, "unpublish", "Withdraw a track, and with it its legs",
                                   "batonctl track unpublish demo alice cam");
  AddNames(unpublish, *OnCommand(unpublish, action, &Unpublish));

  CLI::App& list = AddCommand(group, "ls", "List a room's tracks", "batonctl track ls demo");
  AddArgument(list, "ROOM", OnCommand(list, action, &ListAll)->room, "The room");
}

}  // namespace baton::cli
