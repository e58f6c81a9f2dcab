#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <string>

#include "tests/unit/control/requests.h"
#include "tests/unit/control/server_fixture.h"
#include "tests/unit/control/test_certificates.h"

namespace baton::control {
namespace {

using ::testing::HasSubstr;

class TlsTest : public ::testing::Test {
 protected:
  ServerOptions Options() {
    ServerOptions options;
    options.tls =
        TlsFiles{files_.path("server.pem"), files_.path("server.key"), files_.path("ca.pem")};
    return options;
  }
  absl::StatusOr<std::unique_ptr<BlockingClient>> Connect(const RunningServer& server,
                                                          const std::string& who) {
    ClientOptions options;
    options.address = server.address();
    options.connect_timeout = kLong;
    options.tls = ClientTls{.ca_file = files_.path("ca.pem"),
                            .certificate_file = files_.path(who + ".pem"),
                            .key_file = files_.path(who + ".key")};
    return BlockingClient::Connect(options);
  }
  // What a handshake and a read that follows end with, for a client that shows no certificate.
  boost::system::error_code Handshake(const RunningServer& server, long max_version) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    SSL_CTX_set_max_proto_version(context.native_handle(), static_cast<int>(max_version));
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
    const TransportAddress address = server.transport_address();
    boost::system::error_code error;
    stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), address.port}, error);
    stream.handshake(asio::ssl::stream_base::client, error);
    // In TLS 1.3 the server's verdict on the certificate comes after the client's last word.
    char byte = 0;
    if (!error) stream.read_some(asio::buffer(&byte, 1), error);
    return error;
  }

  TestCertificates files_;
};

TEST_F(TlsTest, ClientsWithACertificateOfTheCaGetIn) {
  RunningServer server(Options());
  ASSERT_TRUE(server.status().ok()) << server.status();
  const auto client = Connect(server, "client");
  ASSERT_TRUE(client.ok()) << client.status();
  EXPECT_TRUE((*client)->Call(CreateRoom("demo")).ok());
}

TEST_F(TlsTest, OthersDoNot) {
  RunningServer server(Options());
  ASSERT_TRUE(server.status().ok()) << server.status();
  EXPECT_EQ(Connect(server, "stranger").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Handshake(server, TLS1_3_VERSION));
  EXPECT_TRUE(Handshake(server, TLS1_2_VERSION));
  EXPECT_TRUE(Eventually([&] { return server.closed(CloseReason::kHandshakeFailed) == 3; }));
  EXPECT_EQ(server.counters().sessions.value(), 0);
}

TEST_F(TlsTest, AServerOfAnotherCaIsNotTrusted) {
  ServerOptions options = Options();
  options.tls->certificate_file = files_.path("stranger.pem");
  options.tls->key_file = files_.path("stranger.key");
  RunningServer server(options);
  ASSERT_TRUE(server.status().ok()) << server.status();
  const absl::Status status = Connect(server, "client").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("certificate verify failed"));
}

TEST_F(TlsTest, FilesThatCannotBeUsedAreNamed) {
  ServerOptions options = Options();
  options.tls->key_file = files_.path("client.key");
  RunningServer wrong_key(options);
  EXPECT_EQ(wrong_key.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(wrong_key.status().message()), HasSubstr("client.key"));
  options = Options();
  options.tls->ca_file = files_.path("none.pem");
  RunningServer no_ca(options);
  EXPECT_THAT(std::string(no_ca.status().message()), HasSubstr("none.pem"));
}

TEST_F(TlsTest, SilentHandshakesAreCutOff) {
  ServerOptions options = Options();
  options.limits.hello_timeout = std::chrono::milliseconds(50);
  RunningServer server(options);
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), server.transport_address().port});
  char byte = 0;
  boost::system::error_code error;
  socket.read_some(boost::asio::buffer(&byte, 1), error);
  EXPECT_TRUE(error);
  EXPECT_TRUE(Eventually([&] { return server.closed(CloseReason::kHelloTimeout) == 1; }));
}

}  // namespace
}  // namespace baton::control
