// The terminal that a live view is drawn on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time_point.h"

namespace baton::cli {

struct ConsoleSize {
  size_t columns = 80;
  size_t rows = 24;
};

class Console {
 public:
  virtual ~Console() = default;

  // Standard output is a terminal: there is somebody to draw for.
  virtual bool interactive() const = 0;
  // May be another one after each wait.
  virtual ConsoleSize size() const = 0;
  // Replaces the whole screen; at most size().rows lines of size().columns.
  virtual void Draw(const std::vector<std::string>& lines) = 0;

  struct Wait {
    bool elapsed = false;     // `until` has come; otherwise there was a key or another size
    std::optional<char> key;  // 'q' too if the terminal is gone
  };
  // By base/clock.h. Where nothing is interactive it only waits.
  virtual Wait WaitUntil(TimePoint until) = 0;
};

using MakeConsole = std::function<std::unique_ptr<Console>()>;

// Standard input and output. From the first Draw() on the terminal is in its other screen, without
// a cursor and taking single keys; it is restored by the destructor, and by the signals that end
// the program. One at a time.
std::unique_ptr<Console> MakeTerminalConsole();

}  // namespace baton::cli
