// Random bytes from the operating system: credentials, keys, seeds.
#pragma once

#include "base/bytes.h"
#include "base/random.h"

namespace baton::net {

// Waits only if the system has just booted and has no entropy yet. Any thread.
void FillRandom(MutableBytes bytes);

// 256 bits, to seed a generator or to key a hash.
Random::Seed RandomSeed();

}  // namespace baton::net
