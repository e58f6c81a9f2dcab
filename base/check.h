// Assertions of our own invariants. They stay on in release builds. Nothing that a peer or a
// controller can send may reach one: outside input is handled, never asserted.
#pragma once

#include <cstdio>
#include <cstdlib>

#define BATON_CHECK(condition)                                                               \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
