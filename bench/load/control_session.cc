#include "bench/load/control_session.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"

namespace baton::bench {
namespace {

namespace v1 = control::v1;

// Below what a node takes from one session before it stops reading (control/server_options.h).
constexpr size_t kMaxUnderWay = 128;
constexpr Duration kReplyTimeout = std::chrono::seconds(10);
constexpr Duration kStep = std::chrono::milliseconds(50);

}  // namespace

absl::StatusOr<std::unique_ptr<ControlSession>> ControlSession::Connect(
    control::ClientOptions options, const std::atomic<bool>& stop) {
  std::unique_ptr<ControlSession> session(new ControlSession(stop));
  session->client_.emplace(session->io_, std::move(options));
  session->client_->OnClosed([s = session.get()](const absl::Status& why) { s->closed_ = why; });
  std::optional<absl::StatusOr<v1::Welcome>> welcome;
  session->client_->Connect(
      [&welcome](absl::StatusOr<v1::Welcome> result) { welcome = std::move(result); });
  while (!welcome) {
    if (absl::Status status = session->Step(MonotonicNow() + kStep); !status.ok()) return status;
  }
  if (!welcome->ok()) return welcome->status();
  session->welcome_ = **std::move(welcome);
  return session;
}

ControlSession::~ControlSession() = default;

absl::Status ControlSession::Step(TimePoint at_most) {
  if (closed_) return *closed_;
  if (stop_.load(std::memory_order_relaxed) && !cleaning_up_) {
    return absl::CancelledError("stopped by a signal");
  }
  io_.restart();
  const Duration wait = std::clamp(at_most - MonotonicNow(), Duration(0), kStep);
  io_.run_one_for(wait);
  return absl::OkStatus();
}

absl::Status ControlSession::Do(std::vector<v1::Request> requests, const OnReply& on_reply) {
  // Callbacks may come after this function has returned with an error.
  struct Progress {
    size_t done = 0;
    absl::Status failure;
    OnReply on_reply;
  };
  auto progress = std::make_shared<Progress>();
  progress->on_reply = on_reply;
  size_t sent = 0;
  size_t seen = 0;
  TimePoint deadline = MonotonicNow() + kReplyTimeout;
  while (progress->done < requests.size()) {
    for (; sent < requests.size() && sent - progress->done < kMaxUnderWay; ++sent) {
      client_->Call(std::move(requests[sent]),
                    [progress, index = sent](absl::StatusOr<v1::Reply> reply) {
                      ++progress->done;
                      if (!progress->failure.ok()) return;
                      if (!reply.ok()) {
                        progress->failure = reply.status();
                      } else if (progress->on_reply) {
                        progress->on_reply(index, *reply);
                      }
                    });
    }
    absl::Status status = Step(MonotonicNow() + kStep);
    if (status.ok()) status = progress->failure;
    if (progress->done > seen) deadline = MonotonicNow() + kReplyTimeout;
    seen = progress->done;
    if (status.ok() && MonotonicNow() > deadline) {
      status = absl::DeadlineExceededError("the node has not answered for ten seconds");
    }
    if (!status.ok()) {
      progress->on_reply = {};
      return status;
    }
  }
  return progress->failure;
}

absl::StatusOr<v1::Reply> ControlSession::Call(v1::Request request) {
  std::vector<v1::Request> requests;
  requests.push_back(std::move(request));
  v1::Reply result;
  const absl::Status status =
      Do(std::move(requests), [&result](size_t, const v1::Reply& reply) { result = reply; });
  if (!status.ok()) return status;
  return result;
}

void ControlSession::Send(v1::Request request, control::Client::ReplyCallback callback) {
  client_->Call(std::move(request), std::move(callback));
}

absl::Status ControlSession::RunUntil(TimePoint time) {
  do {
    if (absl::Status status = Step(time); !status.ok()) return status;
  } while (MonotonicNow() < time);
  return absl::OkStatus();
}

}  // namespace baton::bench
