#include "control/byte_stream.h"

#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <string>
#include <utility>

#include "base/address.h"

namespace baton::control {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  void AsyncHandshake(Handler handler) override {
    asio::post(socket_.get_executor(), [handler = std::move(handler)] { handler(error_code()); });
  }
  void AsyncReadSome(asio::mutable_buffer buffer, IoHandler handler) override {
    socket_.async_read_some(buffer, std::move(handler));
  }
  void AsyncWriteSome(asio::const_buffer buffer, IoHandler handler) override {
    socket_.async_write_some(buffer, std::move(handler));
  }
  Socket& socket() override { return socket_; }

 private:
  Socket socket_;
};

class TlsStream final : public ByteStream {
 public:
  TlsStream(Socket socket, ssl::context& context, ssl::stream_base::handshake_type side,
            const std::string& server_name)
      : stream_(std::move(socket), context), side_(side) {
    if (server_name.empty()) return;
    stream_.set_verify_callback(ssl::host_name_verification(server_name));
    // SNI carries host names only (RFC 6066 section 3).
    if (!IpAddress::Parse(server_name)) {
      // The macro SSL_set_tlsext_host_name() would be this with a C cast.
      SSL_ctrl(stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               const_cast<char*>(server_name.c_str()));
    }
  }

  void AsyncHandshake(Handler handler) override {
    stream_.async_handshake(side_, std::move(handler));
  }
  void AsyncReadSome(asio::mutable_buffer buffer, IoHandler handler) override {
    stream_.async_read_some(buffer, std::move(handler));
  }
  void AsyncWriteSome(asio::const_buffer buffer, IoHandler handler) override {
    stream_.async_write_some(buffer, std::move(handler));
  }
  Socket& socket() override { return stream_.next_layer(); }

 private:
  ssl::stream<Socket> stream_;
  ssl::stream_base::handshake_type side_;
};

}  // namespace

std::unique_ptr<ByteStream> MakePlainStream(ByteStream::Socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

std::unique_ptr<ByteStream> MakeTlsStream(ByteStream::Socket socket, ssl::context& context,
                                          ssl::stream_base::handshake_type side,
                                          const std::string& server_name) {
  return std::make_unique<TlsStream>(std::move(socket), context, side, server_name);
}

}  // namespace baton::control
