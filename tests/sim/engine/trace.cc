#include "tests/sim/engine/trace.h"

#include <chrono>

#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {

void Trace::Tell(TimePoint now, std::string_view who, std::string_view what) const {
  if (out_ == nullptr) return;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now - kBeginning).count();
  std::fprintf(out_, "%4lld.%06lld  %-24.*s %.*s\n", static_cast<long long>(us / 1'000'000),
               static_cast<long long>(us % 1'000'000), static_cast<int>(who.size()), who.data(),
               static_cast<int>(what.size()), what.data());
}

}  // namespace baton::sim
