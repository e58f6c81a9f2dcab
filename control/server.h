// The control plane of a node: listens, keeps sessions within their limits, and hands their
// requests to the dispatcher. One thread, the one that runs the io_context, calls everything here.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "base/address.h"
#include "control/counters.h"
#include "control/dispatcher.h"
#include "control/node.h"
#include "control/rooms.h"
#include "control/server_options.h"
#include "control/session.h"
#include "relay/output.h"

namespace baton::control {

class Server final : public SessionOwner, public Rooms {
 public:
  // `io` and `node` outlive the server.
  Server(boost::asio::io_context& io, Node& node, ServerOptions options);
  // Sessions end without a word: Close() first.
  ~Server() override;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Once. FAILED_PRECONDITION if the options would let anybody in, or a TLS file cannot be used;
  // UNAVAILABLE if the address cannot be bound.
  absl::Status Listen();

  // After Listen(): with the port that was bound.
  TransportAddress address() const { return address_; }

  // Whatever a shard puts out, in its order.
  void OnOutput(size_t shard, relay::Output&& output);

  // Accepts no more, says Goodbye to all sessions, and calls `done` when they have ended, which is
  // within about a second. Once.
  void Close(std::function<void()> done);

  // See Dispatcher.
  void set_recordings(RecordingService* recordings) { dispatcher_.set_recordings(recordings); }

  // Rooms:
  const Mirror& mirror() const override { return dispatcher_.mirror(); }
  void Do(Action action, Done done) override;
  void Publish(v1::Event event) override;

  const Counters& counters() const { return counters_; }

 private:
  using Sessions = std::map<uint64_t, std::shared_ptr<Session>>;  // by age

  absl::Status Admit(Session& session) override;
  absl::Status AdmitWatcher(Session& session) override;
  void OnEnd(Session& session, CloseReason reason) override;

  absl::Status PrepareTransport();
  absl::Status Bind();
  void Accept();
  void OnAccepted(boost::asio::ip::tcp::socket socket);
  void SetKeepAlive(boost::asio::ip::tcp::socket& socket) const;
  // There is an event that they have not been told of.
  void OnEventLogged();
  void NotifyWatchers();
  void FinishIfClosed();

  boost::asio::io_context& io_;
  const ServerOptions options_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  Counters counters_;
  Dispatcher dispatcher_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer accept_retry_;
  TransportAddress address_;

  uint64_t last_session_ = 0;
  Sessions unauthenticated_;
  Sessions sessions_;
  std::set<Session*> watchers_;
  std::function<void()> on_closed_;
  // For what is posted to the io_context and may run after the server is gone.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool notify_posted_ = false;
  size_t untold_events_ = 0;  // since watchers were told
};

}  // namespace baton::control
