#include "base/address.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

TEST(Address, ParsesAndPrintsBothFamilies) {
  for (const char* text : {"192.0.2.1:5004", "[2001:db8::1]:1", "[::1]:65535", "0.0.0.0:0"}) {
    const auto address = TransportAddress::Parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(Address, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", ":", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:1x", "[1.2.3.4]:1",
        "::1:1", "[::1", "[]:1", "localhost:1", "1.2.3:1", "[fe80::1%eth0]:1", "1.2.3.4: 1"}) {
    EXPECT_FALSE(TransportAddress::Parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::Parse(std::string(1000, '1')));
  EXPECT_FALSE(IpAddress::Parse(std::string_view("1.2.3.4\0", 8)));
}

TEST(Address, KnowsItsKind) {
  const auto ip = [](const char* text) { return *IpAddress::Parse(text); };
  EXPECT_TRUE(ip("127.1.2.3").IsLoopback());
  EXPECT_TRUE(ip("::1").IsLoopback());
  EXPECT_FALSE(ip("::2").IsLoopback());
  EXPECT_TRUE(ip("169.254.1.1").IsLinkLocal());
  EXPECT_TRUE(ip("febf::1").IsLinkLocal());
  EXPECT_FALSE(ip("fec0::1").IsLinkLocal());
  EXPECT_TRUE(ip("239.255.255.255").IsMulticast());
  EXPECT_TRUE(ip("ff02::1").IsMulticast());
  EXPECT_TRUE(ip("0.0.0.0").IsUnspecified());
  EXPECT_TRUE(ip("::").IsUnspecified());
  EXPECT_TRUE(ip("255.255.255.255").IsBroadcast());
  EXPECT_FALSE(ip("255.255.255.254").IsBroadcast());
  EXPECT_TRUE(ip("::ffff:192.0.2.1").IsV4InV6());
  EXPECT_TRUE(ip("::192.0.2.1").IsV4InV6());
  EXPECT_FALSE(ip("::1").IsV4InV6());
  EXPECT_FALSE(ip("::").IsV4InV6());
  EXPECT_FALSE(ip("2001:db8::1").IsV4InV6());
}

TEST(Address, HashDependsOnEveryPart) {
  const auto hash = [](const char* text) { return Hash(*TransportAddress::Parse(text), 7); };
  EXPECT_NE(hash("192.0.2.1:1"), hash("192.0.2.1:2"));
  EXPECT_NE(hash("192.0.2.1:1"), hash("192.0.2.2:1"));
  EXPECT_NE(hash("0.0.0.0:1"), hash("[::]:1"));
  EXPECT_NE(Hash(*TransportAddress::Parse("192.0.2.1:1"), 1),
            Hash(*TransportAddress::Parse("192.0.2.1:1"), 2));
}

}  // namespace
}  // namespace baton
