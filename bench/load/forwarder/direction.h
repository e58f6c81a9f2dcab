// The two directions of a forwarder, and what it has for each of them.
#pragma once

#include <cstdint>

namespace baton::bench {

enum class Direction : uint8_t {
  kUp,    // from a client to the server
  kDown,  // from the server to a client
};

inline constexpr Direction kDirections[] = {Direction::kUp, Direction::kDown};

template <class T>
struct PerDirection {
  T up{};
  T down{};

  T& operator[](Direction direction) { return direction == Direction::kUp ? up : down; }
  const T& operator[](Direction direction) const { return direction == Direction::kUp ? up : down; }
};

}  // namespace baton::bench
