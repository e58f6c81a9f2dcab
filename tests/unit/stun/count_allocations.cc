#include "tests/unit/stun/count_allocations.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

namespace {

thread_local size_t allocations = 0;

void* CryptoMalloc(size_t size, const char*, int) {
  ++allocations;
  return std::malloc(size);
}
void* CryptoRealloc(void* block, size_t size, const char*, int) {
  ++allocations;
  return std::realloc(block, size);
}
void CryptoFree(void* block, const char*, int) { std::free(block); }

const int hooked = CRYPTO_set_mem_functions(CryptoMalloc, CryptoRealloc, CryptoFree);

}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* block = std::malloc(size)) return block;
  std::abort();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }

namespace baton::stun {

size_t Allocations() { return allocations; }
bool CountsLibcrypto() { return hooked == 1; }

}  // namespace baton::stun
