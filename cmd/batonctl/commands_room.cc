#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/output/statistics_view.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

struct NoArguments {};

struct CreateArguments {
  std::string room;
  std::string subscribe = "all";
  std::optional<uint32_t> loudest_audio;
  std::optional<uint32_t> latest_video;
};

struct RoomArguments {
  std::string room;
};

absl::Status Create(Context& context, const CreateArguments& arguments) {
  v1::Request request;
  v1::CreateRoom& create = *request.mutable_create_room();
  create.set_room(arguments.room);
  create.set_subscribe_mode(arguments.subscribe == "manual" ? v1::SUBSCRIBE_MODE_MANUAL
                                                            : v1::SUBSCRIBE_MODE_ALL);
  create.set_loudest_audio(arguments.loudest_audio.value_or(0));
  create.set_latest_video(arguments.latest_video.value_or(0));
  const auto reply = Ask(context, std::move(request), v1::Reply::kRoom);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->room(), [&] {
    List<v1::Room> one;
    *one.Add() = reply->room();
    return RoomTable(one);
  });
  return absl::OkStatus();
}

absl::Status ListAll(Context& context, const NoArguments&) {
  v1::Request request;
  request.mutable_list_rooms();
  const auto reply = Ask(context, std::move(request), v1::Reply::kRooms);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->rooms(), [&] { return RoomTable(reply->rooms().rooms()); });
  return absl::OkStatus();
}

absl::Status Show(Context& context, const RoomArguments& arguments) {
  v1::Request request;
  request.mutable_show_room()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kState);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->state(), [&] { return RoomView(reply->state()); });
  return absl::OkStatus();
}

absl::Status Statistics(Context& context, const RoomArguments& arguments) {
  v1::Request request;
  request.mutable_get_room_statistics()->set_room(arguments.room);
  const auto reply = Ask(context, std::move(request), v1::Reply::kRoomStatistics);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->room_statistics(),
                      [&] { return RoomStatisticsView(reply->room_statistics()); });
  return absl::OkStatus();
}

absl::Status Close(Context& context, const RoomArguments& arguments) {
  v1::Request request;
  request.mutable_close_room()->set_room(arguments.room);
  return Do(context, std::move(request), absl::StrCat("closed room ", arguments.room));
}

void AddRoomCommand(CLI::App& group, Action& action, const std::string& name,
                    const std::string& description,
                    absl::Status (*run)(Context&, const RoomArguments&)) {
  CLI::App& command = AddCommand(group, name, description, "batonctl room " + name + " demo");
  const auto arguments = OnCommand(command, action, run);
  AddArgument(command, "NAME", arguments->room, "The room");
}

}  // namespace

void AddRoomCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "room", "Rooms: conferences");

  CLI::App& create = AddCommand(group, "create", "Make a room, or find it as asked for",
                                "batonctl room create demo --subscribe manual");
  const auto arguments = OnCommand(create, action, &Create);
  AddArgument(create, "NAME", arguments->room,
              "The room: 1 to 64 letters, digits and . _ - @ : + = ~");
  create
      .add_option("--subscribe", arguments->subscribe,
                  "all: everybody receives everybody; manual: as leg add says")
      ->check(CLI::IsMember({"all", "manual"}))
      ->capture_default_str();
  constexpr uint32_t kMax = std::numeric_limits<uint32_t>::max();
  AddNumber(create, "--loudest-audio", arguments->loudest_audio, kMax,
            "Forward so many audio tracks, the loudest; 0, the default: all");
  AddNumber(create, "--latest-video", arguments->latest_video, kMax,
            "Forward the video of so many endpoints, which spoke last; 0, the default: of all");

  OnCommand(AddCommand(group, "ls", "List all rooms", "batonctl room ls"), action, &ListAll);
  AddRoomCommand(group, action, "show", "A room with its endpoints, tracks and legs", &Show);
  AddRoomCommand(group, action, "stats", "What a room's tracks and legs have counted", &Statistics);
  AddRoomCommand(group, action, "close", "End a room and all that is in it", &Close);
}

}  // namespace baton::cli
