#include "control/ice_credentials.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace baton::control {
namespace {

constexpr std::string_view kIceChars =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(kIceChars.size() == 64);  // six bits select one without bias

}  // namespace

absl::StatusOr<relay::IceCredentials> MakeIceCredentials() {
  std::array<uint8_t, kLocalUfragSize + kLocalPasswordSize> random{};
  // Up to 256 bytes come whole or not at all once the kernel's pool is initialised (getrandom(2)).
  ssize_t got = 0;
  do {
    got = getrandom(random.data(), random.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(random.size())) {
    return absl::UnavailableError(
        absl::StrCat("the operating system gives no randomness: ", std::strerror(errno)));
  }
  std::array<char, random.size()> text{};
  std::transform(random.begin(), random.end(), text.begin(),
                 [](uint8_t byte) { return kIceChars[byte & 0x3f]; });
  const std::string_view all(text.data(), text.size());
  relay::IceCredentials credentials;
  credentials.ufrag = FixedString<relay::IceCredentials::kMaxUfrag>(all.substr(0, kLocalUfragSize));
  credentials.password =
      FixedString<relay::IceCredentials::kMaxPassword>(all.substr(kLocalUfragSize));
  return credentials;
}

bool IsIceChars(std::string_view text) {
  return text.find_first_not_of(kIceChars) == std::string_view::npos;
}

}  // namespace baton::control
