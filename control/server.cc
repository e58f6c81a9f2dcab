#include "control/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"

namespace baton::control {
namespace {

namespace asio = boost::asio;
using absl::StrCat;
using asio::ip::tcp;
using boost::system::error_code;

// After a failed accept, which is mostly a lack of file descriptors.
constexpr auto kAcceptRetry = std::chrono::milliseconds(100);

// 53 random bits: a client that keeps it in a double does not lose any.
uint64_t MakeEpoch() {
  uint64_t epoch = 0;
  if (getrandom(&epoch, sizeof epoch, 0) != sizeof epoch) {
    epoch = static_cast<uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  }
  return epoch & ((uint64_t{1} << 53) - 1);
}

tcp::endpoint ToEndpoint(const TransportAddress& address) {
  const auto& bytes = address.ip.bytes();
  if (address.ip.is_v6()) return {asio::ip::address_v6(bytes), address.port};
  return {asio::ip::address_v4({bytes[0], bytes[1], bytes[2], bytes[3]}), address.port};
}

}  // namespace

Server::Server(asio::io_context& io, Node& node, ServerOptions options)
    : io_(io),
      options_(std::move(options)),
      dispatcher_(node, Identity{options_.node_name, options_.node_version, MakeEpoch()},
                  options_.limits.event_log, counters_),
      acceptor_(io),
      accept_retry_(io) {}

Server::~Server() {
  *alive_ = false;
  for (Sessions* sessions : {&unauthenticated_, &sessions_}) {
    while (!sessions->empty()) {
      const std::shared_ptr<Session> session = sessions->begin()->second;
      session->Abort(CloseReason::kShutdown);
    }
  }
}

absl::Status Server::Listen() {
  const absl::Status transport = PrepareTransport();
  if (!transport.ok()) return transport;
  const absl::Status bound = Bind();
  if (bound.ok()) Accept();
  return bound;
}

absl::Status Server::PrepareTransport() {
  const std::string where = StrCat("control on ", options_.listen.ToString());
  if (options_.tls) {
    absl::StatusOr<std::unique_ptr<asio::ssl::context>> tls = MakeServerTls(*options_.tls);
    if (!tls.ok()) {
      return absl::FailedPreconditionError(StrCat(where, ": ", tls.status().message()));
    }
    tls_ = *std::move(tls);
    return absl::OkStatus();
  }
  if (!options_.allow_plain) {
    return absl::FailedPreconditionError(
        StrCat(where,
               " has no TLS: configure certificate, key and client CA, or, on a loopback "
               "address, allow plain connections"));
  }
  if (!options_.listen.ip.IsLoopback()) {
    return absl::FailedPreconditionError(
        StrCat(where,
               " would let anybody on the network control this node: plain connections are "
               "for loopback addresses only; configure TLS"));
  }
  return absl::OkStatus();
}

absl::Status Server::Bind() {
  const tcp::endpoint endpoint = ToEndpoint(options_.listen);
  error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.protocol() == tcp::v6()) {
    acceptor_.set_option(asio::ip::v6_only(true), error);
  }
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(
        StrCat("cannot listen for control on ", options_.listen.ToString(), ": ", error.message()));
  }
  address_ = {options_.listen.ip, acceptor_.local_endpoint(error).port()};
  return absl::OkStatus();
}

void Server::Accept() {
  acceptor_.async_accept([this, alive = alive_](const error_code& error, tcp::socket socket) {
    if (!*alive || error == asio::error::operation_aborted) return;
    if (error) {
      counters_.accept_errors.Add();
      accept_retry_.expires_after(kAcceptRetry);
      accept_retry_.async_wait([this, alive](const error_code& e) {
        if (*alive && !e) Accept();
      });
      return;
    }
    OnAccepted(std::move(socket));
    Accept();
  });
}

void Server::OnAccepted(tcp::socket socket) {
  counters_.connections_accepted.Add();
  SetKeepAlive(socket);
  if (unauthenticated_.size() >= options_.limits.unauthenticated) {
    // The oldest goes, not the newest: those that mean to say Hello do it within moments, so
    // however many say nothing, a client that speaks gets in.
    const std::shared_ptr<Session> oldest = unauthenticated_.begin()->second;
    oldest->Abort(CloseReason::kEvicted);
  }
  auto stream = tls_ ? MakeTlsStream(std::move(socket), *tls_, asio::ssl::stream_base::server)
                     : MakePlainStream(std::move(socket));
  auto session = std::make_shared<Session>(++last_session_, std::move(stream), dispatcher_,
                                           options_.limits, counters_, *this);
  unauthenticated_.emplace(session->id(), session);
  counters_.unauthenticated.Add(1);
  session->Start();
}

