#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/output/recording_views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

struct NoArguments {};

struct StartArguments {
  std::string room;
  std::vector<std::string> tracks;
  std::string kind;
  std::string name;
  std::string per = "participant";
  bool raw = false;
};

struct StopArguments {
  std::string recording;
  bool wait = false;
};

struct RecordingArguments {
  std::string recording;
};

v1::RecordingLayout LayoutOf(const StartArguments& arguments) {
  if (arguments.raw) return v1::RECORDING_LAYOUT_RAW;
  return arguments.per == "track" ? v1::RECORDING_LAYOUT_TRACK : v1::RECORDING_LAYOUT_PARTICIPANT;
}

v1::MediaKind KindOf(const StartArguments& arguments) {
  if (arguments.kind.empty()) return v1::MEDIA_KIND_UNSPECIFIED;
  return arguments.kind == "audio" ? v1::MEDIA_KIND_AUDIO : v1::MEDIA_KIND_VIDEO;
}

void ShowOne(Context& context, const v1::Recording& recording) {
  context.output.Show(recording, [&] { return RecordingView(recording); });
}

absl::Status Start(Context& context, const StartArguments& arguments) {
  v1::Request request;
  v1::StartRecording& start = *request.mutable_start_recording();
  start.set_room(arguments.room);
  start.set_name(arguments.name);
  start.set_layout(LayoutOf(arguments));
  for (const std::string& pattern : arguments.tracks) start.mutable_tracks()->add_patterns(pattern);
  start.mutable_tracks()->set_kind(KindOf(arguments));
  const auto reply = Ask(context, std::move(request), v1::Reply::kRecording);
  if (!reply.ok()) return reply.status();
  ShowOne(context, reply->recording());
  return absl::OkStatus();
}

absl::StatusOr<v1::Recording> Find(Context& context, const std::string& name) {
  v1::Request request;
  request.mutable_show_recording()->set_recording(name);
  const auto reply = Ask(context, std::move(request), v1::Reply::kRecording);
  if (!reply.ok()) return reply.status();
  return reply->recording();
}

bool IsOver(const v1::Recording& recording) {
  return recording.state() == v1::RECORDING_STATE_ENDED ||
         recording.state() == v1::RECORDING_STATE_FAILED;
}

bool EndsIn(const v1::WatchMessage& message, const std::string& name) {
  for (const v1::Event& event : message.events().events()) {
    if (event.recording_ended().recording().name() == name) return true;
  }
  return false;
}

// Until the recording has ended. The watch begins before the recording is looked at, so its end is
// in one of the two.
absl::StatusOr<v1::Recording> WaitForEnd(Context& context, const std::string& name) {
  v1::Request watch;
  watch.mutable_watch();
  if (const auto started = Ask(context, std::move(watch), v1::Reply::kWatchStarted);
      !started.ok()) {
    return started.status();
  }
  absl::StatusOr<v1::Recording> recording = Find(context, name);
  while (recording.ok() && !IsOver(*recording)) {
    const auto message = context.node.NextWatchMessage(Node::Patience::kForever);
    if (!message.ok()) return message.status();
    if (EndsIn(*message, name)) recording = Find(context, name);
  }
  return recording;
}

absl::Status Stop(Context& context, const StopArguments& arguments) {
  v1::Request request;
  request.mutable_stop_recording()->set_recording(arguments.recording);
  const auto reply = Ask(context, std::move(request), v1::Reply::kRecording);
  if (!reply.ok()) return reply.status();
  if (!arguments.wait) {
    ShowOne(context, reply->recording());
    return absl::OkStatus();
  }
  const auto ended = WaitForEnd(context, arguments.recording);
  if (!ended.ok()) return ended.status();
  ShowOne(context, *ended);
  return absl::OkStatus();
}

absl::Status ListAll(Context& context, const NoArguments&) {
  v1::Request request;
  request.mutable_list_recordings();
  const auto reply = Ask(context, std::move(request), v1::Reply::kRecordings);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->recordings(),
                      [&] { return RecordingTable(reply->recordings().recordings()); });
  return absl::OkStatus();
}

absl::Status Show(Context& context, const RecordingArguments& arguments) {
  const auto recording = Find(context, arguments.recording);
  if (!recording.ok()) return recording.status();
  ShowOne(context, *recording);
  return absl::OkStatus();
}

void AddStart(CLI::App& group, Action& action) {
  CLI::App& start = AddCommand(
      group, "start", "Record a room, or find the recording as asked for",
      "batonctl record start demo\n"
      "  batonctl record start demo --tracks alice --tracks '*/screen' --name '{room}-{date}'\n\n"
      "Files are beneath record.directory of the node. What is published later is recorded too.");
  const auto arguments = OnCommand(start, action, &Start);
  AddArgument(start, "ROOM", arguments->room, "The room");
  start
      .add_option("--tracks", arguments->tracks,
                  "Only these: PUBLISHER or PUBLISHER/TRACK, with * and ?; can be given often")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  start.add_option("--kind", arguments->kind, "Only audio, or only video")
      ->check(CLI::IsMember({"audio", "video"}));
  start
      .add_option("--name", arguments->name,
                  "What its directory is called, with {room}, {date}, {time} and {id}")
      ->type_name("PATTERN");
  CLI::Option* per = start
                         .add_option("--per", arguments->per,
                                     "A file for each participant (microphone and camera in one), "
                                     "or for each track")
                         ->check(CLI::IsMember({"participant", "track"}))
                         ->capture_default_str();
  start.add_flag("--raw", arguments->raw, "Packets as they come (rtpdump), a file for each track")
      ->excludes(per);
}

}  // namespace

void AddRecordCommands(CLI::App& parent, Action& action) {
  CLI::App& group = AddGroup(parent, "record", "Recordings of rooms");
  AddStart(group, action);

  CLI::App& stop = AddCommand(group, "stop", "End a recording, and finish its files",
                              "batonctl record stop demo-20261123T221500Z --wait");
  const auto stop_arguments = OnCommand(stop, action, &Stop);
  AddArgument(stop, "NAME", stop_arguments->recording, "The recording: what start has answered");
  stop.add_flag("--wait", stop_arguments->wait, "Until its files are finished");

  OnCommand(AddCommand(group, "ls", "List the recordings that run, and the last ones that ended",
                       "batonctl record ls"),
            action, &ListAll);
  CLI::App& show = AddCommand(group, "show", "A recording with its files and all its troubles",
                              "batonctl record show demo-20261123T221500Z");
  const auto show_arguments = OnCommand(show, action, &Show);
  AddArgument(show, "NAME", show_arguments->recording, "The recording");
}

}  // namespace baton::cli
