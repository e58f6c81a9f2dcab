// A process that this one started, to be measured: pinned to a CPU, spoken to over its standard
// input and output, ended with this object and, by the kernel, with its parent.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "net/unique_fd.h"

namespace baton::bench {

// Pins the calling thread, and what it will start. Negative: leaves it to the kernel. Does not
// return if there is no such CPU for it.
void PinTo(int cpu);

class Child {
 public:
  // `words[0]` is the program's path. Pinned to `cpu` unless that is negative. Its standard error
  // is ours.
  Child(std::vector<std::string> words, int cpu);
  // Asks it to end (SIGTERM), and makes it end (SIGKILL) if it has not within some seconds.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }

  // The next line that it prints, without its end; nothing if none comes in time. Does not return
  // if it has closed its output: then it has said on standard error why.
  std::optional<std::string> ReadLine(Duration timeout);
  void Write(const std::string& text);

 private:
  std::string name_;
  pid_t pid_ = -1;
  net::UniqueFd to_;
  net::UniqueFd from_;
  std::string unread_;
};

}  // namespace baton::bench
