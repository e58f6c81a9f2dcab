#include "control/connection.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/errors.h"
#include "control/session.h"
#include "control/tls.h"

namespace baton::control {

namespace asio = boost::asio;
using absl::StrCat;
using asio::ip::tcp;
using boost::system::error_code;

Client::Connection::Connection(asio::io_context& io, ClientOptions options)
    : io_(io), options_(std::move(options)), resolver_(io), connecting_(io), deadline_(io) {}

// ------------------------------------------------------------------------------------- connecting

void Client::Connection::Connect(ConnectCallback callback) {
  state_ = State::kConnecting;
  on_connect_ = std::move(callback);
  deadline_.expires_after(options_.connect_timeout);
  deadline_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->state_ != State::kConnecting) return;
    self->Fail(absl::UnavailableError(
        StrCat("no answer from ", self->options_.address, " in time: is a node there, and is ",
               self->options_.tls ? "TLS" : "a connection without TLS", " what it speaks?")));
  });
  const absl::StatusOr<HostPort> host_port = SplitHostPort(options_.address);
  absl::Status status = host_port.status();
  if (status.ok()) status = MakeTls(host_port->host);
  if (status.ok()) return Resolve(*host_port);
  asio::post(io_, [self = shared_from_this(), status] {
    if (self->state_ == State::kConnecting) self->Fail(status);
  });
}

absl::Status Client::Connection::MakeTls(const std::string& host) {
  if (!options_.tls) return absl::OkStatus();
  const ClientTls& files = *options_.tls;
  auto context = MakeClientTls({files.certificate_file, files.key_file, files.ca_file});
  if (!context.ok()) return context.status();
  tls_ = *std::move(context);
  server_name_ = files.server_name.empty() ? host : files.server_name;
  return absl::OkStatus();
}

void Client::Connection::Resolve(const HostPort& host_port) {
  resolver_.async_resolve(
      host_port.host, host_port.port,
      [self = shared_from_this()](const error_code& error, const tcp::resolver::results_type& all) {
        if (self->state_ != State::kConnecting) return;
        if (error) return self->Fail(self->Unavailable("cannot resolve", error));
        asio::async_connect(self->connecting_, all,
                            [self](const error_code& e, const tcp::endpoint&) {
                              if (self->state_ != State::kConnecting) return;
                              if (e) return self->Fail(self->Unavailable("cannot connect to", e));
                              self->OnConnected(std::move(self->connecting_));
                            });
      });
}

void Client::Connection::OnConnected(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  stream_ =
      tls_ ? MakeTlsStream(std::move(socket), *tls_, asio::ssl::stream_base::client, server_name_)
           : MakePlainStream(std::move(socket));
  stream_->AsyncHandshake([self = shared_from_this()](const error_code& error) {
    if (self->state_ != State::kConnecting) return;
    if (error) return self->Fail(self->Unavailable("the TLS handshake failed with", error));
    self->Read();
    self->SayHello();
  });
}

void Client::Connection::SayHello() {
  v1::Request request;
  request.mutable_hello()->set_protocol_version(kProtocolVersion);
  request.mutable_hello()->set_client_name(options_.name);
  StartCall(std::move(request), [self = shared_from_this()](absl::StatusOr<v1::Reply> reply) {
    self->OnHelloReply(std::move(reply));
  });
}

void Client::Connection::OnHelloReply(absl::StatusOr<v1::Reply> reply) {
  if (state_ != State::kConnecting) return;
  if (reply.ok() && !reply->has_welcome()) {
    reply = absl::InternalError("the node answered Hello with something else than Welcome");
  }
  if (!reply.ok()) return Fail(reply.status());
  state_ = State::kOpen;
  deadline_.cancel();
  std::exchange(on_connect_, nullptr)(std::move(*reply->mutable_welcome()));
}

// ------------------------------------------------------------------------------------------ calls

void Client::Connection::Call(v1::Request request, ReplyCallback callback) {
  if (state_ == State::kOpen) return StartCall(std::move(request), std::move(callback));
  asio::post(io_, [callback = std::move(callback)] {
    callback(absl::UnavailableError("the connection to the node has ended"));
  });
}

void Client::Connection::StartCall(v1::Request request, ReplyCallback callback) {
  request.set_id(++last_id_);
  if (request.ByteSizeLong() > kMaxMessageSize) {
    asio::post(io_, [callback = std::move(callback)] {
      callback(absl::InvalidArgumentError("the request is longer than a frame may be"));
    });
    return;
  }
  calls_[last_id_].callback = std::move(callback);
  queued_ += EncodeFrame(request);
  Write();
}

