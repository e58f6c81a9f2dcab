#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/events.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

struct EventsArguments {
  bool follow = false;
  std::string since;
};

// Where to begin: absent stands for a snapshot of now.
absl::StatusOr<std::optional<v1::Position>> StartOf(const EventsArguments& arguments,
                                                    uint64_t epoch) {
  if (arguments.since.empty()) {
    if (arguments.follow) return std::nullopt;
    v1::Position oldest;
    oldest.set_epoch(epoch);
    return oldest;
  }
  absl::StatusOr<v1::Position> since = ParsePosition(arguments.since, epoch);
  if (!since.ok()) return UsageError(absl::StrCat("--since: ", since.status().message()));
  return *std::move(since);
}

// The last event that there is now; those up to it can be waited for.
absl::StatusOr<uint64_t> PresentRevision(Context& context) {
  v1::Request request;
  request.mutable_get_node_status();
  const auto reply = Ask(context, std::move(request), v1::Reply::kNodeStatus);
  if (!reply.ok()) return reply.status();
  return reply->node_status().revision();
}

absl::StatusOr<v1::WatchStarted> StartWatch(Context& context,
                                            const std::optional<v1::Position>& start) {
  v1::Request request;
  v1::Watch& watch = *request.mutable_watch();
  if (start) *watch.mutable_resume_after() = *start;
  const auto reply = Ask(context, std::move(request), v1::Reply::kWatchStarted);
  if (!reply.ok()) return reply.status();
  return reply->watch_started();
}

void ExplainStart(Context& context, v1::WatchStarted::Start start) {
  switch (start) {
    case v1::WatchStarted::START_TOO_OLD:
      context.output.Note("the node no longer has all events since then: here is what is now");
      return;
    case v1::WatchStarted::START_OTHER_EPOCH:
      context.output.Note("the node has been restarted since then: here is what is now");
      return;
    case v1::WatchStarted::START_UNKNOWN_POSITION:
      context.output.Note("the node has not come to that revision yet: here is what is now");
      return;
    default:
      return;
  }
}

// Prints what a watch brings and keeps count of where it is.
class EventPrinter {
 public:
  explicit EventPrinter(Output& output) : output_(output) {}

  void Print(const v1::WatchMessage& message) {
    if (message.has_snapshot()) AddPart(message.snapshot());
    for (const v1::Event& event : message.events().events()) {
      output_.Show(event, [&] { return EventLine(event); });
      revision_ = event.revision();
    }
  }

  // All up to here is printed.
  void SkipTo(uint64_t revision) { revision_ = revision; }
  uint64_t revision() const { return revision_; }

 private:
  void AddPart(const v1::Snapshot& part) {
    whole_.mutable_snapshot()->MergeFrom(part);
    if (!part.last()) return;
    const v1::Snapshot& snapshot = whole_.snapshot();
    output_.Show(whole_, [&] { return SnapshotLine(snapshot.position(), snapshot.state()); });
    revision_ = snapshot.position().revision();
    whole_.Clear();
  }

  Output& output_;
  v1::WatchMessage whole_;  // the snapshot so far
  uint64_t revision_ = 0;
};

absl::Status PrintEvents(Context& context, const EventsArguments& arguments) {
  const auto welcome = context.node.Greet();
  if (!welcome.ok()) return welcome.status();
  const auto start = StartOf(arguments, welcome->epoch());
  if (!start.ok()) return start.status();
  const auto present = PresentRevision(context);
  if (!present.ok()) return present.status();
  const auto started = StartWatch(context, *start);
  if (!started.ok()) return started.status();
  ExplainStart(context, started->start());

  EventPrinter printer(context.output);
  bool behind = true;
  if (started->start() == v1::WatchStarted::START_RESUMED) {
    printer.SkipTo(started->position().revision());
    behind = printer.revision() < *present;
  }
  const Node::Patience patience =
      arguments.follow ? Node::Patience::kForever : Node::Patience::kTimeout;
  while (arguments.follow || behind) {
    const auto message = context.node.NextWatchMessage(patience);
    if (!message.ok()) return message.status();
    printer.Print(*message);
    behind = printer.revision() < *present;
  }
  return absl::OkStatus();
}

}  // namespace

void AddEventsCommand(CLI::App& parent, Action& action) {
  CLI::App& command = AddCommand(
      parent, "events", "What happened on the node; with -f, what happens from now on",
      "batonctl events -f\n"
      "  batonctl events --since 42\n\n"
      "Without options: the events that the node still has. With -f: its state now, then events\n"
      "until Ctrl-C or the end of the connection.");
  const auto arguments = OnCommand(command, action, &PrintEvents);
  command.add_flag("-f,--follow", arguments->follow, "Stay, and print events as they happen");
  command
      .add_option("--since", arguments->since,
                  "Begin after this revision; with its epoch, a restart of the node is noticed")
      ->type_name("[EPOCH:]REV");
}

}  // namespace baton::cli
