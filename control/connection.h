// The inside of Client: one connection's states, calls under way and buffers. Handlers hold it, so
// it may outlive its Client.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "control/byte_stream.h"
#include "control/client.h"
#include "control/framing.h"

#include "proto/control.pb.h"

namespace baton::control {

class Client::Connection : public std::enable_shared_from_this<Client::Connection> {
 public:
  Connection(boost::asio::io_context& io, ClientOptions options);

  // As in Client.
  void Connect(ConnectCallback callback);
  void Call(v1::Request request, ReplyCallback callback);
  void OnWatch(WatchCallback callback) { on_watch_ = std::move(callback); }
  void OnClosed(ClosedCallback callback) { on_closed_ = std::move(callback); }
  void Close();
  // Closes without calling anybody.
  void Abandon();

 private:
  enum class State { kNew, kConnecting, kOpen, kClosed };
  struct PendingCall {
    ReplyCallback callback;
    v1::Reply reply;  // the parts that have come
  };

  absl::Status MakeTls(const std::string& host);
  void Resolve(const HostPort& host_port);
  void OnConnected(boost::asio::ip::tcp::socket socket);
  void SayHello();
  void OnHelloReply(absl::StatusOr<v1::Reply> reply);
  void StartCall(v1::Request request, ReplyCallback callback);

  void Read();
  void OnRead(const boost::system::error_code& error, size_t size);
  void OnMessage(const std::string& bytes);
  void OnReply(v1::Reply&& reply);
  void Write();
  void OnWritten(const boost::system::error_code& error, size_t size);

  // Ends the connection and tells everybody who waits why.
  void Fail(const absl::Status& why);
  void FailCalls(const absl::Status& why);
  absl::Status Unavailable(const char* what, const boost::system::error_code& error) const;

  boost::asio::io_context& io_;
  const ClientOptions options_;
  State state_ = State::kNew;
  std::string server_name_;
  std::unique_ptr<boost::asio::ssl::context> tls_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket connecting_;
  boost::asio::steady_timer deadline_;  // of connecting
  std::unique_ptr<ByteStream> stream_;

  ConnectCallback on_connect_;
  WatchCallback on_watch_;
  ClosedCallback on_closed_;
  uint64_t last_id_ = 0;
  std::map<uint64_t, PendingCall> calls_;

  std::array<uint8_t, 16 * 1024> buffer_;
  FrameDecoder decoder_{kMaxMessageSize};
  std::string queued_;
  std::string writing_;
  size_t written_ = 0;
};

}  // namespace baton::control
