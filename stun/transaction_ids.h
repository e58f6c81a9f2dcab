// Transaction ids that nobody can guess, without a random device: a keyed hash over a counter.
//
// Whoever answers a check must have seen it; that is all the proof of an address is worth. So an
// observer of any number of ids must not learn the next one, which a plain generator would tell.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "stun/attributes.h"
#include "stun/hmac.h"

namespace baton::stun {

class TransactionIds {
 public:
  // 256 bits from the operating system, another one for each instance; the same secret gives the
  // same ids.
  using Secret = std::array<uint8_t, 32>;

  explicit TransactionIds(const Secret& secret) : key_(HmacSha256Key::FromBytes(secret)) {}

  // The first 96 bits of HMAC-SHA256(secret, counter). Two are equal with a chance of 2^-96.
  TransactionId Next() {
    std::array<uint8_t, 8> counter;
    StoreU64(counter.data(), counter_++);
    const HmacSha256Key::Digest digest = key_.Sign(counter);
    TransactionId id;
    std::copy_n(digest.begin(), id.size(), id.begin());
    return id;
  }

 private:
  HmacSha256Key key_;
  uint64_t counter_ = 0;
};

}  // namespace baton::stun
