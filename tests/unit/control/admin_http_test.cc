#include "control/admin_http.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace baton::control {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class FixedPages final : public AdminPages {
 public:
  std::string Metrics() override { return metrics; }
  Health Live() override { return live; }
  Health Ready() override { return ready; }
  std::string ConfigYaml() override { return "name: \"baton\"\n"; }

  std::string metrics = "baton_rooms 1\n";
  Health live{.ok = true};
  Health ready{.ok = true};
};

// The server on a thread of its own; tests talk to it with blocking sockets, so each waits for what
// it asked and for nothing else.
class AdminHttpTest : public testing::Test {
 protected:
  void Listen(AdminOptions options = {}) {
    options.listen = *TransportAddress::Parse("127.0.0.1:0");
    auto server = AdminServer::Listen(server_io_, options, pages_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    port_ = server_->address().port;
    thread_ = std::thread([this] { server_io_.run(); });
  }
  void TearDown() override {
    if (!thread_.joinable()) return;
    boost::asio::post(server_io_, [this] { server_.reset(); });
    thread_.join();
  }

  tcp::socket Connect() {
    tcp::socket socket(client_io_);
    socket.connect({boost::asio::ip::address_v4::loopback(), port_});
    return socket;
  }
  static void Send(tcp::socket& socket, const std::string& text) {
    boost::asio::write(socket, boost::asio::buffer(text));
  }
  // Until the server closes.
  static std::string ReadAll(tcp::socket& socket) {
    std::string text;
    error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(text), error);
    return text;
  }
  std::string Exchange(const std::string& request) {
    tcp::socket socket = Connect();
    Send(socket, request);
    return ReadAll(socket);
  }
  std::string Get(const std::string& target) {
    return Exchange("GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  FixedPages pages_;
  boost::asio::io_context server_io_;
  boost::asio::io_context client_io_;
  std::unique_ptr<AdminServer> server_;
  uint16_t port_ = 0;
  std::thread thread_;
};

TEST_F(AdminHttpTest, ShowsItsPages) {
  Listen();
  const std::string metrics = Get("/metrics");
  EXPECT_THAT(metrics, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(metrics, HasSubstr("\r\n\r\nbaton_rooms 1\n"));
  EXPECT_THAT(Get("/config"), HasSubstr("\r\n\r\nname: \"baton\"\n"));
  EXPECT_THAT(Get("/"), HasSubstr("/readyz"));
  EXPECT_THAT(Get("/metrics?x=1"), HasSubstr("baton_rooms 1"));
}

TEST_F(AdminHttpTest, HealthSaysWhyNot) {
  pages_.ready = {.reason = "stopping"};
  Listen();
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
  const std::string ready = Get("/readyz");
  EXPECT_THAT(ready, StartsWith("HTTP/1.1 503 Service Unavailable\r\n"));
  EXPECT_THAT(ready, HasSubstr("\r\n\r\nstopping\n"));
}

TEST_F(AdminHttpTest, HeadIsGetWithoutTheBody) {
  Listen();
  const std::string head = Exchange("HEAD /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 14\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("baton_rooms")));
}

TEST_F(AdminHttpTest, RefusesOtherPagesAndMethods) {
  Listen();
  EXPECT_THAT(Get("/nothing"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(Get("/metrics/"), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  const std::string post =
      Exchange("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(post, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(post, HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(AdminHttpTest, KeepsConnectionsAliveAndTakesPipelinedRequests) {
  Listen();
  const std::string both = Exchange(
      "GET /livez HTTP/1.1\r\n\r\n"
      "GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(both, HasSubstr("\r\n\r\nok\nHTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(both, HasSubstr("baton_rooms 1"));
}

TEST_F(AdminHttpTest, RefusesAnOversizedHeader) {
  Listen();
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nX: " + std::string(kMaxAdminHeaderBytes, 'x')),
              StartsWith("HTTP/1.1 431 "));
}

TEST_F(AdminHttpTest, RefusesABody) {
  Listen();
  EXPECT_THAT(Exchange("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(AdminHttpTest, RefusesWhatIsNotHttp) {
  Listen();
  EXPECT_THAT(Exchange("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange("GET / HTTP/9.9\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(AdminHttpTest, ClosesARequestThatNeverEnds) {
  Listen({.request_timeout = std::chrono::milliseconds(50)});
  tcp::socket slow = Connect();
  Send(slow, "GET /metr");
  EXPECT_EQ(ReadAll(slow), "");
}

TEST_F(AdminHttpTest, ClosesAnIdleConnection) {
  Listen({.idle_timeout = std::chrono::milliseconds(50)});
  tcp::socket silent = Connect();
  EXPECT_EQ(ReadAll(silent), "");
}

TEST_F(AdminHttpTest, ASlowClientKeepsNobodyWaiting) {
  Listen();
  tcp::socket slow = Connect();
  Send(slow, "GET /metr");
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
  Send(slow, "ics HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(ReadAll(slow), HasSubstr("baton_rooms 1"));
}

TEST_F(AdminHttpTest, ClosesAResponseThatNobodyReads) {
  // More than socket buffers hold.
  pages_.metrics.assign(64 << 20, 'x');
  Listen({.response_timeout = std::chrono::milliseconds(50)});
  tcp::socket deaf = Connect();
  Send(deaf, "GET /metrics HTTP/1.1\r\n\r\n");
  // Another connection sees the server end this one.
  for (bool ended = false; !ended;) {
    EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
    std::promise<size_t> count;
    boost::asio::post(server_io_, [&] { count.set_value(server_->connections()); });
    ended = count.get_future().get() == 0;
  }
  EXPECT_LT(ReadAll(deaf).size(), pages_.metrics.size());
}

TEST_F(AdminHttpTest, ClosesConnectionsBeyondTheLimit) {
  Listen({.max_connections = 2});
  tcp::socket first = Connect();
  Send(first, "GET /livez HTTP/1.1\r\n\r\n");
  tcp::socket second = Connect();
  Send(second, "GET /livez HTTP/1.1\r\n\r\n");
  char byte = 0;
  boost::asio::read(first, boost::asio::buffer(&byte, 1));
  boost::asio::read(second, boost::asio::buffer(&byte, 1));
  tcp::socket third = Connect();
  EXPECT_EQ(ReadAll(third), "");
  std::promise<uint64_t> refused;
  boost::asio::post(server_io_, [&] { refused.set_value(server_->connections_refused()); });
  EXPECT_EQ(refused.get_future().get(), 1u);
}

TEST_F(AdminHttpTest, GoesAwayWithConnectionsOpen) {
  Listen();
  tcp::socket idle = Connect();
  tcp::socket half = Connect();
  Send(half, "GET /metr");
  EXPECT_THAT(Get("/livez"), StartsWith("HTTP/1.1 200 OK\r\n"));
  TearDown();
  EXPECT_EQ(ReadAll(half), "");
  EXPECT_EQ(ReadAll(idle), "");
}

TEST_F(AdminHttpTest, APortInUseIsNamed) {
  Listen();
  AdminOptions options;
  options.listen = server_->address();
  boost::asio::io_context io;
  const auto second = AdminServer::Listen(io, options, pages_);
  ASSERT_FALSE(second.ok());
  EXPECT_THAT(std::string(second.status().message()),
              StartsWith("admin.listen, admin.port: cannot listen on 127.0.0.1:"));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("Address already in use"));
}

}  // namespace
}  // namespace baton::control
