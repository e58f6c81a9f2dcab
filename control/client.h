// A client of a node's control protocol (docs/control-protocol.md), for programs that have an
// io_context of their own. control/blocking_client.h is the simple one; control/watcher.h follows a
// node's state over lost connections.
//
// Everything happens on the thread that runs the io_context, and every function here is called
// there. Errors are absl::Status with the protocol's canonical codes; UNAVAILABLE is a connection
// that could not be made or has ended.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/time_point.h"

#include "proto/control.pb.h"

namespace boost::asio {
class io_context;
}

namespace baton::control {

// PEM files.
struct ClientTls {
  std::string ca_file;           // who signs nodes' certificates
  std::string certificate_file;  // the client's own, with its chain
  std::string key_file;
  std::string server_name;  // what the node's certificate must say; empty: the address's host
};

struct ClientOptions {
  std::string address;                                 // "host:port", "[2001:db8::1]:7880"
  std::optional<ClientTls> tls;                        // absent: plain TCP
  std::string name = "baton";                          // goes to the node's log, at most 128 bytes
  Duration connect_timeout = std::chrono::seconds(5);  // resolving, TCP, TLS and Hello together
};

// "host:port" or "[v6]:port" in two; InvalidArgument that names the mistake.
struct HostPort {
  std::string host;
  std::string port;
};
absl::StatusOr<HostPort> SplitHostPort(const std::string& address);

// What a reply says: its error as a Status, or the reply itself.
absl::StatusOr<v1::Reply> ReplyOrError(v1::Reply reply);

// One connection. It does not reconnect.
class Client {
 public:
  using ConnectCallback = std::function<void(absl::StatusOr<v1::Welcome>)>;
  using ReplyCallback = std::function<void(absl::StatusOr<v1::Reply>)>;
  using WatchCallback = std::function<void(const v1::WatchMessage&)>;
  using ClosedCallback = std::function<void(const absl::Status&)>;

  // `io` outlives the client.
  Client(boost::asio::io_context& io, ClientOptions options);
  // Closes; no callback runs afterwards. Not from within a callback.
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Once. The callback runs once, later.
  void Connect(ConnectCallback callback);

  // After Connect() has succeeded. Sets the request's id. The callback runs once, later: with the
  // whole reply (parts are merged), the error that the node answered, or UNAVAILABLE. Calls may be
  // pipelined; all that wait for a reply are kept, so whoever calls bounds them.
  void Call(v1::Request request, ReplyCallback callback);

  // For the messages that follow a Watch request. Set before it is sent.
  void OnWatch(WatchCallback callback);

  // Runs once, if a connection that Connect() reported as made ends without Close(): with what the
  // node said last, or what the network did. Calls under way fail first.
  void OnClosed(ClosedCallback callback);

  // Calls under way fail with CANCELLED.
  void Close();

  class Connection;  // control/connection.h

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace baton::control
