#include "net/event_loop.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/net/loop_fixture.h"

namespace baton::net {
namespace {

INSTANTIATE_TEST_SUITE_P(Backends, LoopTest,
                         testing::Combine(testing::Values(IoBackend::kUring, IoBackend::kEpoll),
                                          testing::Values("127.0.0.1:0", "[::1]:0")),
                         [](const auto& test) {
                           const bool v4 = std::string(std::get<1>(test.param)) == "127.0.0.1:0";
                           return std::string(ToString(std::get<0>(test.param))) +
                                  (v4 ? "_v4" : "_v6");
                         });

TEST_P(LoopTest, TellsWhereItIs) {
  const auto loop = MakeLoop();
  ASSERT_EQ(loop->sockets().size(), 1u);
  EXPECT_NE(loop->sockets()[0].local.port, 0);
  EXPECT_EQ(loop->sockets()[0].local.ip, TransportAddress::Parse(address())->ip);
  EXPECT_GT(loop->sockets()[0].receive_buffer_bytes, 0);
  EXPECT_EQ(loop->backend(), backend());
}

TEST_P(LoopTest, HandsUpWhatArrives) {
  const auto loop = MakeLoop();
  Peer peer(address());
  peer.SendTo(loop->sockets()[0].local, "before the first receive");
  const TimePoint before = MonotonicNow() - std::chrono::seconds(10);
  std::vector<Datagram> seen;
  ASSERT_TRUE(ReceiveUntil(*loop, [&](std::span<const Datagram> batch) {
    seen.assign(batch.begin(), batch.end());
    return !seen.empty();
  }));
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(AsText(seen[0].bytes), "before the first receive");
  EXPECT_EQ(seen[0].flow.remote, peer.address());
  EXPECT_EQ(seen[0].flow.socket, 0);
  EXPECT_EQ(loop->buffers().count(seen[0].buffer), 1u);
  EXPECT_LE(seen[0].received, MonotonicNow());
  EXPECT_GT(seen[0].received, before);
  loop->Receive(TimePoint{});
  EXPECT_EQ(loop->buffers().in_use(), 0u);
  EXPECT_EQ(loop->counters().rx_datagrams.value(), 1u);
  EXPECT_EQ(loop->counters().rx_bytes.value(), 24u);
}

TEST_P(LoopTest, ReceiveTimesAreThoseOfArrivalAndInOrder) {
  const auto loop = MakeLoop();
  Peer peer(address());
  const TimePoint start = MonotonicNow();
  for (int i = 0; i < 100; ++i) peer.SendTo(loop->sockets()[0].local, "x");
  const TimePoint sent = MonotonicNow();
  std::vector<TimePoint> times;
  ASSERT_TRUE(ReceiveUntil(*loop, [&](std::span<const Datagram> batch) {
    for (const Datagram& datagram : batch) times.push_back(datagram.received);
    return times.size() == 100;
  }));
  // The offset between the two clocks is read again for each batch, a few instructions apart.
  constexpr Duration kSlack = std::chrono::milliseconds(20);
  EXPECT_GE(times.front(), start - kSlack);
  EXPECT_LE(times.back(), sent + kSlack);
  for (size_t i = 1; i < times.size(); ++i) EXPECT_GE(times[i], times[i - 1] - kSlack);
}

TEST_P(LoopTest, EchoesThousandsInOrder) {
  const auto loop = MakeLoop();
  std::deque<Peer> peers;
  for (int i = 0; i < 5; ++i) peers.emplace_back(address());
  std::map<TransportAddress, DestinationId> ids;
  for (size_t i = 0; i < peers.size(); ++i) ids[peers[i].address()] = static_cast<DestinationId>(i);
  TxBatch batch(64, peers.size(), *loop);
  constexpr int kRounds = 400;
  for (int round = 0; round < kRounds; ++round) {
    for (Peer& peer : peers) {
      for (int k = 0; k < 2; ++k) {
        peer.SendTo(loop->sockets()[0].local, std::to_string(2 * round + k));
      }
    }
    size_t echoed = 0;
    ASSERT_TRUE(ReceiveUntil(*loop, [&](std::span<const Datagram> received) {
      for (const Datagram& datagram : received) {
        uint8_t* header = batch.Add(ids.at(datagram.flow.remote), datagram.flow, 1, datagram.bytes);
        *header = '>';
      }
      batch.Flush();
      echoed += received.size();
      return echoed == 2 * peers.size();
    }));
  }
  for (Peer& peer : peers) {
    for (int i = 0; i < 2 * kRounds; ++i) ASSERT_EQ(peer.Next(), ">" + std::to_string(i));
    EXPECT_EQ(peer.NextIfThere(), "(none)");
  }
  EXPECT_EQ(loop->counters().tx_datagrams.value(), 5u * 2 * kRounds);
  loop->Receive(TimePoint{});
  EXPECT_EQ(loop->buffers().in_use(), 0u);
}

TEST_P(LoopTest, SendsBatchesBeyondOneSubmission) {
  EventLoopConfig config = SmallConfig({address()});
  config.destinations = 0;
  const auto loop = MakeLoop(config);
  Peer peer(address());
  constexpr int kCount = 2000;
  TxBatch batch(kCount, 1, *loop);
  const std::string payload(100, 'p');
  for (int i = 0; i < kCount; ++i) {
    const std::string header = std::to_string(i) + ":";
    uint8_t* slot = batch.Add(0, {peer.address(), 0}, header.size(), AsBytes(payload));
    std::memcpy(slot, header.data(), header.size());
  }
  batch.Flush();
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(peer.Next(), std::to_string(i) + ":" + payload);
  EXPECT_EQ(loop->counters().tx_messages.value(), uint64_t{kCount});
  // At least 16 messages to a system call.
  EXPECT_LE(loop->counters().tx_submissions.value(), uint64_t{kCount} / 16);
}

TEST_P(LoopTest, ReceivesMoreThanOneBatchHolds) {
  const auto loop = MakeLoop();
  Peer peer(address());
  for (int i = 0; i < 200; ++i) peer.SendTo(loop->sockets()[0].local, std::to_string(i));
  size_t next = 0;
  ASSERT_TRUE(ReceiveUntil(*loop, [&](std::span<const Datagram> batch) {
    EXPECT_LE(batch.size(), 32u);
    for (const Datagram& datagram : batch)
      EXPECT_EQ(AsText(datagram.bytes), std::to_string(next++));
    return next == 200;
  }));
}

// A proxy went deaf for ever by not starting its receive again.
TEST_P(LoopTest, HearsAgainAfterEveryBufferWasHeld) {
  EventLoopConfig config = SmallConfig({address()});
  config.rx_buffers = 8;
  config.max_batch = 8;
  const auto loop = MakeLoop(config);
  Peer peer(address());
  for (int round = 0; round < 50; ++round) {
    for (int i = 0; i < 20; ++i) peer.SendTo(loop->sockets()[0].local, std::to_string(i));
    std::vector<BufferId> held;
    std::vector<std::string> texts;
    const auto hold = [&](std::span<const Datagram> batch) {
      for (const Datagram& datagram : batch) {
        loop->buffers().Retain(datagram.buffer);
        held.push_back(datagram.buffer);
        texts.push_back(AsText(datagram.bytes));
      }
      return held.size() == config.rx_buffers;
    };
    ASSERT_TRUE(ReceiveUntil(*loop, hold)) << round;
    // Deaf, but not blocked and not turning in circles.
    EXPECT_TRUE(loop->Receive(MonotonicNow() + std::chrono::milliseconds(1)).empty());
    EXPECT_EQ(loop->buffers().in_use(), config.rx_buffers);
    // One buffer is enough to hear all the rest.
    loop->buffers().Release(held.back());
    const std::vector<std::string> rest = ReceiveTexts(*loop, 12);
    texts.insert(texts.end(), rest.begin(), rest.end());
    held.pop_back();
    for (const BufferId id : held) loop->buffers().Release(id);
    ASSERT_EQ(texts.size(), 20u) << round;
    for (int i = 0; i < 20; ++i) ASSERT_EQ(texts[static_cast<size_t>(i)], std::to_string(i));
  }
  EXPECT_GT(loop->counters().rx_shortages.value(), 0u);
  loop->Receive(TimePoint{});
  EXPECT_EQ(loop->buffers().in_use(), 0u);
}

TEST_P(LoopTest, AShortageEndsWithTheDeadlineOrAWake) {
  EventLoopConfig config = SmallConfig({address()});
  config.rx_buffers = 8;
  config.max_batch = 8;
  const auto loop = MakeLoop(config);
  Peer peer(address());
  for (int i = 0; i < 9; ++i) peer.SendTo(loop->sockets()[0].local, "x");
  size_t held = 0;
  ASSERT_TRUE(ReceiveUntil(*loop, [&](std::span<const Datagram> batch) {
    for (const Datagram& datagram : batch) loop->buffers().Retain(datagram.buffer);
    held += batch.size();
    return held == 8;
  }));
  const TimePoint deadline = MonotonicNow() + std::chrono::milliseconds(5);
  while (MonotonicNow() < deadline) EXPECT_TRUE(loop->Receive(deadline).empty());
  loop->Wake();
  while (loop->counters().wakeups.value() == 0) EXPECT_TRUE(loop->Receive(kNever).empty());
}

TEST_P(LoopTest, EmptyAndFullDatagramsPass) {
  const auto loop = MakeLoop();
  Peer peer(address());
  // An empty datagram ends a multishot receive.
  const std::string full(1500, 'f');
  for (int i = 0; i < 10; ++i) {
    peer.SendTo(loop->sockets()[0].local, "");
    peer.SendTo(loop->sockets()[0].local, full);
  }
  const std::vector<std::string> texts = ReceiveTexts(*loop, 20);
  ASSERT_EQ(texts.size(), 20u);
  for (size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(texts[i], i % 2 == 0 ? "" : full);
}

TEST_P(LoopTest, CutOffDatagramsAreCountedAndDropped) {
  const auto loop = MakeLoop();
  Peer peer(address());
  for (int i = 0; i < 600; ++i) {
    peer.SendTo(loop->sockets()[0].local, std::string(1501, 'l'));
    if (i % 100 != 99) continue;
    peer.SendTo(loop->sockets()[0].local, "short");
    ASSERT_EQ(ReceiveTexts(*loop, 1), std::vector<std::string>{"short"});
  }
  EXPECT_EQ(loop->counters().rx_truncated.value(), 600u);
  EXPECT_EQ(loop->counters().rx_datagrams.value(), 6u);
  loop->Receive(TimePoint{});
  EXPECT_EQ(loop->buffers().in_use(), 0u);
}

TEST_P(LoopTest, WakesFromOtherThreads) {
  const auto loop = MakeLoop();
  // Written before Wake() and read after Receive(), without any other synchronisation than theirs.
  std::array<std::atomic<int>, 2> written{};
  constexpr int kTimes = 2000;
  std::vector<std::thread> writers;
  for (std::atomic<int>& mine : written) {
    writers.emplace_back([&] {
      for (int i = 0; i < kTimes; ++i) {
        mine.fetch_add(1, std::memory_order_relaxed);
        loop->Wake();
      }
    });
  }
  const auto done = [&] {
    return written[0].load(std::memory_order_relaxed) == kTimes &&
           written[1].load(std::memory_order_relaxed) == kTimes;
  };
  while (!done() || loop->counters().wakeups.value() == 0) loop->Receive(kNever);
  for (std::thread& writer : writers) writer.join();
}

TEST_P(LoopTest, AWakeBeforeTheReceiveCounts) {
  const auto loop = MakeLoop();
  for (uint64_t i = 1; i <= 100; ++i) {
    loop->Wake();
    while (loop->counters().wakeups.value() < i) loop->Receive(kNever);
  }
}

TEST_P(LoopTest, ADeadlineEndsTheWait) {
  const auto loop = MakeLoop();
  const TimePoint start = MonotonicNow();
  const TimePoint deadline = start + std::chrono::milliseconds(10);
  while (MonotonicNow() < deadline) EXPECT_TRUE(loop->Receive(deadline).empty());
  EXPECT_TRUE(loop->Receive(start).empty());
  EXPECT_LT(loop->counters().busy_ns.value(),
            static_cast<uint64_t>((MonotonicNow() - start).count()));
}

TEST_P(LoopTest, AClosedPortStopsNothing) {
  const auto loop = MakeLoop();
  TransportAddress closed;
  {
    Peer gone(address());
    closed = gone.address();
  }
  Peer peer(address());
  TxBatch batch(64, 2, *loop);
  for (int i = 0; i < 50; ++i) {
    AddText(batch, 0, {closed, 0}, "to nobody");
    AddText(batch, 1, {peer.address(), 0}, std::to_string(i));
    batch.Flush();
    peer.SendTo(loop->sockets()[0].local, "back");
    ASSERT_EQ(ReceiveTexts(*loop, 1).size(), 1u);
    ASSERT_EQ(peer.Next(), std::to_string(i));
  }
  EXPECT_EQ(loop->counters().rx_errors.value(), 0u);
  EXPECT_EQ(loop->counters().tx_datagrams.value(), 100u);
}

TEST_P(LoopTest, RefusedDatagramsAreCountedAndTheOthersGo) {
  const auto loop = MakeLoop();
  Peer peer(address());
  TxBatch batch(64, 8, *loop);
  const std::string huge(65535, 'h');
  const bool v4 = peer.address().ip.is_v4();
  const Flow other_family{*TransportAddress::Parse(v4 ? "[::1]:9" : "127.0.0.1:9"), 0};
  AddText(batch, 0, {peer.address(), 0}, "first");
  batch.Add(0, {peer.address(), 0}, 1, AsBytes(huge));
  AddText(batch, 1, other_family, "never");
  AddText(batch, 2, {{}, 0}, "nowhere");
  AddText(batch, 0, {peer.address(), 0}, "last");
  batch.Flush();
  EXPECT_EQ(peer.Next(), "first");
  EXPECT_EQ(peer.Next(), "last");
  EXPECT_EQ(Failures(*loop, SendFailure::kTooLong), 1u);
  uint64_t failures = 0;
  for (const Counter& counter : loop->counters().tx_failures) failures += counter.value();
  EXPECT_EQ(failures, 3u);
  EXPECT_EQ(loop->counters().tx_datagrams.value(), 2u);
}

TEST_P(LoopTest, DropsOfTheKernelAreCounted) {
  EventLoopConfig config = SmallConfig({address()});
  config.receive_buffer_bytes = 8192;
  const auto loop = MakeLoop(config);
  Peer peer(address());
  constexpr size_t kSent = 200;
  const std::string text(1000, 'd');
  for (size_t i = 0; i < kSent; ++i) peer.SendTo(loop->sockets()[0].local, text);
  size_t received = 0;
  while (const size_t got = loop->Receive(TimePoint{}).size()) received += got;
  // The kernel tells with a datagram how many were lost before it.
  peer.SendTo(loop->sockets()[0].local, "after");
  received += ReceiveTexts(*loop, 1).size();
  EXPECT_LT(received, kSent);
  EXPECT_EQ(received + loop->counters().rx_kernel_drops.value(), kSent + 1);
}

TEST_P(LoopTest, SocketsShareALoop) {
  EventLoopConfig config = SmallConfig({"127.0.0.1:0", "[::1]:0", address()});
  config.max_batch = 8;
  const auto loop = MakeLoop(config);
  Peer v4("127.0.0.1:0");
  Peer v6("[::1]:0");
  // A flood on the first socket leaves room for the second in every batch that it fills.
  for (int i = 0; i < 100; ++i) v4.SendTo(loop->sockets()[0].local, "flood");
  v6.SendTo(loop->sockets()[1].local, "quiet");
  std::array<size_t, 3> counts{};
  ASSERT_TRUE(ReceiveUntil(*loop, [&](std::span<const Datagram> batch) {
    for (const Datagram& datagram : batch) ++counts[datagram.flow.socket];
    return counts[0] == 100 && counts[1] == 1;
  }));
  TxBatch batch(64, 64, *loop);
  for (uint32_t i = 0; i < 20; ++i) {
    AddText(batch, 2 * i, {v4.address(), 0}, std::to_string(i));
    AddText(batch, 2 * i + 1, {v6.address(), 1}, std::to_string(i));
  }
  batch.Flush();
  for (uint32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(v4.Next(), std::to_string(i));
    EXPECT_EQ(v6.Next(), std::to_string(i));
  }
}

TEST_P(LoopTest, PassesOverWhatIsForTaps) {
  const auto loop = MakeLoop(SmallConfig({"127.0.0.1:0"}));
  Peer peer("127.0.0.1:0");
  TxBatch batch(64, 64, *loop);
  for (uint32_t i = 0; i < 20; ++i) {
    AddText(batch, 2 * i % 8, TapFlow(static_cast<TapNumber>(i % 4)), "for a tap");
    AddText(batch, 1, {peer.address(), 0}, std::to_string(i));
  }
  std::memcpy(batch.AddSingle(TapFlow(1), 4), "RTCP", 4);
  batch.Flush();
  for (uint32_t i = 0; i < 20; ++i) EXPECT_EQ(peer.Next(), std::to_string(i));
  EXPECT_EQ(loop->counters().tx_datagrams.value(), 20u);
  AddText(batch, 0, TapFlow(0), "and for nobody else");
  batch.Flush();
  EXPECT_EQ(loop->counters().tx_datagrams.value(), 20u);
  for (const Counter& failures : loop->counters().tx_failures) EXPECT_EQ(failures.value(), 0u);
}

TEST_P(LoopTest, ThePortIsFreeAfterwards) {
  EventLoopConfig config = SmallConfig({address()});
  auto loop = MakeLoop(config);
  config.bind[0] = loop->sockets()[0].local;
  const auto second = EventLoop::Create(backend(), config);
  EXPECT_NE(std::string(second.status().message()).find("port in use"), std::string::npos)
      << second.status();
  for (int i = 0; i < 20; ++i) {
    loop->Receive(TimePoint{});
    loop.reset();
    loop = MakeLoop(config);
    ASSERT_NE(loop, nullptr);
  }
}

TEST_P(LoopTest, MadeHereRunThere) {
  auto loop = MakeLoop();
  Peer peer(address());
  peer.SendTo(loop->sockets()[0].local, "across");
  std::vector<std::string> texts;
  std::thread owner([&] { texts = ReceiveTexts(*loop, 1); });
  owner.join();
  EXPECT_EQ(texts, std::vector<std::string>{"across"});
  loop.reset();
}

TEST(EventLoopTest, RefusesAConfigurationOutOfRange) {
  const auto code = [](const EventLoopConfig& config) {
    return EventLoop::Create(IoBackend::kEpoll, config).status().code();
  };
  EXPECT_EQ(code({}), absl::StatusCode::kInvalidArgument);
  EventLoopConfig config = SmallConfig({"127.0.0.1:0"});
  EXPECT_EQ(code(config), absl::StatusCode::kOk);
  config.max_batch = kMaxBatch + 1;
  EXPECT_EQ(code(config), absl::StatusCode::kInvalidArgument);
  config = SmallConfig({"127.0.0.1:0"});
  config.rx_buffers = kMaxRxBuffers + 1;
  EXPECT_EQ(code(config), absl::StatusCode::kInvalidArgument);
  config = SmallConfig({"127.0.0.1:0"});
  config.rx_buffer_size = 63;
  EXPECT_EQ(code(config), absl::StatusCode::kInvalidArgument);
}

TEST(EventLoopTest, MemoryIsASum) {
  EventLoopConfig config = SmallConfig({"127.0.0.1:0"});
  const size_t small = EventLoop::BytesFor(config);
  config.rx_buffers *= 2;
  EXPECT_GE(EventLoop::BytesFor(config), small + 256 * 1500);
}

// The same input gives the same output, whichever way it goes through the kernel.
TEST(EventLoopTest, BackEndsAgree) {
  if (!WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  std::array<std::vector<std::string>, 2> outputs;
  for (const IoBackend backend : {IoBackend::kUring, IoBackend::kEpoll}) {
    auto loop = EventLoop::Create(backend, SmallConfig({"127.0.0.1:0"}));
    ASSERT_TRUE(loop.ok()) << loop.status();
    std::vector<std::string>& output = outputs[static_cast<size_t>(backend)];
    Peer peer("127.0.0.1:0");
    for (size_t i = 0; i < 150; ++i) {
      peer.SendTo((*loop)->sockets()[0].local,
                  std::string(i * 11, static_cast<char>('a' + i % 26)));
    }
    TxBatch batch(40, 4, **loop);
    size_t received = 0;
    // 150 datagrams, of which those longer than 1500 bytes are dropped.
    ASSERT_TRUE(ReceiveUntil(**loop, [&](std::span<const Datagram> datagrams) {
      for (const Datagram& datagram : datagrams) {
        *batch.Add(0, datagram.flow, 1, datagram.bytes) = '#';
        ++received;
      }
      batch.Flush();
      return received == 137;
    }));
    for (size_t i = 0; i < received; ++i) output.push_back(peer.Next());
    output.push_back(std::to_string((*loop)->counters().rx_bytes.value()));
    output.push_back(std::to_string((*loop)->counters().tx_bytes.value()));
  }
  EXPECT_EQ(outputs[0], outputs[1]);
}

}  // namespace
}  // namespace baton::net
