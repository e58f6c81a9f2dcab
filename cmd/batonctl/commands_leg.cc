#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/input/stream_terms.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

constexpr uint32_t kMaxPayloadType = 127;

struct LegNames {
  std::string room;
  std::string subscriber;
  TrackReference track;
};

struct AddArguments : LegNames {
  std::optional<uint32_t> ssrc;
  std::optional<uint32_t> payload_type;
  std::optional<uint32_t> rtx_payload_type;
  std::optional<uint32_t> rtx_ssrc;
  std::string mid;
};

struct LayerArguments : LegNames {
  std::optional<uint32_t> spatial;
  std::optional<uint32_t> temporal;
};

struct SwitchArguments : LegNames {
  TrackReference to;
};

struct ListArguments {
  std::string room;
  std::string subscriber;
};

v1::LegName NameOf(const LegNames& arguments) {
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

absl::Status Add(Context& context, const AddArguments& arguments) {
  v1::Request request;
  v1::AddLeg& add = *request.mutable_add_leg();
  *add.mutable_leg() = NameOf(arguments);
  if (arguments.ssrc) add.set_ssrc(*arguments.ssrc);
  if (arguments.payload_type) add.set_payload_type(*arguments.payload_type);
  if (arguments.rtx_payload_type) add.set_rtx_payload_type(*arguments.rtx_payload_type);
  if (arguments.rtx_ssrc) add.set_rtx_ssrc(*arguments.rtx_ssrc);
  add.set_mid(arguments.mid);
  return AskLeg(context, std::move(request));
}

absl::Status Pause(Context& context, const LegNames& arguments) {
  v1::Request request;
  *request.mutable_pause_leg()->mutable_leg() = NameOf(arguments);
  return AskLeg(context, std::move(request));
}

absl::Status Resume(Context& context, const LegNames& arguments) {
  v1::Request request;
  *request.mutable_resume_leg()->mutable_leg() = NameOf(arguments);
  return AskLeg(context, std::move(request));
}

absl::Status Remove(Context& context, const LegNames& arguments) {
  v1::Request request;
  *request.mutable_remove_leg()->mutable_leg() = NameOf(arguments);
  return Do(context, std::move(request),
            absl::StrCat("removed leg ", arguments.subscriber, " <- ", arguments.track.publisher,
                         "/", arguments.track.track));
}

absl::Status SetLayer(Context& context, const LayerArguments& arguments) {
  v1::Request request;
  v1::SetLegLayer& set = *request.mutable_set_leg_layer();
  *set.mutable_leg() = NameOf(arguments);
  if (arguments.spatial) set.mutable_layer()->set_spatial(*arguments.spatial);
  if (arguments.temporal) set.mutable_layer()->set_temporal(*arguments.temporal);
  return AskLeg(context, std::move(request));
}

absl::Status Switch(Context& context, const SwitchArguments& arguments) {
  v1::Request request;
  v1::SwitchLeg& change = *request.mutable_switch_leg();
  *change.mutable_leg() = NameOf(arguments);
  change.set_to_publisher(arguments.to.publisher);
  change.set_to_track(arguments.to.track);
  return AskLeg(context, std::move(request));
}

absl::Status Show(Context& context, const LegNames& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  for (const v1::Leg& leg : reply->state().legs()) {
    const bool wanted = leg.name().subscriber() == arguments.subscriber &&
                        leg.name().publisher() == arguments.track.publisher &&
                        leg.name().track() == arguments.track.track;
    if (!wanted) continue;
    context.output.Show(leg, [&] { return LegView(leg); });
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat(arguments.subscriber, " has no leg for ",
                                          arguments.track.publisher, "/", arguments.track.track,
                                          ": see batonctl leg ls ", arguments.room));
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

CLI::Option* AddTrack(CLI::App& command, const std::string& name, TrackReference& track,
                      const std::string& description) {
  return AddParsed(
             command, name, ParseTrackReference,
             [&track](TrackReference reference) { track = std::move(reference); }, description)
      ->type_name("PUBLISHER/TRACK")
      ->required();
}

// The names' storage, which the caller adds options for.
template <class Arguments>
std::shared_ptr<Arguments> AddNames(CLI::App& command, std::shared_ptr<Arguments> arguments) {
  AddArgument(command, "ROOM", arguments->room, "The room");
  AddArgument(command, "SUBSCRIBER", arguments->subscriber, "The endpoint that receives");
  AddTrack(command, "TRACK", arguments->track, "What it receives");
  return arguments;
}

void AddLegCommand(CLI::App& group, Action& action, const std::string& name,
                   const std::string& description, absl::Status (*run)(Context&, const LegNames&)) {
  CLI::App& command =
      AddCommand(group, name, description, "batonctl leg " + name + " demo bob alice/cam");
  AddNames(command, OnCommand(command, action, run));
}

void AddAddCommand(CLI::App& group, Action& action) {
  constexpr uint32_t kMaxSsrc = std::numeric_limits<uint32_t>::max();
  CLI::App& command = AddCommand(group, "add", "Let an endpoint receive a track",
                                 "batonctl leg add demo bob alice/cam --ssrc 0x5678 --pt 97");
  const auto arguments = AddNames(command, OnCommand(command, action, &Add));
  AddNumber(command, "--ssrc", arguments->ssrc, kMaxSsrc,
            "The SSRC that it receives; the node chooses one if absent");
  AddNumber(command, "--pt", arguments->payload_type, kMaxPayloadType,
            "The payload type that it receives; the track's, or a free one, if absent");
  CLI::Option* rtx =
      AddNumber(command, "--rtx-payload-type", arguments->rtx_payload_type, kMaxPayloadType,
                "Send lost packets again as RTX (RFC 4588), with this payload type; if absent, as "
                "endpoint add --rtx says");
  AddNumber(command, "--rtx-ssrc", arguments->rtx_ssrc, kMaxSsrc,
            "The SSRC of that; the node chooses one if absent")
      ->needs(rtx);
  command.add_option("--mid", arguments->mid, "What its packets carry as MID")->type_name("MID");
}

void AddLayerCommand(CLI::App& group, Action& action) {
  CLI::App& command =
      AddCommand(group, "layer", "Say which quality of a track an endpoint is to get at most",
                 "batonctl leg layer demo bob alice/cam --spatial 0 --temporal highest\n\n"
                 "The switch happens at the next key frame, which the publisher is asked for.");
  const auto arguments = AddNames(command, OnCommand(command, action, &SetLayer));
  const auto add = [&command](const char* name, std::optional<uint32_t>& index,
                              const char* description) {
    AddParsed(
        command, name, ParseLayerIndex, [&index](std::optional<uint32_t> value) { index = value; },
        description)
        ->type_name("0..7|highest");
  };
  add("--spatial", arguments->spatial,
      "Which encoding, or spatial layer, from 0; the highest if absent");
  add("--temporal", arguments->temporal, "Which temporal layer, from 0; the highest if absent");
}

void AddSwitchCommand(CLI::App& group, Action& action) {
  CLI::App& command =
      AddCommand(group, "switch", "Show another track on a leg, as if it were the same",
                 "batonctl leg switch demo bob alice/cam carol/cam\n\n"
                 "The other track has the same kind and codec. The leg is its from then on.");
  const auto arguments = AddNames(command, OnCommand(command, action, &Switch));
  AddTrack(command, "TO", arguments->to, "What it is to receive");
}

}  // namespace

void AddLegCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "leg", "Legs: who receives what");

  AddAddCommand(group, action);
  AddLegCommand(group, action, "pause", "Stop sending on a leg and keep it", &Pause);
  AddLegCommand(group, action, "resume", "Send on a paused leg again", &Resume);
  AddLayerCommand(group, action);
  AddSwitchCommand(group, action);
  AddLegCommand(group, action, "show", "All that is known of a leg", &Show);
  AddLegCommand(group, action, "rm", "Remove a leg", &Remove);

  CLI::App& list = AddCommand(group, "ls", "List a room's legs, or those of one subscriber",
                              "batonctl leg ls demo bob");
  const auto list_arguments = OnCommand(list, action, &ListSome);
  AddArgument(list, "ROOM", list_arguments->room, "The room");
  list.add_option("SUBSCRIBER", list_arguments->subscriber, "Only what this endpoint receives");
}

}  // namespace baton::cli
