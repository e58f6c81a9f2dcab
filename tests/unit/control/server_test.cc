// The server over real TCP: greeting, pipelining, watching, and clients that misbehave.
#include "control/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <set>
#include <string>

#include "tests/unit/control/raw_client.h"
#include "tests/unit/control/requests.h"
#include "tests/unit/control/server_fixture.h"

namespace baton::control {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(Server, WelcomesVersionOneAndNamesItToOthers) {
  RunningServer server(PlainOptions());
  RawClient client(server.transport_address());
  ASSERT_TRUE(client.SendHello());
  const auto welcome = client.Read();
  ASSERT_TRUE(welcome && welcome->reply().has_welcome());
  EXPECT_EQ(welcome->reply().welcome().node_name(), "node-1");
  EXPECT_NE(welcome->reply().welcome().epoch(), 0u);

  for (const uint32_t version : {0u, 2u}) {
    RawClient other(server.transport_address());
    ASSERT_TRUE(other.SendHello(version));
    const auto refused = other.Read();
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->reply().error().code(), v1::Error::FAILED_PRECONDITION);
    EXPECT_THAT(refused->reply().error().message(), HasSubstr("use version 1"));
    EXPECT_EQ(other.ReadGoodbye(), v1::Error::FAILED_PRECONDITION);
  }
  RawClient impolite(server.transport_address());
  ASSERT_TRUE(impolite.Send(ListRooms()));
  EXPECT_EQ(impolite.ReadGoodbye(), v1::Error::FAILED_PRECONDITION);
  EXPECT_TRUE(Eventually([&] { return server.closed(CloseReason::kNotWelcome) == 3; }));
}

TEST(Server, PipelinedRequestsOfOneRoomAreDoneInOrder) {
  RunningServer server(PlainOptions());
  RawClient client(server.transport_address());
  std::string all;
  auto add = [&all, id = uint64_t{0}](v1::Request request) mutable {
    request.set_id(++id);
    all += EncodeFrame(request);
  };
  v1::Request hello;
  hello.mutable_hello()->set_protocol_version(1);
  add(hello);
  for (int i = 0; i < 30; ++i) {
    const std::string room = "r" + std::to_string(i);
    add(CreateRoom(room));
    add(AddIce(room, "a"));
    add(Publish(room, "a", "cam", 1));
    add(CloseRoom(room));
  }
  ASSERT_TRUE(client.Send(all));
  std::set<uint64_t> ids;
  for (int i = 0; i < 121; ++i) {
    const auto message = client.Read();
    ASSERT_TRUE(message);
    EXPECT_FALSE(message->reply().has_error()) << message->DebugString();
    ids.insert(message->reply().id());
  }
  EXPECT_EQ(ids.size(), 121u);
}

TEST(Server, FramesThatCannotBeEndTheConnection) {
  RunningServer server(PlainOptions());
  const auto goodbye = [&](const std::string& bytes, bool after_hello) {
    RawClient client(server.transport_address());
    if (after_hello) {
      client.SendHello();
      client.Read();
    }
    client.Send(bytes);
    return client.ReadGoodbye();
  };
  const std::string zero(4, '\0');
  const std::string four_gib = "\xff\xff\xff\xff";
  const std::string five_kib("\0\0\x14\0", 4);
  const std::string over_one_mib("\0\x10\0\x01", 4);
  const std::string garbage("\0\0\0\x03\xff\xff\xff", 7);
  for (const bool after_hello : {false, true}) {
    EXPECT_EQ(goodbye(zero, after_hello), v1::Error::INVALID_ARGUMENT);
    EXPECT_EQ(goodbye(four_gib, after_hello), v1::Error::INVALID_ARGUMENT);
    EXPECT_EQ(goodbye(over_one_mib, after_hello), v1::Error::INVALID_ARGUMENT);
    EXPECT_EQ(goodbye(garbage, after_hello), v1::Error::INVALID_ARGUMENT);
  }
  EXPECT_EQ(goodbye(five_kib, false), v1::Error::INVALID_ARGUMENT);
  EXPECT_TRUE(Eventually([&] { return server.closed(CloseReason::kMalformed) == 9; }));
  EXPECT_TRUE(ConnectTo(server)->Call(ListRooms()).ok());
}