void Server::SetKeepAlive(tcp::socket& socket) const {
  error_code ignored;  // none of it is worth a connection
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  using std::chrono::duration_cast;
  const auto seconds = duration_cast<std::chrono::seconds>(options_.limits.dead_peer_timeout);
  const int total = std::clamp(static_cast<int>(seconds.count()), 4, 32767);
  constexpr int kProbes = 3;
  const auto set = [&](int option, int value) {
    setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  };
  set(TCP_KEEPCNT, kProbes);
  set(TCP_KEEPINTVL, std::max(1, total / (2 * kProbes)));
  set(TCP_KEEPIDLE, std::max(1, total / 2));
}

absl::Status Server::Admit(Session& session) {
  if (sessions_.size() >= options_.limits.sessions) {
    return absl::ResourceExhaustedError(
        StrCat("this node has as many control sessions as it may (", options_.limits.sessions,
               "): close some, or raise the limit in the node's configuration"));
  }
  sessions_.insert(unauthenticated_.extract(session.id()));
  counters_.unauthenticated.Add(-1);
  counters_.sessions.Add(1);
  if (options_.log)
    options_.log({"control session begins", session.peer(), session.client_name(), {}});
  return absl::OkStatus();
}

absl::Status Server::AdmitWatcher(Session& session) {
  if (watchers_.size() >= options_.limits.watchers) {
    return absl::ResourceExhaustedError(
        StrCat("this node has as many watchers as it may (", options_.limits.watchers,
               "): close some, or raise the limit in the node's configuration"));
  }
  watchers_.insert(&session);
  counters_.watchers.Add(1);
  return absl::OkStatus();
}

void Server::OnEnd(Session& session, CloseReason reason) {
  counters_.connections_closed[static_cast<size_t>(reason)].Add();
  if (watchers_.erase(&session) > 0) counters_.watchers.Add(-1);
  if (unauthenticated_.erase(session.id()) > 0) counters_.unauthenticated.Add(-1);
  if (sessions_.erase(session.id()) > 0) {
    counters_.sessions.Add(-1);
    if (options_.log) {
      options_.log({"control session ends", session.peer(), session.client_name(), Name(reason)});
    }
  }
  FinishIfClosed();
}

void Server::OnOutput(size_t shard, relay::Output&& output) {
  const bool is_event = std::holds_alternative<relay::Event>(output);
  dispatcher_.OnOutput(shard, std::move(output));
  if (is_event) OnEventLogged();
}

void Server::Do(Action action, Done done) {
  if (dispatcher_.Perform(std::move(action), done)) return;
  asio::post(io_, [alive = alive_, done = std::move(done)] {
    if (*alive) done(absl::UnavailableError("the shard's queue is full: retry in a moment"));
  });
}

void Server::Publish(v1::Event event) {
  dispatcher_.Append(std::move(event));
  OnEventLogged();
}

void Server::OnEventLogged() {
  if (watchers_.empty()) return;
  // Events come in bursts: watchers are told once for all that is there, and in the midst of a long
  // one, so that it does not run out of the log before they have seen it.
  if (++untold_events_ >= options_.limits.event_log / 4) return NotifyWatchers();
  if (notify_posted_) return;
  notify_posted_ = true;
  asio::post(io_, [this, alive = alive_] {
    if (!*alive) return;
    notify_posted_ = false;
    NotifyWatchers();
  });
}

void Server::NotifyWatchers() {
  untold_events_ = 0;
  for (auto watcher = watchers_.begin(); watcher != watchers_.end();) {
    Session* session = *watcher++;  // it may end, and leave the set
    session->OnEvents();
  }
}

void Server::Close(std::function<void()> done) {
  on_closed_ = std::move(done);
  error_code ignored;
  acceptor_.close(ignored);
  accept_retry_.cancel();
  for (const Sessions* from : {&unauthenticated_, &sessions_}) {
    const Sessions sessions = *from;  // they leave the map as they end
    for (const auto& [id, session] : sessions) {
      session->Close(CloseReason::kShutdown,
                     absl::UnavailableError("the node is shutting down: connect again later"));
    }
  }
  FinishIfClosed();
}

void Server::FinishIfClosed() {
  if (!on_closed_ || !unauthenticated_.empty() || !sessions_.empty()) return;
  asio::post(io_, std::exchange(on_closed_, nullptr));
}

}  // namespace baton::control
