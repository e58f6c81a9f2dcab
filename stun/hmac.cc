// OpenSSL 3 deprecates SHA1_* and SHA256_* in favour of EVP, whose contexts are allocated and
// fetched for each key. These need neither, work in place, and run the same assembly.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "stun/hmac.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace baton::stun {
namespace {

// Of both hashes.
constexpr size_t kBlockSize = 64;
using Block = std::array<uint8_t, kBlockSize>;

// What the two hashes look like in OpenSSL. A "state" is the chaining value between two blocks.
struct Sha1Ops : Sha1 {
  using Context = SHA_CTX;
  using State = std::array<uint32_t, kStateWords>;
  static void Init(Context& c) { SHA1_Init(&c); }
  static void Update(Context& c, Bytes b) { SHA1_Update(&c, b.data(), b.size()); }
  static void Final(uint8_t* digest, Context& c) { SHA1_Final(digest, &c); }
  static State Save(const Context& c) { return {c.h0, c.h1, c.h2, c.h3, c.h4}; }
  static void Restore(Context& c, const State& s) {
    c.h0 = s[0];
    c.h1 = s[1];
    c.h2 = s[2];
    c.h3 = s[3];
    c.h4 = s[4];
  }
};

struct Sha256Ops : Sha256 {
  using Context = SHA256_CTX;
  using State = std::array<uint32_t, kStateWords>;
  static void Init(Context& c) { SHA256_Init(&c); }
  static void Update(Context& c, Bytes b) { SHA256_Update(&c, b.data(), b.size()); }
  static void Final(uint8_t* digest, Context& c) { SHA256_Final(digest, &c); }
  static State Save(const Context& c) {
    State s;
    std::copy_n(c.h, s.size(), s.begin());
    return s;
  }
  static void Restore(Context& c, const State& s) { std::copy_n(s.begin(), s.size(), c.h); }
};

template <class Hash>
struct OpsOf;
template <>
struct OpsOf<Sha1> : Sha1Ops {};
template <>
struct OpsOf<Sha256> : Sha256Ops {};

// The state after one block: the key, padded with zeros, XOR `pad`.
template <class Ops>
typename Ops::State StateAfterKey(const Block& key, uint8_t pad) {
  Block block = key;
  for (uint8_t& byte : block) byte ^= pad;
  typename Ops::Context context;
  Ops::Init(context);
  Ops::Update(context, block);
  return Ops::Save(context);
}

// A context that has hashed one block and stands at `state`.
template <class Ops>
typename Ops::Context ContextAt(const typename Ops::State& state) {
  typename Ops::Context context;
  Ops::Init(context);
  Ops::Restore(context, state);
  context.Nl = kBlockSize * 8;  // bits so far
  return context;
}

}  // namespace

template <class Hash>
HmacKey<Hash> HmacKey<Hash>::FromBytes(Bytes key) {
  using Ops = OpsOf<Hash>;
  Block block{};
  if (key.size() > kBlockSize) {
    typename Ops::Context context;
    Ops::Init(context);
    Ops::Update(context, key);
    Ops::Final(block.data(), context);
  } else {
    std::copy(key.begin(), key.end(), block.begin());
  }
  HmacKey prepared;
  prepared.inner_ = StateAfterKey<Ops>(block, 0x36);
  prepared.outer_ = StateAfterKey<Ops>(block, 0x5c);
  return prepared;
}

template <class Hash>
typename HmacKey<Hash>::Digest HmacKey<Hash>::Sign(Bytes head, Bytes tail) const {
  using Ops = OpsOf<Hash>;
  Digest digest;
  typename Ops::Context context = ContextAt<Ops>(inner_);
  Ops::Update(context, head);
  Ops::Update(context, tail);
  Ops::Final(digest.data(), context);
  context = ContextAt<Ops>(outer_);
  Ops::Update(context, digest);
  Ops::Final(digest.data(), context);
  return digest;
}

template class HmacKey<Sha1>;
template class HmacKey<Sha256>;

bool EqualInConstantTime(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

IntegrityKey IntegrityKey::FromPassword(std::string_view password) {
  const Bytes bytes(reinterpret_cast<const uint8_t*>(password.data()), password.size());
  return {HmacSha1Key::FromBytes(bytes), HmacSha256Key::FromBytes(bytes)};
}

}  // namespace baton::stun
