#include "control/candidates.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace baton::control {
namespace {

// RFC 8445 section 5.1.2.1.
uint32_t Priority(size_t index) {
  constexpr uint32_t kHostPreference = 126;
  constexpr uint32_t kComponent = 1;
  const auto local_preference = static_cast<uint32_t>(65535 - std::min<size_t>(index, 65535));
  return kHostPreference << 24 | local_preference << 8 | (256 - kComponent);
}

}  // namespace

std::string CandidateLine(const TransportAddress& address, size_t index) {
  // Each address is another base, so each candidate is another foundation (RFC 8445 5.1.1.3).
  return absl::StrCat("candidate:", index + 1, " 1 udp ", Priority(index), " ",
                      address.ip.ToString(), " ", address.port, " typ host");
}

}  // namespace baton::control
