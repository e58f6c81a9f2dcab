#include "relay/address_policy.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/relay/harness.h"

namespace baton::relay {
namespace {

using test::Address;

AddressVerdict JudgeText(const CoreConfig& config, const std::string& address) {
  return Judge(config, Address(address));
}

TEST(AddressPolicy, AllowsOrdinaryUnicast) {
  const CoreConfig config = test::SmallConfig();
  for (const char* address : {"192.0.2.1:5004", "10.0.0.1:1", "[2001:db8::1]:5004", "[fd00::1]:9",
                              "198.51.100.1:7883", "203.0.113.9:7882"}) {
    EXPECT_EQ(JudgeText(config, address), AddressVerdict::kAllowed) << address;
  }
}

TEST(AddressPolicy, RefusesWhatIsNoUnicastDestination) {
  CoreConfig config = test::SmallConfig();
  config.policy = {.allow_loopback = true, .allow_link_local = true};
  for (const char* address : {"0.0.0.0:5004", "[::]:5004", "224.0.0.1:5004", "239.255.0.1:5004",
                              "[ff02::1]:5004", "255.255.255.255:5004", "[::ffff:192.0.2.1]:5004",
                              "[::192.0.2.1]:5004", "192.0.2.1:0", "[::ffff:127.0.0.1]:5004"}) {
    EXPECT_EQ(JudgeText(config, address), AddressVerdict::kRefused) << address;
  }
  EXPECT_EQ(Judge(config, TransportAddress{}), AddressVerdict::kRefused);
}

TEST(AddressPolicy, LoopbackAndLinkLocalAreForConfigurationToAllow) {
  CoreConfig config = test::SmallConfig();
  const std::vector<std::string> loopback = {"127.0.0.1:5004", "127.1.2.3:5004", "[::1]:5004"};
  const std::vector<std::string> link_local = {"169.254.1.1:5004", "[fe80::1]:5004"};
  for (const auto& a : loopback) EXPECT_EQ(JudgeText(config, a), AddressVerdict::kRefused) << a;
  for (const auto& a : link_local) EXPECT_EQ(JudgeText(config, a), AddressVerdict::kRefused) << a;
  config.policy.allow_loopback = true;
  for (const auto& a : loopback) EXPECT_EQ(JudgeText(config, a), AddressVerdict::kAllowed) << a;
  for (const auto& a : link_local) EXPECT_EQ(JudgeText(config, a), AddressVerdict::kRefused) << a;
  config.policy = {.allow_loopback = false, .allow_link_local = true};
  for (const auto& a : loopback) EXPECT_EQ(JudgeText(config, a), AddressVerdict::kRefused) << a;
  for (const auto& a : link_local) EXPECT_EQ(JudgeText(config, a), AddressVerdict::kAllowed) << a;
}

TEST(AddressPolicy, NeverSendsToItself) {
  CoreConfig config = test::SmallConfig();
  config.policy.allow_loopback = true;
  // Named as it is, and as what the wildcard sockets hear too.
  for (const char* address :
       {"198.51.100.1:7882", "127.0.0.1:7882", "127.9.9.9:7882", "[::1]:7882"}) {
    EXPECT_EQ(JudgeText(config, address), AddressVerdict::kOurs) << address;
  }
  EXPECT_EQ(JudgeText(config, "127.0.0.1:7883"), AddressVerdict::kAllowed);
}

}  // namespace
}  // namespace baton::relay
