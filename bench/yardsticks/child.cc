#include "bench/yardsticks/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "bench/yardsticks/die.h"

namespace baton::bench {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);

struct Pipe {
  net::UniqueFd read;
  net::UniqueFd write;
};

Pipe MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) DieOfErrno("pipe");
  return {net::UniqueFd(ends[0]), net::UniqueFd(ends[1])};
}

bool TryPinTo(int cpu) {
  if (cpu < 0) return true;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<size_t>(cpu), &set);
  return sched_setaffinity(0, sizeof set, &set) == 0;
}

[[noreturn]] void BecomeChild(const std::vector<std::string>& words, int cpu, int in, int out) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  if (!TryPinTo(cpu)) DieOfErrno("cannot pin " + words[0] + " to CPU " + std::to_string(cpu));
  execv(arguments[0], arguments.data());
  DieOfErrno("cannot run " + words[0]);
}

}  // namespace

void PinTo(int cpu) {
  if (!TryPinTo(cpu)) DieOfErrno("cannot pin the load to CPU " + std::to_string(cpu));
}

Child::Child(std::vector<std::string> words, int cpu) : name_(words[0]) {
  signal(SIGPIPE, SIG_IGN);  // a child that has gone is noticed by what is written to it
  Pipe in = MakePipe();
  Pipe out = MakePipe();
  pid_ = fork();
  if (pid_ < 0) DieOfErrno("fork");
  if (pid_ == 0) BecomeChild(words, cpu, in.read.get(), out.write.get());
  to_ = std::move(in.write);
  from_ = std::move(out.read);
}

Child::~Child() {
  kill(pid_, SIGTERM);
  const TimePoint deadline = MonotonicNow() + kPatience;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (MonotonicNow() > deadline) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

std::optional<std::string> Child::ReadLine(Duration timeout) {
  const TimePoint deadline = MonotonicNow() + timeout;
  for (;;) {
    if (const size_t end = unread_.find('\n'); end != std::string::npos) {
      std::string line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return line;
    }
    const Duration left = std::max(deadline - MonotonicNow(), Duration(0));
    pollfd wait{from_.get(), POLLIN, 0};
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    if (poll(&wait, 1, static_cast<int>(ms)) <= 0) return std::nullopt;
    std::array<char, 4096> chunk;
    const ssize_t n = read(from_.get(), chunk.data(), chunk.size());
    if (n <= 0) Die(name_ + " has ended early");
    unread_.append(chunk.data(), static_cast<size_t>(n));
  }
}

void Child::Write(const std::string& text) {
  if (write(to_.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    Die(name_ + " takes no more input");
  }
}

}  // namespace baton::bench
