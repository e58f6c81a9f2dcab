#include "bench/load/churn.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "bench/load/room_builder.h"

namespace baton::bench {
namespace {

namespace v1 = control::v1;

constexpr Duration kVisit = std::chrono::seconds(1);
constexpr Duration kFarewell = std::chrono::milliseconds(50);

// 0 if there is nothing to repeat.
Duration IntervalOf(double per_second) {
  return per_second > 0 ? Duration(static_cast<int64_t>(1e9 / per_second)) : Duration(0);
}

}  // namespace

Churn::Churn(const Scenario& scenario, Topology& topology, ControlSession& control,
             PacketJudge& judge, Receiver& receiver)
    : topology_(topology),
      control_(control),
      judge_(judge),
      receiver_(receiver),
      join_interval_(IntervalOf(scenario.joins_per_second)),
      leave_interval_(IntervalOf(scenario.leaves_per_second)) {
  for (uint32_t i = 0; i < topology.rooms.size(); ++i) {
    if (topology.rooms[i].churn) rooms_.push_back(i);
  }
  for (uint32_t i = 0; i < topology.peers.size(); ++i) {
    if (topology.peers[i].role == Role::kVisitor) free_.push_back(i);
  }
}

void Churn::Start(TimePoint start) {
  if (join_interval_ > Duration(0)) next_join_ = start;
  if (leave_interval_ > Duration(0)) next_leave_ = start + kVisit;
}

TimePoint Churn::Run(TimePoint now) {
  if (stopped_) return kNever;
  for (const uint32_t peer : receiver_.TakeReleased()) free_.push_back(peer);
  for (; next_join_ <= now; next_join_ += join_interval_) Join(now);
  for (; next_leave_ <= now; next_leave_ += leave_interval_) BeginLeave(now);
  for (; !leaving_.empty() && leaving_.front().due <= now; leaving_.pop_front()) {
    Leave(leaving_.front().visit);
  }
  return std::min({next_join_, next_leave_, leaving_.empty() ? kNever : leaving_.front().due});
}

void Churn::Join(TimePoint now) {
  if (free_.empty()) {
    ++counts_.errors;
    return;
  }
  const uint64_t number = visits_++;
  Visit visit{.peer = free_.front(),
              .room = rooms_[number % rooms_.size()],
              .endpoint = absl::StrCat("v", number)};
  free_.pop_front();
  judge_.Admit(visit.peer, visit.room, now);
  v1::Request request =
      AddEndpointRequest(topology_, topology_.peers[visit.peer], visit.room, visit.endpoint);
  control_.Send(std::move(request),
                [this, visit](const absl::StatusOr<v1::Reply>& reply) { OnJoined(visit, reply); });
}

void Churn::OnJoined(const Visit& visit, const absl::StatusOr<v1::Reply>& reply) {
  absl::Status status = reply.status();
  if (status.ok()) status = OnEndpointAdded(topology_, visit.peer, reply->endpoint(), receiver_);
  if (status.ok()) {
    ++counts_.joins;
    present_.push_back(visit);
    return;
  }
  ++counts_.errors;
  judge_.BeginLeave(visit.peer);
  judge_.EndLeave(visit.peer, MonotonicNow());
  receiver_.Release(visit.peer);
}

void Churn::BeginLeave(TimePoint now) {
  if (present_.empty()) return;
  judge_.BeginLeave(present_.front().peer);
  leaving_.push_back({std::move(present_.front()), now + kFarewell});
  present_.pop_front();
}

void Churn::Leave(const Visit& visit) {
  v1::Request request;
  request.mutable_remove_endpoint()->set_room(topology_.rooms[visit.room].name);
  request.mutable_remove_endpoint()->set_endpoint(visit.endpoint);
  control_.Send(std::move(request), [this, visit](const absl::StatusOr<v1::Reply>& reply) {
    OnLeft(visit, reply.status());
  });
}

void Churn::OnLeft(const Visit& visit, const absl::Status& status) {
  if (!status.ok()) {
    // It may still be there: its port is not used again.
    ++counts_.errors;
    return;
  }
  ++counts_.leaves;
  judge_.EndLeave(visit.peer, MonotonicNow());
  receiver_.Release(visit.peer);
}

}  // namespace baton::bench
