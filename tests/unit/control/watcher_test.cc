#include "control/watcher.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <vector>

#include "tests/unit/control/cutting_proxy.h"
#include "tests/unit/control/requests.h"
#include "tests/unit/control/server_fixture.h"

namespace baton::control {
namespace {

class WatcherTest : public ::testing::Test {
 protected:
  void Start(const std::string& address) {
    ClientOptions options;
    options.address = address;
    WatchHandler handler;
    handler.on_snapshot = [this](const v1::State& state, v1::WatchStarted::Start start) {
      state_ = state;
      starts_.push_back(start);
    };
    handler.on_event = [this](const v1::Event& event) { events_.push_back(event); };
    handler.on_disconnected = [this](const absl::Status& why) { why_.push_back(why); };
    watcher_ = std::make_unique<Watcher>(
        io_, options, handler,
        Watcher::Retry{std::chrono::milliseconds(5), std::chrono::milliseconds(20)});
  }
  bool RunUntil(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + kLong;
    while (!done()) {
      if (io_.run_one_until(end) == 0) return done();
    }
    return true;
  }

  boost::asio::io_context io_;
  std::unique_ptr<Watcher> watcher_;
  v1::State state_;
  std::vector<v1::WatchStarted::Start> starts_;
  std::vector<v1::Event> events_;
  std::vector<absl::Status> why_;
};

TEST_F(WatcherTest, StartsAgainWithASnapshotAfterTheNodeWasRestarted) {
  auto server = std::make_unique<RunningServer>(PlainOptions());
  const TransportAddress address = server->transport_address();
  Start(server->address());
  ASSERT_TRUE(RunUntil([&] { return starts_.size() == 1; }));
  EXPECT_EQ(starts_[0], v1::WatchStarted::START_SNAPSHOT);
  ASSERT_TRUE(ConnectTo(*server)->Call(CreateRoom("demo")).ok());
  ASSERT_TRUE(RunUntil([&] { return events_.size() == 1; }));
  EXPECT_EQ(events_[0].room_created().room().name(), "demo");

  server.reset();
  ASSERT_TRUE(RunUntil([&] { return why_.size() >= 2; }));  // lost, and tried once more in vain
  EXPECT_EQ(why_[0].code(), absl::StatusCode::kUnavailable);
  ServerOptions options = PlainOptions();
  options.listen = address;
  server = std::make_unique<RunningServer>(options);
  ASSERT_TRUE(server->status().ok()) << server->status();
  ASSERT_TRUE(RunUntil([&] { return starts_.size() == 2; }));
  EXPECT_EQ(starts_[1], v1::WatchStarted::START_OTHER_EPOCH);
  EXPECT_EQ(state_.rooms_size(), 0);
}

TEST_F(WatcherTest, MissesNothingAndSeesNothingTwiceOverLostConnections) {
  RunningServer server(PlainOptions());
  CuttingProxy proxy(io_, server.transport_address().port);
  Start(proxy.address());
  ASSERT_TRUE(RunUntil([&] { return starts_.size() == 1; }));
  const std::unique_ptr<BlockingClient> worker = ConnectTo(server);
  uint64_t last = 0;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(worker->Call(CreateRoom("r")).ok());
      ASSERT_TRUE(worker->Call(CloseRoom("r")).ok());
      last += 2;
    }
    // Cut somewhere in the midst of them.
    ASSERT_TRUE(
        RunUntil([&] { return !events_.empty() && events_.back().revision() > last - 15; }));
    proxy.Cut();
    ASSERT_TRUE(RunUntil([&] { return why_.size() == static_cast<size_t>(round) + 1; }));
  }
  ASSERT_TRUE(RunUntil([&] { return !events_.empty() && events_.back().revision() == last; }));
  for (size_t i = 0; i < events_.size(); ++i) EXPECT_EQ(events_[i].revision(), i + 1);
  EXPECT_EQ(starts_.size(), 1u);  // always resumed
}

TEST_F(WatcherTest, StartsAgainWithASnapshotWhenItFellBehind) {
  ServerOptions options = PlainOptions();
  options.limits.event_log = 64;
  RunningServer server(options);
  Start(server.address());
  ASSERT_TRUE(RunUntil([&] { return starts_.size() == 1; }));
  const relay::Name name(std::string(64, 'x'));
  server.Emit(5000, relay::LegAdded{name, name, name, name, {}});
  ASSERT_TRUE(RunUntil([&] { return starts_.size() == 2; }));
  EXPECT_EQ(starts_[1], v1::WatchStarted::START_TOO_OLD);
  EXPECT_EQ(why_[0].code(), absl::StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace baton::control
