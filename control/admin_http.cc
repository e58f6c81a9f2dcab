#include "control/admin_http.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <functional>
#include <optional>
#include <unordered_set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "control/admin_response.h"

namespace baton::control {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

// One connection: request, response, and again while both sides want to. It lives for as long as an
// operation of its is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `ended` is called once, when the connection is over.
  Session(tcp::socket socket, const AdminOptions& options, AdminPages& pages,
          std::function<void(Session*)> ended)
      : stream_(std::move(socket)), options_(options), pages_(&pages), ended_(std::move(ended)) {}

  void Start() { WaitForRequest(); }

  // The server goes away: nothing of it may be used any more.
  void Abandon() {
    pages_ = nullptr;
    ended_ = nullptr;
    stream_.close();
  }

 private:
  // A connection may be idle for long, but once a request has begun it has to be over soon: so the
  // first bytes are read apart from the rest.
  void WaitForRequest() {
    parser_.emplace();
    parser_->header_limit(kMaxAdminHeaderBytes);
    parser_->body_limit(0);
    if (buffer_.size() > 0) return ReadRequest();
    stream_.expires_after(options_.idle_timeout);
    stream_.async_read_some(buffer_.prepare(kReadSize),
                            [self = shared_from_this()](error_code error, size_t size) {
                              if (error) return self->End();
                              self->buffer_.commit(size);
                              self->ReadRequest();
                            });
  }

  void ReadRequest() {
    // Covers the whole request, however slowly it trickles in.
    stream_.expires_after(options_.request_timeout);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, size_t) { self->HandleRequest(error); });
  }

  void HandleRequest(error_code error) {
    if (pages_ == nullptr) return;
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Write(Refuse(http::status::request_header_fields_too_large,
                          "the header is longer than 8192 bytes"));
    }
    if (error == http::error::body_limit || error == http::error::unexpected_body) {
      return Write(Refuse(http::status::payload_too_large, "a request has no body here"));
    }
    if (error == beast::error::timeout) return End();
    if (error == http::error::end_of_stream || error == http::error::partial_message) return End();
    // Beast's own errors are those of the text; others are the connection's.
    if (error.category() == make_error_code(http::error::bad_version).category()) {
      return Write(Refuse(http::status::bad_request, "not HTTP: " + error.message()));
    }
    if (error) return End();
    Write(Answer(parser_->get(), *pages_));
  }

  void Write(AdminResponse response) {
    response_ = std::move(response);
    const bool keep_alive = response_.keep_alive();
    stream_.expires_after(options_.response_timeout);
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](error_code error, size_t) {
                        if (error || !keep_alive || self->pages_ == nullptr) return self->End();
                        self->WaitForRequest();
                      });
  }

  void End() {
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    stream_.close();
    if (ended_) std::exchange(ended_, nullptr)(this);
  }

  static constexpr size_t kReadSize = 4096;

  beast::tcp_stream stream_;
  const AdminOptions options_;
  AdminPages* pages_;  // null once abandoned
  std::function<void(Session*)> ended_;
  beast::flat_buffer buffer_{kMaxAdminHeaderBytes + kReadSize};
  std::optional<http::request_parser<http::empty_body>> parser_;
  AdminResponse response_;
};

tcp::endpoint ToEndpoint(const TransportAddress& address) {
  const auto& bytes = address.ip.bytes();
  if (address.ip.is_v4()) {
    return {asio::ip::address_v4({bytes[0], bytes[1], bytes[2], bytes[3]}), address.port};
  }
  return {asio::ip::address_v6(bytes), address.port};
}

TransportAddress FromEndpoint(const tcp::endpoint& endpoint) {
  const asio::ip::address ip = endpoint.address();
  if (ip.is_v4()) return {IpAddress::V4(ip.to_v4().to_bytes()), endpoint.port()};
  return {IpAddress::V6(ip.to_v6().to_bytes()), endpoint.port()};
}

}  // namespace

class AdminServer::Acceptor : public std::enable_shared_from_this<AdminServer::Acceptor> {
 public:
  Acceptor(asio::io_context& io, const AdminOptions& options, AdminPages& pages)
      : acceptor_(io), retry_(io), options_(options), pages_(pages) {}

  error_code Open() {
    const tcp::endpoint endpoint = ToEndpoint(options_.listen);
    error_code error;
    if (acceptor_.open(endpoint.protocol(), error)) return error;
    if (acceptor_.set_option(tcp::acceptor::reuse_address(true), error)) return error;
    if (endpoint.protocol() == tcp::v6() && acceptor_.set_option(asio::ip::v6_only(true), error)) {
      return error;
    }
    if (acceptor_.bind(endpoint, error)) return error;
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  void Close() {
    closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    for (Session* session : std::exchange(sessions_, {})) session->Abandon();
  }

  void Accept() {
    acceptor_.async_accept([self = shared_from_this()](error_code error, tcp::socket socket) {
      if (self->closed_) return;
      // Out of file descriptors, most likely: it passes, and asking again at once would spin.
      if (error) return self->AcceptLater();
      self->Welcome(std::move(socket));
      self->Accept();
    });
  }

  TransportAddress address() const { return FromEndpoint(acceptor_.local_endpoint()); }
  size_t connections() const { return sessions_.size(); }
  uint64_t refused() const { return refused_; }

 private:
  void Welcome(tcp::socket socket) {
    if (sessions_.size() >= options_.max_connections) {
      ++refused_;
      return;  // closes the socket
    }
    auto session = std::make_shared<Session>(std::move(socket), options_, pages_,
                                             [this](Session* ended) { sessions_.erase(ended); });
    sessions_.insert(session.get());
    session->Start();
  }

  void AcceptLater() {
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([self = shared_from_this()](error_code) {
      if (!self->closed_) self->Accept();
    });
  }

  tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  const AdminOptions options_;
  AdminPages& pages_;
  std::unordered_set<Session*> sessions_;
  uint64_t refused_ = 0;
  bool closed_ = false;
};

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Listen(asio::io_context& io,
                                                                 const AdminOptions& options,
                                                                 AdminPages& pages) {
  auto acceptor = std::make_shared<Acceptor>(io, options, pages);
  if (const error_code error = acceptor->Open()) {
    return absl::UnavailableError(absl::StrCat(
        "admin.listen, admin.port: cannot listen on ", options.listen.ToString(),
        " (TCP): ", error.message(), "; choose another address or port, or stop who has it"));
  }
  acceptor->Accept();
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(acceptor)));
}

AdminServer::AdminServer(std::shared_ptr<Acceptor> acceptor) : acceptor_(std::move(acceptor)) {}
AdminServer::~AdminServer() { acceptor_->Close(); }

TransportAddress AdminServer::address() const { return acceptor_->address(); }
size_t AdminServer::connections() const { return acceptor_->connections(); }
uint64_t AdminServer::connections_refused() const { return acceptor_->refused(); }

}  // namespace baton::control