void Client::Connection::OnReply(v1::Reply&& reply) {
  const auto found = calls_.find(reply.id());
  if (found == calls_.end()) {
    return Fail(absl::InternalError(
        StrCat("the node answered request ", reply.id(), ", which is not under way")));
  }
  const bool more = reply.more();
  found->second.reply.MergeFrom(reply);
  if (more) return;
  PendingCall call = std::move(found->second);
  calls_.erase(found);
  call.reply.set_more(false);
  call.callback(ReplyOrError(std::move(call.reply)));
}

void Client::Connection::OnMessage(const std::string& bytes) {
  v1::ServerMessage message;
  if (!ParseMessage(bytes, &message)) {
    return Fail(absl::InternalError("the node sent a frame that is not a ServerMessage"));
  }
  switch (message.body_case()) {
    case v1::ServerMessage::kReply:
      return OnReply(std::move(*message.mutable_reply()));
    case v1::ServerMessage::kWatch:
      if (on_watch_) on_watch_(message.watch());
      return;
    case v1::ServerMessage::kGoodbye:
      return Fail(FromError(message.goodbye().error()));
    case v1::ServerMessage::BODY_NOT_SET:
      return;  // of a later version, and not for us
  }
}

// ------------------------------------------------------------------------------------------ bytes

void Client::Connection::Read() {
  stream_->AsyncReadSome(asio::buffer(buffer_),
                         [self = shared_from_this()](const error_code& error, size_t size) {
                           self->OnRead(error, size);
                         });
}

void Client::Connection::OnRead(const error_code& error, size_t size) {
  if (state_ == State::kClosed) return;
  if (error) return Fail(Unavailable("the connection ended to", error));
  Bytes input(buffer_.data(), size);
  while (state_ != State::kClosed) {
    switch (decoder_.Next(input)) {
      case FrameDecoder::Result::kNeedMore:
        return Read();
      case FrameDecoder::Result::kMessage:
        OnMessage(decoder_.message());
        break;
      case FrameDecoder::Result::kEmpty:
      case FrameDecoder::Result::kTooLong:
        return Fail(
            absl::InternalError(StrCat(options_.address, " sent a frame of ", decoder_.length(),
                                       " bytes: is it the control port of a node?")));
    }
  }
}

void Client::Connection::Write() {
  if (!writing_.empty() || queued_.empty()) return;
  std::swap(writing_, queued_);
  written_ = 0;
  OnWritten(error_code(), 0);
}

void Client::Connection::OnWritten(const error_code& error, size_t size) {
  // A write that fails is no end: what the node has said last may still wait to be read, and the
  // read says then that the connection has ended.
  if (state_ == State::kClosed || error) return;
  written_ += size;
  if (written_ == writing_.size()) {
    writing_.clear();
    return Write();
  }
  stream_->AsyncWriteSome(
      asio::buffer(writing_.data() + written_, writing_.size() - written_),
      [self = shared_from_this()](const error_code& e, size_t n) { self->OnWritten(e, n); });
}

// -------------------------------------------------------------------------------------------- end

void Client::Connection::Close() {
  if (state_ == State::kClosed) return;
  on_closed_ = nullptr;
  Fail(absl::CancelledError("the connection was closed by this program"));
}

void Client::Connection::Abandon() {
  on_connect_ = nullptr;
  on_watch_ = nullptr;
  on_closed_ = nullptr;
  calls_.clear();
  Fail(absl::CancelledError());
}

void Client::Connection::Fail(const absl::Status& why) {
  if (state_ == State::kClosed) return;
  const bool was_open = state_ == State::kOpen;
  state_ = State::kClosed;
  error_code ignored;
  deadline_.cancel();
  resolver_.cancel();
  connecting_.close(ignored);
  if (stream_ != nullptr) stream_->socket().close(ignored);
  FailCalls(why);
  if (on_connect_) std::exchange(on_connect_, nullptr)(why);
  if (was_open && on_closed_) std::exchange(on_closed_, nullptr)(why);
}

void Client::Connection::FailCalls(const absl::Status& why) {
  std::map<uint64_t, PendingCall> calls;
  calls.swap(calls_);
  for (auto& [id, call] : calls) call.callback(why);
}

absl::Status Client::Connection::Unavailable(const char* what, const error_code& error) const {
  return absl::UnavailableError(StrCat(what, " ", options_.address, ": ", error.message()));
}

}  // namespace baton::control
