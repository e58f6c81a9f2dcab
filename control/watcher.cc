#include "control/watcher.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <utility>

namespace baton::control {

namespace asio = boost::asio;

// Handlers of the timer and of posted work hold it; those of `client_` do not need to, for it is
// the client's owner.
class Watcher::Impl : public std::enable_shared_from_this<Watcher::Impl> {
 public:
  Impl(asio::io_context& io, ClientOptions options, WatchHandler handler, Retry retry)
      : io_(io),
        options_(std::move(options)),
        handler_(std::move(handler)),
        retry_(retry),
        wait_(retry.min),
        timer_(io) {}

  void Connect() {
    client_.emplace(io_, options_);
    client_->OnClosed([this](const absl::Status& why) { Lost(why); });
    client_->OnWatch([this](const v1::WatchMessage& message) { OnMessage(message); });
    client_->Connect([this](absl::StatusOr<v1::Welcome> welcome) {
      if (!welcome.ok()) return Lost(welcome.status());
      StartWatch();
    });
  }

  void Stop() {
    stopped_ = true;
    timer_.cancel();
    client_.reset();
  }

 private:
  void StartWatch() {
    v1::Request request;
    v1::Watch* watch = request.mutable_watch();
    if (position_) *watch->mutable_resume_after() = *position_;
    client_->Call(std::move(request), [this](absl::StatusOr<v1::Reply> reply) {
      // A connection that has ended is reported by OnClosed.
      if (!reply.ok() && !absl::IsUnavailable(reply.status())) return Lost(reply.status());
      if (!reply.ok()) return;
      start_ = reply->watch_started().start();
      snapshot_.Clear();
      wait_ = retry_.min;
    });
  }

  void OnMessage(const v1::WatchMessage& message) {
    if (message.has_snapshot()) return OnSnapshot(message.snapshot());
    for (const v1::Event& event : message.events().events()) {
      if (stopped_ || !position_) return;
      position_->set_revision(event.revision());
      if (handler_.on_event) handler_.on_event(event);
    }
  }

  void OnSnapshot(const v1::Snapshot& part) {
    snapshot_.MergeFrom(part.state());
    if (!part.last()) return;
    position_ = part.position();
    v1::State state;
    state.Swap(&snapshot_);
    if (handler_.on_snapshot) handler_.on_snapshot(state, start_);
  }

  // Called from inside the client, which must not be destroyed there.
  void Lost(const absl::Status& why) {
    asio::post(io_, [self = shared_from_this(), why] {
      if (!self->stopped_) self->Retry(why);
    });
  }

  void Retry(const absl::Status& why) {
    if (!client_) return;  // both a failed call and the end of the connection were told
    client_.reset();
    timer_.expires_after(wait_);
    wait_ = std::min(wait_ * 2, retry_.max);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && !self->stopped_) self->Connect();
    });
    if (handler_.on_disconnected) handler_.on_disconnected(why);
  }

  asio::io_context& io_;
  const ClientOptions options_;
  const WatchHandler handler_;
  const Watcher::Retry retry_;
  Duration wait_;  // before the next attempt
  asio::steady_timer timer_;
  std::optional<Client> client_;
  bool stopped_ = false;

  std::optional<v1::Position> position_;  // of what the handler knows
  v1::WatchStarted::Start start_ = v1::WatchStarted::START_UNSPECIFIED;
  v1::State snapshot_;  // the parts that have come
};

Watcher::Watcher(asio::io_context& io, ClientOptions options, WatchHandler handler, Retry retry)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(handler), retry)) {
  impl_->Connect();
}

Watcher::~Watcher() { impl_->Stop(); }

}  // namespace baton::control
