// HMAC (RFC 2104) with SHA-1 and SHA-256 under a key that is prepared once.
//
// A key is hashed into the two chaining states that every HMAC under it starts from; keeping only
// these makes it 40 or 64 bytes of plain data that can live in a pool, and saves two of the four
// compressions that a short message costs. Nothing here allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace baton::stun {

struct Sha1 {
  static constexpr size_t kDigestSize = 20;
  static constexpr size_t kStateWords = 5;
};

struct Sha256 {
  static constexpr size_t kDigestSize = 32;
  static constexpr size_t kStateWords = 8;
};

template <class Hash>
class HmacKey {
 public:
  using Digest = std::array<uint8_t, Hash::kDigestSize>;

  // An unset key: must not be used to sign, and nothing verifies against it.
  constexpr HmacKey() = default;
  // Of any length, empty included.
  static HmacKey FromBytes(Bytes key);

  bool is_set() const { return inner_ != State{}; }

  // The HMAC of `head` followed by `tail`.
  Digest Sign(Bytes head, Bytes tail = {}) const;

 private:
  using State = std::array<uint32_t, Hash::kStateWords>;
  State inner_{};
  State outer_{};
};

extern template class HmacKey<Sha1>;
extern template class HmacKey<Sha256>;

using HmacSha1Key = HmacKey<Sha1>;
using HmacSha256Key = HmacKey<Sha256>;

// Takes the same time wherever the two differ. Spans of different size are different.
bool EqualInConstantTime(Bytes a, Bytes b);

// A password's keys for both forms of message integrity.
struct IntegrityKey {
  HmacSha1Key sha1;
  HmacSha256Key sha256;

  // RFC 8489 section 9.1.1: the key of a short-term credential is the password. An ICE password
  // needs no OpaqueString preparation, being ASCII without spaces.
  static IntegrityKey FromPassword(std::string_view password);

  bool is_set() const { return sha1.is_set() && sha256.is_set(); }
};

}  // namespace baton::stun
