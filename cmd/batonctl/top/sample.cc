#include "cmd/batonctl/top/sample.h"

#include <utility>
#include <vector>

namespace baton::cli::top {
namespace {

namespace v1 = control::v1;

absl::StatusOr<std::vector<std::string>> RoomNames(Context& context) {
  v1::Request request;
  request.mutable_list_rooms();
  const auto reply = Ask(context, std::move(request), v1::Reply::kRooms);
  if (!reply.ok()) return reply.status();
  std::vector<std::string> names;
  for (const v1::Room& room : reply->rooms().rooms()) names.push_back(room.name());
  return names;
}

}  // namespace

absl::StatusOr<Sample> TakeSample(Context& context, const std::string& room) {
  std::vector<std::string> names = {room};
  if (room.empty()) {
    absl::StatusOr<std::vector<std::string>> all = RoomNames(context);
    if (!all.ok()) return all.status();
    names = *std::move(all);
  }
  Sample sample;
  for (const std::string& name : names) {
    v1::Request request;
    request.mutable_get_room_statistics()->set_room(name);
    auto reply = Ask(context, std::move(request), v1::Reply::kRoomStatistics);
    if (room.empty() && absl::IsNotFound(reply.status())) continue;
    if (!reply.ok()) return reply.status();
    sample[name] = std::move(*reply->mutable_room_statistics());
  }
  return sample;
}

}  // namespace baton::cli::top
