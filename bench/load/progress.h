// A live line on a terminal while a run goes on. Where there is no terminal, nothing.
#pragma once

#include <cstdio>
#include <string>

#include "bench/load/result.h"

namespace baton::bench {

class Progress {
 public:
  // Writes to `file`, if that is a terminal.
  explicit Progress(std::FILE* file);
  // Clears the line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // What goes on, as long as there are no figures: "making 500 endpoints".
  void Phase(const std::string& text);
  // An interval that has just ended; `total_s` is how long the run will be.
  void Show(const Interval& interval, double total_s);
  void Clear();

 private:
  void Write(const std::string& text);

  std::FILE* file_;  // null: no terminal
};

// The line: "12/30 s  sent 260/s  received 13 k/s  loss 0 %  p99 812 us  node 1.2 us/packet".
std::string ProgressLine(const Interval& interval, double total_s);

}  // namespace baton::bench