TEST(Server, SlowAndSilentClientsAreCutOff) {
  ServerOptions options = PlainOptions();
  options.limits.hello_timeout = milliseconds(100);
  RunningServer silent_server(options);
  RawClient silent(silent_server.transport_address());
  EXPECT_EQ(silent.ReadGoodbye(), v1::Error::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Eventually([&] { return silent_server.closed(CloseReason::kHelloTimeout) == 1; }));

  options = PlainOptions();
  options.limits.frame_timeout = milliseconds(100);
  RunningServer slow_server(options);
  RawClient slow(slow_server.transport_address());
  ASSERT_TRUE(slow.SendHello());
  ASSERT_TRUE(slow.Read());
  const std::string frame = EncodeFrame(CreateRoom(std::string(64, 'a')));
  // One byte at a time, more slowly than the whole may take, until the server has enough of it.
  for (size_t i = 0; i < frame.size() && slow.Send(frame.substr(i, 1)); ++i) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(slow.ReadGoodbye(), v1::Error::DEADLINE_EXCEEDED);
  EXPECT_TRUE(Eventually([&] { return slow_server.closed(CloseReason::kFrameTimeout) == 1; }));
}

TEST(Server, HundredsOfSilentConnectionsKeepNobodyOut) {
  ServerOptions options = PlainOptions();
  options.limits.unauthenticated = 16;
  RunningServer server(options);
  const std::unique_ptr<BlockingClient> before = ConnectTo(server);
  std::list<RawClient> silent;
  for (int i = 0; i < 300; ++i) silent.emplace_back(server.transport_address());
  EXPECT_TRUE(Eventually([&] { return server.closed(CloseReason::kEvicted) == 300 - 16; }));
  // The last one evicted makes room for the last one to come, which is counted a moment later.
  EXPECT_TRUE(Eventually([&] { return server.counters().unauthenticated.value() == 16; }));
  EXPECT_TRUE(before->Call(ListRooms()).ok());
  EXPECT_TRUE(ConnectTo(server)->Call(ListRooms()).ok());
}

TEST(Server, SessionsAndWatchersHaveLimits) {
  ServerOptions options = PlainOptions();
  options.limits.sessions = 2;
  options.limits.watchers = 1;
  RunningServer server(options);
  const auto first = ConnectTo(server);
  const auto second = ConnectTo(server);
  RawClient third(server.transport_address());
  third.SendHello();
  EXPECT_EQ(third.ReadGoodbye(), v1::Error::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(first->Call(WatchFromNow()).ok());
  EXPECT_EQ(first->Call(WatchFromNow()).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(second->Call(WatchFromNow()).status().code(), absl::StatusCode::kResourceExhausted);
}

// A server whose list of rooms is some 3 KB long.
std::unique_ptr<RunningServer> ServerWithRooms(const ServerOptions& options) {
  auto server = std::make_unique<RunningServer>(options);
  const auto client = ConnectTo(*server);
  for (int i = 0; i < 40; ++i) {
    EXPECT_TRUE(client->Call(CreateRoom(std::string(60, 'r') + std::to_string(i))).ok());
  }
  return server;
}

// Asks for more than sockets hold: some 12 MB.
constexpr int kFlood = 4000;
void Flood(RawClient& client) {
  std::string all;
  for (int i = 0; i < kFlood; ++i) all += EncodeFrame(ListRooms());
  client.Send(all);
}

TEST(Server, AFloodOfRequestsIsPacedByItsReader) {
  const auto server = ServerWithRooms(PlainOptions());
  RawClient flood(server->transport_address());
  flood.SendHello();
  ASSERT_TRUE(flood.Read());
  std::thread writer([&] { Flood(flood); });
  EXPECT_TRUE(ConnectTo(*server)->Call(ListRooms()).ok());
  int replies = 0;
  while (replies < kFlood && flood.Read()) ++replies;
  writer.join();
  EXPECT_EQ(replies, kFlood);
  EXPECT_EQ(server->closed(CloseReason::kUnreadReplies), 0u);
}

TEST(Server, AClientThatReadsNothingIsCutOff) {
  ServerOptions options = PlainOptions();
  options.limits.write_timeout = milliseconds(300);
  const auto server = ServerWithRooms(options);
  RawClient deaf(server->transport_address());
  deaf.SendHello();
  std::thread writer([&] { Flood(deaf); });
  EXPECT_TRUE(Eventually([&] { return server->closed(CloseReason::kWriteTimeout) == 1; }));
  writer.join();
  EXPECT_TRUE(ConnectTo(*server)->Call(ListRooms()).ok());
}

TEST(Server, WatchGivesASnapshotThenEventsAndResumes) {
  RunningServer server(PlainOptions());
  const auto worker = ConnectTo(server);
  ASSERT_TRUE(worker->Call(CreateRoom("before")).ok());
  auto watcher = ConnectTo(server);
  const absl::StatusOr<v1::Reply> started = watcher->Call(WatchFromNow());
  ASSERT_TRUE(started.ok());
  EXPECT_EQ(started->watch_started().start(), v1::WatchStarted::START_SNAPSHOT);
  absl::StatusOr<v1::WatchMessage> message = watcher->NextWatchMessage(kLong);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->snapshot().state().rooms(0).name(), "before");
  EXPECT_TRUE(message->snapshot().last());
  v1::Position position = message->snapshot().position();
  EXPECT_EQ(position.revision(), 1u);
  EXPECT_EQ(position.epoch(), watcher->welcome().epoch());

  ASSERT_TRUE(worker->Call(CreateRoom("after")).ok());
  message = watcher->NextWatchMessage(kLong);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->events().events(0).room_created().room().name(), "after");
  position.set_revision(message->events().events(0).revision());

  watcher.reset();
  ASSERT_TRUE(worker->Call(CloseRoom("before")).ok());
  watcher = ConnectTo(server);
  ASSERT_EQ(watcher->Call(WatchAfter(position))->watch_started().start(),
            v1::WatchStarted::START_RESUMED);
  message = watcher->NextWatchMessage(kLong);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->events().events(0).revision(), position.revision() + 1);
  EXPECT_EQ(message->events().events(0).room_closed().room(), "before");
}

