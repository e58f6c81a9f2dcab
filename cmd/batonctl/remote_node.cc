#include <chrono>
#include <utility>

#include "cmd/batonctl/node.h"
#include "control/blocking_client.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

class RemoteNode : public Node {
 public:
  RemoteNode(control::ClientOptions options, Duration timeout)
      : options_(std::move(options)), timeout_(timeout) {}

  absl::StatusOr<v1::Welcome> Greet() override {
    if (absl::Status connected = Connect(); !connected.ok()) return connected;
    return client_->welcome();
  }

  absl::StatusOr<v1::Reply> Call(v1::Request request) override {
    if (absl::Status connected = Connect(); !connected.ok()) return connected;
    return client_->Call(std::move(request), timeout_);
  }

  absl::StatusOr<v1::WatchMessage> NextWatchMessage(Patience patience) override {
    if (patience == Patience::kTimeout) return client_->NextWatchMessage(timeout_);
    for (;;) {
      auto message = client_->NextWatchMessage(std::chrono::hours(1));
      if (!absl::IsDeadlineExceeded(message.status())) return message;
    }
  }

 private:
  absl::Status Connect() {
    if (client_ != nullptr) return absl::OkStatus();
    auto client = control::BlockingClient::Connect(options_);
    if (!client.ok()) return client.status();
    client_ = *std::move(client);
    return absl::OkStatus();
  }

  const control::ClientOptions options_;
  const Duration timeout_;
  std::unique_ptr<control::BlockingClient> client_;
};

}  // namespace

std::unique_ptr<Node> MakeRemoteNode(control::ClientOptions options, Duration timeout) {
  return std::make_unique<RemoteNode>(std::move(options), timeout);
}

}  // namespace baton::cli
