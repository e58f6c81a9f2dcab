#include "net/probe.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/unit/net/loop_fixture.h"

namespace baton::net {
namespace {

// From here on the system call `number` fails with `error` in this process, as in a container.
void Forbid(long number, int error) {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<uint32_t>(error)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0) {
    std::perror("seccomp");
    std::exit(2);
  }
}

// Ends the process: 0 if the chosen back end is epoll and carries datagrams.
[[noreturn]] void ChooseAndEcho() {
  const auto choice = ChooseBackend(BackendRequest::kAuto);
  if (!choice.ok() || choice->backend != IoBackend::kEpoll) std::exit(1);
  std::fprintf(stderr, "%s\n", choice->reason.c_str());
  auto loop = EventLoop::Create(choice->backend, SmallConfig({"127.0.0.1:0"}));
  if (!loop.ok()) std::exit(1);
  TxBatch batch(8, 1, **loop);
  AddText(batch, 0, {(*loop)->sockets()[0].local, 0}, "over epoll");
  batch.Flush();
  const bool arrived = ReceiveTexts(**loop, 1) == std::vector<std::string>{"over epoll"};
  std::exit(arrived ? 0 : 1);
}

TEST(ProbeDeathTest, FallsBackWhereAFilterForbids) {
  EXPECT_EXIT(
      {
        Forbid(SYS_io_uring_setup, EPERM);
        ChooseAndEcho();
      },
      testing::ExitedWithCode(0), "io_uring does not work here: io_uring_setup: .*seccomp");
}

TEST(ProbeDeathTest, FallsBackWhereAFilterHides) {
  EXPECT_EXIT(
      {
        Forbid(SYS_io_uring_setup, ENOSYS);
        ChooseAndEcho();
      },
      testing::ExitedWithCode(0), "this kernel has no io_uring");
}

// The ring can be made, but not used.
TEST(ProbeDeathTest, FallsBackWhereOnlyBuffersAreRefused) {
  if (!WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  EXPECT_EXIT(
      {
        Forbid(SYS_io_uring_register, EINVAL);
        ChooseAndEcho();
      },
      testing::ExitedWithCode(0), "registering a ring of receive buffers: .*too old");
}

TEST(ProbeDeathTest, AskedForButImpossible) {
  EXPECT_EXIT(
      {
        Forbid(SYS_io_uring_setup, EPERM);
        const auto choice = ChooseBackend(BackendRequest::kUring);
        std::fprintf(stderr, "%s\n", choice.status().ToString().c_str());
        std::exit(choice.ok() ? 1 : 0);
      },
      testing::ExitedWithCode(0), "FAILED_PRECONDITION.*asked for.*--io auto");
}

TEST(ProbeDeathTest, EpollWithoutItsNewerWait) {
  EXPECT_EXIT(
      {
        Forbid(SYS_epoll_pwait2, ENOSYS);
        auto loop = EventLoop::Create(IoBackend::kEpoll, SmallConfig({"127.0.0.1:0"}));
        const TimePoint deadline = MonotonicNow() + std::chrono::milliseconds(3);
        while (MonotonicNow() < deadline) (*loop)->Receive(deadline);
        (*loop)->Wake();
        (*loop)->Receive(kNever);
        std::exit((*loop)->counters().wakeups.value() == 1 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(ProbeTest, EpollIsTakenUntried) {
  const auto choice = ChooseBackend(BackendRequest::kEpoll);
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->backend, IoBackend::kEpoll);
}

TEST(ProbeTest, UringIsTakenWhereItWorks) {
  if (!WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  for (const BackendRequest request : {BackendRequest::kAuto, BackendRequest::kUring}) {
    const auto choice = ChooseBackend(request);
    ASSERT_TRUE(choice.ok()) << choice.status();
    EXPECT_EQ(choice->backend, IoBackend::kUring);
  }
}

}  // namespace
}  // namespace baton::net
