// Once a loop has warmed up, nothing on a datagram's way in or out allocates.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "tests/unit/net/loop_fixture.h"

namespace {
thread_local size_t allocations = 0;
}  // namespace

// Not inlined: the compiler would see malloc() on one side and delete on the other, and warn.
[[gnu::noinline]] void* operator new(size_t size) {
  ++allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace baton::net {
namespace {

class AllocationTest : public testing::TestWithParam<IoBackend> {};

INSTANTIATE_TEST_SUITE_P(Backends, AllocationTest,
                         testing::Values(IoBackend::kUring, IoBackend::kEpoll),
                         [](const auto& test) { return std::string(ToString(test.param)); });

TEST_P(AllocationTest, ReceiveAndSendDoNotAllocate) {
  if (GetParam() == IoBackend::kUring && !WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  const size_t at_first = allocations;
  auto made = EventLoop::Create(GetParam(), SmallConfig({"127.0.0.1:0", "[::1]:0"}));
  ASSERT_TRUE(made.ok()) << made.status();
  EventLoop& loop = **made;
  ASSERT_GT(allocations, at_first) << "the count does not count";
  const std::vector<BoundSocket> sockets(loop.sockets().begin(), loop.sockets().end());
  TxBatch batch(64, 64, loop);
  const std::string payload(1000, 'a');

  const auto round = [&](uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) {
      const auto socket = static_cast<SocketIndex>(i % 2);
      *batch.Add(i, {sockets[socket].local, socket}, 1, AsBytes(payload)) = 'h';
    }
    batch.Flush();
    const TimePoint deadline = MonotonicNow() + kPatience;
    size_t received = 0;
    while (received < count && MonotonicNow() < deadline) {
      for (const Datagram& datagram : loop.Receive(deadline)) {
        received += datagram.bytes.size() == 1001 ? 1 : 0;
      }
    }
    return received == count;
  };
  ASSERT_TRUE(round(64));
  const size_t before = allocations;
  for (uint32_t i = 0; i < 200; ++i) ASSERT_TRUE(round(1 + i % 64));
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace baton::net
