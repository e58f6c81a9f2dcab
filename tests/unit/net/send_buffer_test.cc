// A socket whose send buffer is full. Loopback alone never fills one, so this happens in a network
// namespace whose loopback is slowed down; where that cannot be made, the tests are skipped.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/unit/net/loop_fixture.h"

namespace baton::net {
namespace {

constexpr int kPassed = 0;
constexpr int kFailed = 1;
constexpr int kNoNamespace = 77;

bool EnterSlowNamespace() {
  if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) return false;
  return std::system(
             "{ ip link set lo up && tc qdisc add dev lo root tbf rate 64kbit burst 2000 limit "
             "1000000; }"
             " >/dev/null 2>&1") == 0;
}

int SendTooMuch(IoBackend backend) {
  if (!EnterSlowNamespace()) return kNoNamespace;
  EventLoopConfig config = SmallConfig({"127.0.0.1:0"});
  config.send_buffer_bytes = 8192;
  auto loop = EventLoop::Create(backend, config);
  if (!loop.ok()) return kFailed;
  TxBatch batch(100, 1, **loop);
  const Flow to{*TransportAddress::Parse("127.0.0.1:9"), 0};
  const std::string text(1000, 's');
  for (int i = 0; i < 100; ++i) AddText(batch, 0, to, text);
  batch.Flush();
  const uint64_t sent = (*loop)->counters().tx_datagrams.value();
  const uint64_t full = Failures(**loop, SendFailure::kSocketFull);
  if (sent == 0 || full == 0 || sent + full != 100) return kFailed;
  // And the loop goes on.
  (*loop)->Wake();
  while ((*loop)->counters().wakeups.value() == 0) (*loop)->Receive(kNever);
  return kPassed;
}

class SendBufferTest : public testing::TestWithParam<IoBackend> {};

INSTANTIATE_TEST_SUITE_P(Backends, SendBufferTest,
                         testing::Values(IoBackend::kUring, IoBackend::kEpoll),
                         [](const auto& test) { return std::string(ToString(test.param)); });

TEST_P(SendBufferTest, AFullOneIsCountedAndHoldsNothingUp) {
  if (GetParam() == IoBackend::kUring && !WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(SendTooMuch(GetParam()));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoNamespace) GTEST_SKIP() << "no namespace with a slow loopback";
  EXPECT_EQ(WEXITSTATUS(status), kPassed);
}

}  // namespace
}  // namespace baton::net