TEST(Server, AWatcherSlowerThanTheEventsIsToldAndDisconnected) {
  ServerOptions options = PlainOptions();
  options.limits.event_log = 64;
  RunningServer server(options);
  const auto watcher = ConnectTo(server);
  ASSERT_TRUE(watcher->Call(WatchFromNow()).ok());
  ASSERT_TRUE(watcher->NextWatchMessage(kLong).ok());
  const std::string name(64, 'x');
  // 5000 events between two looks at the watcher's socket.
  server.Emit(5000,
              relay::LegAdded{
                  relay::Name(name), relay::Name(name), relay::Name(name), relay::Name(name), {}});
  absl::StatusOr<v1::WatchMessage> message = watcher->NextWatchMessage(kLong);
  while (message.ok()) message = watcher->NextWatchMessage(kLong);
  EXPECT_EQ(message.status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(std::string(message.status().message()), HasSubstr("snapshot"));
  EXPECT_TRUE(Eventually([&] { return server.closed(CloseReason::kWatchFellBehind) == 1; }));
}

TEST(Server, ClosingSaysGoodbye) {
  RunningServer server(PlainOptions());
  RawClient client(server.transport_address());
  client.SendHello();
  ASSERT_TRUE(client.Read());
  std::thread closer([&] { server.Close(); });
  EXPECT_EQ(client.ReadGoodbye(), v1::Error::UNAVAILABLE);
  client.socket().close();
  closer.join();
  EXPECT_EQ(server.counters().sessions.value(), 0);
}

TEST(Server, RefusesToStartWhereAnybodyCouldControlIt) {
  ServerOptions options = PlainOptions();
  options.listen = *TransportAddress::Parse("0.0.0.0:0");
  RunningServer everywhere(options);
  EXPECT_EQ(everywhere.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(everywhere.status().message()), HasSubstr("configure TLS"));
  options = PlainOptions();
  options.allow_plain = false;
  RunningServer not_allowed(options);
  EXPECT_EQ(not_allowed.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Server, APortInUseIsAClearError) {
  RunningServer first(PlainOptions());
  ServerOptions options = PlainOptions();
  options.listen = first.transport_address();
  RunningServer second(options);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(first.address()));
}

}  // namespace
}  // namespace baton::control
