// Counts what this thread allocates: through operator new, and by libcrypto through CRYPTO_malloc.
#pragma once

#include <cstddef>

namespace baton::stun {

size_t Allocations();

// False if libcrypto had allocated before it could be told.
bool CountsLibcrypto();

}  // namespace baton::stun
