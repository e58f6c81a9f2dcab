#include "bench/load/progress.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/load/units.h"

namespace baton::bench {

Progress::Progress(std::FILE* file) : file_(isatty(fileno(file)) != 0 ? file : nullptr) {}

Progress::~Progress() { Clear(); }

void Progress::Phase(const std::string& text) { Write(text); }

void Progress::Show(const Interval& interval, double total_s) {
  Write(ProgressLine(interval, total_s));
}

void Progress::Clear() { Write(""); }

void Progress::Write(const std::string& text) {
  if (file_ == nullptr) return;
  // To the line's begin, the text, and nothing behind it.
  std::fprintf(file_, "\r%s\x1b[K", text.c_str());
  std::fflush(file_);
}

std::string ProgressLine(const Interval& interval, double total_s) {
  const auto rate = [&](uint64_t count) {
    return absl::StrCat(RoundedCount(static_cast<double>(count) / interval.length_s), "/s");
  };
  std::string line = absl::StrFormat("%.0f/%.0f s", interval.start_s + interval.length_s, total_s);
  absl::StrAppend(&line, "  sent ", rate(interval.sent), "  received ",
                  rate(interval.legs.received), "  loss ", RoundedShare(LossOf(interval.legs)),
                  "  p99 ", RoundedDuration(static_cast<double>(interval.latency.p99)));
  if (interval.node.packets_out > 0) {
    absl::StrAppend(&line, "  node ", RoundedDuration(interval.node.cpu_ns_per_packet_out),
                    "/packet");
  }
  return line;
}

}  // namespace baton::bench
