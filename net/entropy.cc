#include "net/entropy.h"

#include <errno.h>
#include <sys/random.h>

#include "base/check.h"

namespace baton::net {

void FillRandom(MutableBytes bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    // Every kernel that we run on has the call; without it nothing here would be safe.
    BATON_CHECK(got > 0 || errno == EINTR);
    if (got > 0) bytes = bytes.subspan(static_cast<size_t>(got));
  }
}

Random::Seed RandomSeed() {
  Random::Seed seed{};
  FillRandom(MutableBytes(reinterpret_cast<uint8_t*>(seed.data()), sizeof seed));
  return seed;
}

}  // namespace baton::net
