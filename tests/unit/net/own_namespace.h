// Runs a piece of a test in a child process with a network namespace of its own, where it can make
// of the loopback device what it needs.
#pragma once

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>

namespace baton::net {

// `setup` is a shell command. `body` says whether the test passed; gtest's macros do not reach the
// parent. Skips the test where there can be no such namespace.
inline void InOwnNamespace(const std::string& setup, const std::function<bool()>& body) {
  constexpr int kPassed = 0;
  constexpr int kFailed = 1;
  constexpr int kNoNamespace = 77;
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      _exit(kNoNamespace);
    }
    const std::string quietly = "{ " + setup + "; } >/dev/null 2>&1";
    if (std::system(quietly.c_str()) != 0) _exit(kNoNamespace);
    _exit(body() ? kPassed : kFailed);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kNoNamespace) GTEST_SKIP() << "no namespace with: " << setup;
  EXPECT_EQ(WEXITSTATUS(status), kPassed);
}

}  // namespace baton::net
