// Runs through the real kernel: what is sent with UDP_SEGMENT arrives as if sent one by one, and
// what UDP_GRO joined comes up as the datagrams that it was.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "tests/unit/net/loop_fixture.h"
#include "tests/unit/net/own_namespace.h"

namespace baton::net {
namespace {

class RunsTest : public LoopTest {
 protected:
  static EventLoopConfig Config(const char* bind) {
    EventLoopConfig config = SmallConfig({bind});
    config.receive_runs = true;
    return config;
  }
};

INSTANTIATE_TEST_SUITE_P(Backends, RunsTest,
                         testing::Combine(testing::Values(IoBackend::kUring, IoBackend::kEpoll),
                                          testing::Values("127.0.0.1:0", "[::1]:0")),
                         [](const auto& test) {
                           return std::string(ToString(std::get<0>(test.param))) +
                                  (std::get<1>(test.param)[0] == '[' ? "_v6" : "_v4");
                         });

// Texts of a few sizes, with trains of equal ones among them.
std::vector<std::string> RandomTexts(Random& random, size_t count) {
  constexpr std::array<size_t, 5> kSizes = {20, 160, 1199, 1200, 1201};
  std::vector<std::string> texts;
  while (texts.size() < count) {
    const size_t size = kSizes[random.Below(kSizes.size())];
    for (size_t n = 1 + random.Below(12); n > 0 && texts.size() < count; --n) {
      texts.push_back(std::to_string(texts.size()) + ":");
      texts.back().resize(n == 1 && random.OneIn(2) ? size - random.Below(10) : size, 'x');
    }
  }
  return texts;
}

TEST_P(RunsTest, ArriveAsSinglesDo) {
  const auto loop = MakeLoop(Config(address()));
  std::vector<Peer> peers;
  for (int i = 0; i < 4; ++i) peers.emplace_back(address());
  TxBatch batch(512, peers.size(), *loop);
  Random random(uint64_t{11});
  for (int round = 0; round < 20; ++round) {
    const std::vector<std::string> texts = RandomTexts(random, 100);
    for (const std::string& text : texts) {
      // Half of it in the header's slot, half elsewhere.
      for (uint32_t to = 0; to < peers.size(); ++to) {
        const size_t half = text.size() / 2;
        std::memcpy(batch.Add(to, {peers[to].address(), 0}, half, AsBytes(text).subspan(half)),
                    text.data(), half);
      }
    }
    batch.Flush();
    for (Peer& peer : peers) {
      for (const std::string& text : texts) ASSERT_EQ(peer.Next(), text);
      ASSERT_EQ(peer.NextIfThere(), "(none)");
    }
  }
  EXPECT_EQ(loop->counters().tx_datagrams.value(), 20u * 100 * peers.size());
  EXPECT_LT(loop->counters().tx_messages.value(), 20u * 100 * peers.size() / 2);
  EXPECT_EQ(loop->counters().tx_runs_refused.value(), 0u);
}

TEST_P(RunsTest, ComeUpAsTheDatagramsThatTheyWere) {
  const auto sender = MakeLoop(Config(address()));
  const auto receiver = MakeLoop(Config(address()));
  TxBatch batch(512, 1, *sender);
  Random random(uint64_t{12});
  for (int round = 0; round < 20; ++round) {
    const std::vector<std::string> texts = RandomTexts(random, 150);
    for (const std::string& text : texts)
      AddText(batch, 0, {receiver->sockets()[0].local, 0}, text);
    batch.Flush();
    size_t next = 0;
    std::set<BufferId> buffers;
    ASSERT_TRUE(ReceiveUntil(*receiver, [&](std::span<const Datagram> received) {
      for (const Datagram& datagram : received) {
        EXPECT_EQ(AsText(datagram.bytes), texts[next++]);
        EXPECT_EQ(datagram.flow.remote, sender->sockets()[0].local);
        buffers.insert(datagram.buffer);
      }
      return next == texts.size();
    }));
    EXPECT_LT(buffers.size(), texts.size() / 2) << "nothing came in one piece";
  }
  receiver->Receive(TimePoint{});
  EXPECT_EQ(receiver->buffers().in_use(), 0u);
}

TEST_P(RunsTest, TheLongestDatagramIsReceived) {
  const auto loop = MakeLoop(Config(address()));
  Peer peer(address());
  const std::string text(peer.address().ip.is_v4() ? 65507 : 65527, 'l');
  peer.SendTo(loop->sockets()[0].local, text);
  EXPECT_EQ(ReceiveTexts(*loop, 1), std::vector<std::string>{text});
}

// Datagrams longer than the device's MTU: no run of them is taken, each goes in fragments.
bool SendBeyondTheMtu(IoBackend backend, const char* address) {
  auto loop = EventLoop::Create(backend, SmallConfig({address}));
  if (!loop.ok()) return false;
  Peer peer(address);
  TxBatch batch(512, 1, **loop);
  std::vector<std::string> texts;
  // Runs that are refused among others that are not.
  for (int i = 0; i < 30; ++i) texts.emplace_back(i % 10 < 5 ? 1600 : 1000, 'A' + i);
  for (int round = 0; round < 3; ++round) {
    for (const std::string& text : texts) {
      *batch.Add(0, {peer.address(), 0}, 1, AsBytes(text).subspan(1)) =
          static_cast<uint8_t>(text[0]);
    }
    batch.Flush();
    for (const std::string& text : texts) {
      if (peer.Next() != text) return false;
    }
  }
  return (*loop)->counters().tx_runs_refused.value() == 1 &&
         (*loop)->counters().tx_datagrams.value() == 90;
}

TEST_P(RunsTest, WhatTheDeviceRefusesGoesOneByOne) {
  InOwnNamespace("ip link set lo mtu 1500 up",
                 [] { return SendBeyondTheMtu(backend(), address()); });
}

}  // namespace
}  // namespace baton::net
