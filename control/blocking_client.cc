#include "control/blocking_client.h"

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

namespace baton::control {

struct BlockingClient::State {
  boost::asio::io_context io;
  std::optional<Client> client;
  v1::Welcome welcome;
  std::deque<v1::WatchMessage> watch;
  std::optional<absl::Status> closed;

  // Runs what is to be run until `done()` or until the time is over; says whether `done()`.
  template <class Predicate>
  bool RunUntil(Duration timeout, Predicate done) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    io.restart();
    while (!done()) {
      if (io.run_one_until(end) == 0) return done();
    }
    return true;
  }
};

BlockingClient::BlockingClient(std::unique_ptr<State> state) : state_(std::move(state)) {}

BlockingClient::~BlockingClient() = default;

absl::StatusOr<std::unique_ptr<BlockingClient>> BlockingClient::Connect(ClientOptions options) {
  const Duration timeout = options.connect_timeout;
  auto state = std::make_unique<State>();
  state->client.emplace(state->io, std::move(options));
  state->client->OnClosed([s = state.get()](const absl::Status& why) { s->closed = why; });
  state->client->OnWatch(
      [s = state.get()](const v1::WatchMessage& message) { s->watch.push_back(message); });
  std::optional<absl::StatusOr<v1::Welcome>> welcome;
  state->client->Connect(
      [&welcome](absl::StatusOr<v1::Welcome> result) { welcome = std::move(result); });
  // The client's own timeout answers; the second more is for its callback.
  state->RunUntil(timeout + std::chrono::seconds(1), [&] { return welcome.has_value(); });
  if (!welcome) return absl::UnavailableError("the connection was not made in time");
  if (!welcome->ok()) return welcome->status();
  state->welcome = **std::move(welcome);
  return std::unique_ptr<BlockingClient>(new BlockingClient(std::move(state)));
}

const v1::Welcome& BlockingClient::welcome() const { return state_->welcome; }

absl::StatusOr<v1::Reply> BlockingClient::Call(v1::Request request, Duration timeout) {
  // Held by the callback too: a reply that comes after the deadline finds a place.
  auto result = std::make_shared<std::optional<absl::StatusOr<v1::Reply>>>();
  state_->client->Call(std::move(request),
                       [result](absl::StatusOr<v1::Reply> reply) { *result = std::move(reply); });
  if (!state_->RunUntil(timeout, [&] { return result->has_value(); })) {
    return absl::DeadlineExceededError("the node has not answered in time");
  }
  return std::move(**result);
}

absl::StatusOr<v1::WatchMessage> BlockingClient::NextWatchMessage(Duration timeout) {
  const bool ready = state_->RunUntil(
      timeout, [&] { return !state_->watch.empty() || state_->closed.has_value(); });
  if (!ready) return absl::DeadlineExceededError("nothing has happened in this time");
  if (state_->watch.empty()) return *state_->closed;
  v1::WatchMessage message = std::move(state_->watch.front());
  state_->watch.pop_front();
  return message;
}

}  // namespace baton::control
