#include "cmd/batond/memory_report.h"

#include <algorithm>
#include <cstdio>

namespace baton {
namespace {

std::string Readable(uint64_t bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof(text), unit == 0 ? "%7.0f %s" : "%7.1f %s", value, kUnits[unit]);
  return text;
}

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

std::string MemoryReport(std::span<const MemoryItem> items) {
  size_t width = 5;
  uint64_t total = 0;
  for (const MemoryItem& item : items) {
    width = std::max(width, item.what.size());
    total += item.bytes();
  }
  std::string report = "# memory of the pools:\n";
  for (const MemoryItem& item : items) {
    char sum[80];
    std::snprintf(sum, sizeof(sum),
                  "  %9llu x %9llu bytes = ", static_cast<unsigned long long>(item.count),
                  static_cast<unsigned long long>(item.bytes_each));
    report.append("#   ").append(Padded(item.what, width)).append(sum);
    report.append(Readable(item.bytes())).append("\n");
  }
  constexpr size_t kSumWidth = 32;
  report.append("#   ").append(Padded("total", width + kSumWidth)).append(Readable(total));
  return report.append("\n");
}

}  // namespace baton
