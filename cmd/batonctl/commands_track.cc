#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/input/stream_terms.h"
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
  List<v1::Encoding> encodings;
  std::optional<uint32_t> rtx_payload_type;
  std::string mid;
  bool screen = false;
  bool opaque = false;
  std::optional<v1::Feedback> feedback;
};

absl::Status Publish(Context& context, const PublishArguments& arguments) {
  if (arguments.ssrc.has_value() == !arguments.encodings.empty()) {
    return UsageError("say what it sends: --ssrc SSRC, or --encoding for each stream");
  }
  v1::Request request;
  v1::PublishTrack& publish = *request.mutable_publish_track();
  publish.set_room(arguments.room);
  publish.set_endpoint(arguments.endpoint);
  publish.set_track(arguments.track);
  publish.set_kind(arguments.kind == "audio" ? v1::MEDIA_KIND_AUDIO : v1::MEDIA_KIND_VIDEO);
  *publish.mutable_codec() = arguments.codec;
  publish.set_payload_type(*arguments.payload_type);
  publish.set_ssrc(arguments.ssrc.value_or(0));
  *publish.mutable_encodings() = arguments.encodings;
  if (arguments.rtx_payload_type) publish.set_rtx_payload_type(*arguments.rtx_payload_type);
  publish.set_mid(arguments.mid);
  publish.set_source(arguments.screen ? v1::TRACK_SOURCE_SCREEN : v1::TRACK_SOURCE_MAIN);
  publish.set_opaque(arguments.opaque);
  if (arguments.feedback) *publish.mutable_feedback() = *arguments.feedback;
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

absl::Status Show(Context& context, const TrackArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  for (const v1::Track& track : reply->state().tracks()) {
    if (track.endpoint() != arguments.endpoint || track.name() != arguments.track) continue;
    context.output.Show(track, [&] { return TrackView(track); });
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("there is no track ", arguments.endpoint, "/",
                                          arguments.track, " in room ", arguments.room,
                                          ": see batonctl track ls ", arguments.room));
}

template <class Arguments>
void AddNames(CLI::App& command, Arguments& arguments) {
  AddArgument(command, "ROOM", arguments.room, "The room");
  AddArgument(command, "ENDPOINT", arguments.endpoint, "The endpoint that sends it");
  AddArgument(command, "TRACK", arguments.track, "The track");
}

// What SDP says of a track beyond codec and SSRC.
void AddStreamOptions(CLI::App& command, const std::shared_ptr<PublishArguments>& arguments) {
  AddParsedEach(
      command, "--encoding", ParseEncoding,
      [arguments](const v1::Encoding& encoding) { *arguments->encodings.Add() = encoding; },
      "A stream of several, or one with RTX; the lowest quality first. Without an SSRC it is known "
      "by --mid and its RID")
      ->type_name("ssrc=SSRC,rid=RID,rtx=SSRC");
  AddNumber(command, "--rtx-payload-type", arguments->rtx_payload_type, kMaxPayloadType,
            "The payload type of its retransmissions (RFC 4588)");
  command.add_option("--mid", arguments->mid, "What its packets carry as MID")->type_name("MID");
  command.add_flag("--screen", arguments->screen,
                   "Not a microphone or camera: forwarded whoever speaks");
  command.add_flag("--opaque", arguments->opaque,
                   "Never look into the payload: end-to-end encryption");
  AddParsed(
      command, "--feedback", ParseFeedback,
      [arguments](const v1::Feedback& feedback) { arguments->feedback = feedback; },
      "What the sender understands; nack,pli if absent")
      ->type_name("nack,pli,fir|none");
}

void AddPublishCommand(CLI::App& group, Action& action) {
  CLI::App& command = AddCommand(
      group, "publish", "Say what an endpoint sends",
      "batonctl track publish demo alice cam --kind video --codec VP8/90000 --pt 96 "
      "--ssrc 0x1234\n"
      "  batonctl track publish demo alice cam --kind video --codec VP8/90000 --pt 96 \\\n"
      "      --encoding ssrc=1,rtx=2 --encoding ssrc=3,rtx=4 --rtx-payload-type 97");
  const auto arguments = OnCommand(command, action, &Publish);
  AddNames(command, *arguments);
  command.add_option("--kind", arguments->kind, "audio or video")
      ->check(CLI::IsMember({"audio", "video"}))
      ->required();
  AddParsed(
      command, "--codec", ParseCodec, [arguments](const v1::Codec& c) { arguments->codec = c; },
      "As in SDP: VP8/90000, H264/90000, opus/48000/2")
      ->type_name("CODEC")
      ->required();
  AddNumber(command, "--pt", arguments->payload_type, kMaxPayloadType,
            "The payload type that it sends, 0 to 127")
      ->required();
  AddNumber(command, "--ssrc", arguments->ssrc, std::numeric_limits<uint32_t>::max(),
            "The SSRC that it sends, decimal or 0x, where it is one stream");
  AddStreamOptions(command, arguments);
}

}  // namespace

void AddTrackCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "track", "Tracks: what endpoints send");
  AddPublishCommand(group, action);

  CLI::App& unpublish = AddCommand(group, "unpublish", "Withdraw a track, and with it its legs",
                                   "batonctl track unpublish demo alice cam");
  AddNames(unpublish, *OnCommand(unpublish, action, &Unpublish));

  CLI::App& show = AddCommand(group, "show", "All that is known of a track's streams",
                              "batonctl track show demo alice cam");
  AddNames(show, *OnCommand(show, action, &Show));

  CLI::App& list = AddCommand(group, "ls", "List a room's tracks", "batonctl track ls demo");
  AddArgument(list, "ROOM", OnCommand(list, action, &ListAll)->room, "The room");
}

}  // namespace baton::cli
