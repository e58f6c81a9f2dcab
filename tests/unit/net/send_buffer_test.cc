// A socket whose send buffer is full. Loopback alone never fills one, so this happens where
// loopback is slowed down.
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/net/loop_fixture.h"
#include "tests/unit/net/own_namespace.h"

namespace baton::net {
namespace {

constexpr const char* kSlowLoopback =
    "ip link set lo up && tc qdisc add dev lo root tbf rate 64kbit burst 2000 limit 1000000";

bool SendTooMuch(IoBackend backend) {
  EventLoopConfig config = SmallConfig({"127.0.0.1:0"});
  config.send_buffer_bytes = 8192;
  auto loop = EventLoop::Create(backend, config);
  if (!loop.ok()) return false;
  TxBatch batch(100, 1, **loop);
  const Flow to{*TransportAddress::Parse("127.0.0.1:9"), 0};
  const std::string text(1000, 's');
  for (int i = 0; i < 100; ++i) {
    AddText(batch, 0, to, text);
    // Messages of a few datagrams: one that exceeds an empty send buffer is taken all the same.
    if (i % 5 == 4) batch.Flush();
  }
  const uint64_t sent = (*loop)->counters().tx_datagrams.value();
  const uint64_t full = Failures(**loop, SendFailure::kSocketFull);
  if (sent == 0 || full == 0 || sent + full != 100) return false;
  // And the loop goes on.
  (*loop)->Wake();
  while ((*loop)->counters().wakeups.value() == 0) (*loop)->Receive(kNever);
  return true;
}

class SendBufferTest : public testing::TestWithParam<IoBackend> {};

INSTANTIATE_TEST_SUITE_P(Backends, SendBufferTest,
                         testing::Values(IoBackend::kUring, IoBackend::kEpoll),
                         [](const auto& test) { return std::string(ToString(test.param)); });

TEST_P(SendBufferTest, AFullOneIsCountedAndHoldsNothingUp) {
  if (GetParam() == IoBackend::kUring && !WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  InOwnNamespace(kSlowLoopback, [] { return SendTooMuch(GetParam()); });
}

}  // namespace
}  // namespace baton::net
