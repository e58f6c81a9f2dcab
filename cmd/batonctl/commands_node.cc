#include <utility>

#include "cmd/batonctl/commands.h"
#include "cmd/batonctl/output/node_views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

struct NoArguments {};

absl::Status Status(Context& context, const NoArguments&) {
  v1::Request request;
  request.mutable_get_node_status();
  const auto reply = Ask(context, std::move(request), v1::Reply::kNodeStatus);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->node_status(), [&] { return NodeStatusView(reply->node_status()); });
  return absl::OkStatus();
}

absl::Status Statistics(Context& context, const NoArguments&) {
  v1::Request request;
  request.mutable_get_node_statistics();
  const auto reply = Ask(context, std::move(request), v1::Reply::kNodeStatistics);
  if (!reply.ok()) return reply.status();
  context.output.Show(reply->node_statistics(),
                      [&] { return NodeStatisticsView(reply->node_statistics()); });
  return absl::OkStatus();
}

}  // namespace

void AddNodeCommands(CLI::App& parent, Action& action) {
  CLI::App& node = AddGroup(parent, "node", "The node itself");
  OnCommand(AddCommand(node, "status", "What it is and how much it holds", "batonctl node status"),
            action, &Status);
  OnCommand(AddCommand(node, "stats", "What it has counted since it started",
                       "batonctl node stats -o json"),
            action, &Statistics);
}

}  // namespace baton::cli
