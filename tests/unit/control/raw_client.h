// A client that sends what bytes it likes, and reads what comes back.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/bytes.h"
#include "control/framing.h"

#include "proto/control.pb.h"

namespace baton::control {

class RawClient {
 public:
  explicit RawClient(const TransportAddress& server) : socket_(io_) {
    socket_.connect({boost::asio::ip::make_address(server.ip.ToString()), server.port}, error_);
  }

  // False once the server has closed.
  bool Send(const std::string& bytes) {
    boost::asio::write(socket_, boost::asio::buffer(bytes), error_);
    return !error_;
  }
  bool Send(const v1::Request& request) { return Send(EncodeFrame(request)); }
  bool SendHello(uint32_t version = 1) {
    v1::Request request;
    request.mutable_hello()->set_protocol_version(version);
    return Send(request);
  }

  // The next message; none at the end of the connection. Blocks.
  std::optional<v1::ServerMessage> Read() {
    std::string header(kFrameHeaderSize, '\0');
    boost::asio::read(socket_, boost::asio::buffer(header), error_);
    if (error_) return std::nullopt;
    std::string body(LoadU32(reinterpret_cast<const uint8_t*>(header.data())), '\0');
    boost::asio::read(socket_, boost::asio::buffer(body), error_);
    v1::ServerMessage message;
    if (error_ || !message.ParseFromString(body)) return std::nullopt;
    return message;
  }
  // The code of the Goodbye that ends the connection, whatever comes before it; OK if there is
  // none.
  v1::Error::Code ReadGoodbye() {
    v1::Error::Code code = v1::Error::OK;
    while (const std::optional<v1::ServerMessage> message = Read()) {
      if (message->has_goodbye()) code = message->goodbye().error().code();
    }
    socket_.close(error_);
    return code;
  }

  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::socket socket_;
  boost::system::error_code error_;
};

}  // namespace baton::control
