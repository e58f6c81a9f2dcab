#include "control/client.h"

#include "absl/strings/str_cat.h"
#include "control/connection.h"
#include "control/errors.h"
#include "control/quote.h"

namespace baton::control {

absl::StatusOr<HostPort> SplitHostPort(const std::string& address) {
  const auto wrong = [&](const char* why) {
    return absl::InvalidArgumentError(absl::StrCat("address ", Quoted(address), " ", why,
                                                   ": write host:port or [IPv6 address]:port"));
  };
  const size_t colon = address.rfind(':');
  if (colon == std::string::npos) return wrong("has no port");
  HostPort result{address.substr(0, colon), address.substr(colon + 1)};
  const bool digits = result.port.find_first_not_of("0123456789") == std::string::npos;
  if (result.port.empty() || result.port.size() > 5 || !digits || std::stoul(result.port) > 65535) {
    return wrong("has no port of 0 to 65535");
  }
  if (result.host.starts_with('[') && result.host.ends_with(']')) {
    result.host = result.host.substr(1, result.host.size() - 2);
  } else if (result.host.find(':') != std::string::npos) {
    return wrong("has an IPv6 address without brackets");
  }
  if (result.host.empty()) return wrong("has no host");
  return result;
}

absl::StatusOr<v1::Reply> ReplyOrError(v1::Reply reply) {
  if (reply.has_error()) return FromError(reply.error());
  return reply;
}

Client::Client(boost::asio::io_context& io, ClientOptions options)
    : connection_(std::make_shared<Connection>(io, std::move(options))) {}

Client::~Client() { connection_->Abandon(); }

void Client::Connect(ConnectCallback callback) { connection_->Connect(std::move(callback)); }

void Client::Call(v1::Request request, ReplyCallback callback) {
  connection_->Call(std::move(request), std::move(callback));
}

void Client::OnWatch(WatchCallback callback) { connection_->OnWatch(std::move(callback)); }

void Client::OnClosed(ClosedCallback callback) { connection_->OnClosed(std::move(callback)); }

void Client::Close() { connection_->Close(); }

}  // namespace baton::control
