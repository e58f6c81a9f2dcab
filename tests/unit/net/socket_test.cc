#include "net/socket.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <string>

#include "base/bytes.h"
#include "net/entropy.h"
#include "net/resource_limits.h"

namespace baton::net {
namespace {

TransportAddress At(const char* text) { return *TransportAddress::Parse(text); }

std::string ErrorFor(const char* address) {
  return std::string(OpenUdpSocket(At(address), {}).status().message());
}

TEST(SocketTest, AddressesSurviveTheKernelsForm) {
  for (const char* text : {"127.0.0.1:1", "255.255.255.255:65535", "[::1]:5004", "[2001:db8::5]:0",
                           "[::ffff:1.2.3.4]:7"}) {
    SocketAddress name{};
    const socklen_t size = ToSocketAddress(At(text), name);
    ASSERT_GT(size, 0u);
    EXPECT_EQ(FromSocketAddress(&name, size), At(text));
    EXPECT_EQ(FromSocketAddress(&name, size - 1), std::nullopt);
  }
}

TEST(SocketTest, OtherFamiliesAreNoAddress) {
  SocketAddress name{};
  EXPECT_EQ(ToSocketAddress({}, name), 0u);
  name.any.sa_family = AF_UNIX;
  EXPECT_EQ(FromSocketAddress(&name, sizeof name), std::nullopt);
  EXPECT_EQ(FromSocketAddress(nullptr, 0), std::nullopt);
}

TEST(SocketTest, ReportsPortAndBuffers) {
  const auto socket = OpenUdpSocket(At("127.0.0.1:0"),
                                    {.receive_buffer_bytes = 100'000, .send_buffer_bytes = 50'000});
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_NE(socket->bound.local.port, 0);
  EXPECT_EQ(socket->bound.receive_buffer_bytes, 100'000);
  EXPECT_EQ(socket->bound.send_buffer_bytes, 50'000);
}

TEST(SocketTest, ErrorsSayWhatToDo) {
  const auto holder = OpenUdpSocket(At("127.0.0.1:0"), {});
  ASSERT_TRUE(holder.ok());
  const std::string address = holder->bound.local.ToString();
  const std::string in_use = ErrorFor(address.c_str());
  EXPECT_NE(in_use.find(address), std::string::npos) << in_use;
  EXPECT_NE(in_use.find("port in use"), std::string::npos) << in_use;
  EXPECT_NE(ErrorFor("192.0.2.1:0").find("no interface of this host"), std::string::npos);
  EXPECT_FALSE(OpenUdpSocket({}, {}).ok());
}

// A socket on [::] leaves the port to others over IPv4, and never sees them.
TEST(SocketTest, FamiliesAreApart) {
  const auto v6 = OpenUdpSocket(At("[::]:0"), {});
  ASSERT_TRUE(v6.ok()) << v6.status();
  const auto v4 = OpenUdpSocket({*IpAddress::Parse("0.0.0.0"), v6->bound.local.port}, {});
  EXPECT_TRUE(v4.ok()) << v4.status();
}

TEST(EntropyTest, FillsEverythingDifferently) {
  std::array<uint8_t, 1000> first{};
  std::array<uint8_t, 1000> second{};
  FillRandom(first);
  FillRandom(second);
  EXPECT_NE(first, second);
  // All of it: an untouched tail of 16 zeros has a chance of 2^-128.
  EXPECT_NE(std::vector<uint8_t>(first.end() - 16, first.end()), std::vector<uint8_t>(16));
  FillRandom({});
  EXPECT_NE(RandomSeed(), RandomSeed());
}

TEST(ResourceLimitsTest, FilesAreRaisedToTheHardLimit) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const auto raised = RaiseFileLimit();
  ASSERT_TRUE(raised.ok()) << raised.status();
  EXPECT_EQ(*raised, before.rlim_max);
  EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_NE(DescribeMemlockLimit().find("RLIMIT_MEMLOCK"), std::string::npos);
}

}  // namespace
}  // namespace baton::net
