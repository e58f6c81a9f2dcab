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

struct LegArguments {
  std::string room;
  std::string subscriber;
  TrackReference track;
  std::optional<uint32_t> ssrc;
  std::optional<uint32_t> payload_type;
};

struct ListArguments {
  std::string room;
  std::string subscriber;
};

v1::LegName NameOf(const LegArguments& arguments) {
  v1::LegName name;
  name.set_room(arguments.room);
  name.set_subscriber(arguments.subscriber);
  name.set_publisher(arguments.track.publisher);
  name.set_track(arguments.track.track);
  return name;
}

absl::Status AskLeg(Context& context, v1::Request request) {
  const auto reply = Ask(context, std::move(request), v1::Reply::kLeg);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->leg(), [&] {
    List<v1::Leg> one;
    *one.Add() = reply->leg();
    return LegTable(one);
  });
  return absl::OkStatus();
}

absl::Status Add(Context& context, const LegArguments& arguments) {
  v1::Request request;
  v1::AddLeg& add = *request.mutable_add_leg();
  *add.mutable_leg() = NameOf(arguments);
  if (arguments.ssrc) add.set_ssrc(*arguments.ssrc);
  if (arguments.payload_type) add.set_payload_type(*arguments.payload_type);
  return AskLeg(context, std::move(request));
}

absl::Status Pause(Context& context, const LegArguments& arguments) {
  v1::Request request;
  *request.mutable_pause_leg()->mutable_leg() = NameOf(arguments);
  return AskLeg(context, std::move(request));
}

absl::Status Resume(Context& context, const LegArguments& arguments) {
  v1::Request request;
  *request.mutable_resume_leg()->mutable_leg() = NameOf(arguments);
  return AskLeg(context, std::move(request));
}

absl::Status Remove(Context& context, const LegArguments& arguments) {
  v1::Request request;
  *request.mutable_remove_leg()->mutable_leg() = NameOf(arguments);
  return Do(context, std::move(request),
            absl::StrCat("removed leg ", arguments.subscriber, " <- ", arguments.track.publisher,
                         "/", arguments.track.track));
}

absl::Status ListSome(Context& context, const ListArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  List<v1::Leg> legs;
  for (const v1::Leg& leg : reply->state().legs()) {
    if (arguments.subscriber.empty() || leg.name().subscriber() == arguments.subscriber) {
      *legs.Add() = leg;
    }
  }
  context.output.ShowList("legs", legs, [&] { return LegTable(legs); });
  return absl::OkStatus();
}

std::shared_ptr<LegArguments> AddNames(CLI::App& command, std::shared_ptr<LegArguments> arguments) {
  AddArgument(command, "ROOM", arguments->room, "The room");
  AddArgument(command, "SUBSCRIBER", arguments->subscriber, "The endpoint that receives");
  const auto parse = [arguments](const std::string& text) {
    const absl::StatusOr<TrackReference> track = ParseTrackReference(text);
    if (!track.ok()) {
      throw CLI::ValidationError("PUBLISHER/TRACK", std::string(track.status().message()));
    }
    arguments->track = *track;
  };
  command.add_option_function<std::string>("TRACK", parse, "What it receives: PUBLISHER/TRACK")
      ->required();
  return arguments;
}

void AddLegCommand(CLI::App& group, Action& action, const std::string& name,
                   const std::string& description,
                   absl::Status (*run)(Context&, const LegArguments&)) {
  CLI::App& command =
      AddCommand(group, name, description, "batonctl leg " + name + " demo bob alice/cam");
  AddNames(command, OnCommand(command, action, run));
}

}  // namespace

void AddLegCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "leg", "Legs: who receives what");

  CLI::App& add = AddCommand(group, "add", "Let an endpoint receive a track",
                             "batonctl leg add demo bob alice/cam --ssrc 0x5678 --pt 97");
  const auto arguments = AddNames(add, OnCommand(add, action, &Add));
  AddNumber(add, "--ssrc", arguments->ssrc, std::numeric_limits<uint32_t>::max(),
            "The SSRC that it receives; the node chooses one if absent");
  AddNumber(add, "--pt", arguments->payload_type, kMaxPayloadType,
            "The payload type that it receives; the track's, or a free one, if absent");

  AddLegCommand(group, action, "pause", "Stop sending on a leg and keep it", &Pause);
  AddLegCommand(group, action, "resume", "Send on a paused leg again", &Resume);
  AddLegCommand(group, action, "rm", "Remove a leg", &Remove);

  CLI::App& list = AddCommand(group, "ls", "List a room's legs, or those of one subscriber",
                              "batonctl leg ls demo bob");
  const auto list_arguments = OnCommand(list, action, &ListSome);
  AddArgument(list, "ROOM", list_arguments->room, "The room");
  list.add_option("SUBSCRIBER", list_arguments->subscriber, "Only what this endpoint receives");
}

}  // namespace baton::cli
