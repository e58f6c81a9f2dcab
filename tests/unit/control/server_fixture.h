// A server with real cores on a thread of its own, and clients that speak to it over loopback.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "control/blocking_client.h"
#include "control/server.h"
#include "tests/unit/control/core_node.h"

namespace baton::control {

class RunningServer {
 public:
  explicit RunningServer(ServerOptions options) : node_(2) {
    if (options.listen.port == 0 && options.listen.ip.family() == AddressFamily::kNone) {
      options.listen = *TransportAddress::Parse("127.0.0.1:0");
    }
    options.node_version = "0.1.0";
    server_ = std::make_unique<Server>(io_, node_, std::move(options));
    node_.on_submit = [this] { boost::asio::post(io_, [this] { RunNode(); }); };
    status_ = server_->Listen();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() {
    OnThread([this] { server_.reset(); });
    work_.reset();
    thread_.join();
  }

  const absl::Status& status() const { return status_; }
  std::string address() const { return server_->address().ToString(); }
  TransportAddress transport_address() const { return server_->address(); }
  const Counters& counters() const { return server_->counters(); }
  uint64_t closed(CloseReason reason) const {
    return counters().connections_closed[static_cast<size_t>(reason)].value();
  }

  // Runs `f` on the server's thread and waits for it.
  template <class F>
  void OnThread(F f) {
    std::promise<void> done;
    boost::asio::post(io_, [&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }
  // What shards would put out, all at once.
  void Emit(int count, const relay::Event& event) {
    OnThread([&] {
      for (int i = 0; i < count; ++i) server_->OnOutput(0, relay::Output(event));
    });
  }
  void Close() {
    std::promise<void> done;
    boost::asio::post(io_, [&] { server_->Close([&done] { done.set_value(); }); });
    done.get_future().wait();
  }

 private:
  void RunNode() {
    node_.Run([this](size_t shard, relay::Output&& output) {
      if (server_) server_->OnOutput(shard, std::move(output));
    });
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  CoreNode node_;
  std::unique_ptr<Server> server_;
  absl::Status status_;
  std::thread thread_;
};

inline ServerOptions PlainOptions() {
  ServerOptions options;
  options.node_name = "node-1";
  options.allow_plain = true;
  return options;
}

// True as soon as `condition()` is; false if it is not within a generous time.
template <class Condition>
bool Eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

inline std::unique_ptr<BlockingClient> ConnectTo(const RunningServer& server) {
  ClientOptions options;
  options.address = server.address();
  options.name = "test";
  options.connect_timeout = std::chrono::seconds(20);
  absl::StatusOr<std::unique_ptr<BlockingClient>> client = BlockingClient::Connect(options);
  EXPECT_TRUE(client.ok()) << client.status();
  return client.ok() ? *std::move(client) : nullptr;
}

inline constexpr Duration kLong = std::chrono::seconds(20);

}  // namespace baton::control
