// A TCP connection with or without TLS, as sessions and clients see it: bytes in, bytes out.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>

namespace baton::control {

// One thread uses it, the one that runs the io_context. It outlives its operations: handlers hold
// whoever owns it.
class ByteStream {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Handler = std::function<void(const boost::system::error_code&)>;
  using IoHandler = std::function<void(const boost::system::error_code&, size_t)>;

  virtual ~ByteStream() = default;

  // Before anything else. Without TLS it is done at once.
  virtual void AsyncHandshake(Handler handler) = 0;
  // One read and one write at a time.
  virtual void AsyncReadSome(boost::asio::mutable_buffer buffer, IoHandler handler) = 0;
  virtual void AsyncWriteSome(boost::asio::const_buffer buffer, IoHandler handler) = 0;
  virtual Socket& socket() = 0;
};

std::unique_ptr<ByteStream> MakePlainStream(ByteStream::Socket socket);

// `server_name`, if not empty, is what the peer's certificate must say (clients). `context`
// outlives the stream.
std::unique_ptr<ByteStream> MakeTlsStream(ByteStream::Socket socket,
                                          boost::asio::ssl::context& context,
                                          boost::asio::ssl::stream_base::handshake_type side,
                                          const std::string& server_name = "");

}  // namespace baton::control
