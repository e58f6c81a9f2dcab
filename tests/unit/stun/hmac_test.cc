#include "stun/hmac.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <set>
#include <string>
#include <type_traits>

#include "base/random.h"
#include "stun/integrity.h"
#include "stun/transaction_ids.h"
#include "tests/unit/stun/vectors.h"

namespace baton::stun {
namespace {

static_assert(std::is_trivially_copyable_v<IntegrityKey>);
static_assert(sizeof(IntegrityKey) == 104, "what a pool's slot pays for a password");

template <class Key>
std::vector<uint8_t> Sign(Bytes key, std::string_view text) {
  const auto digest = Key::FromBytes(key).Sign(AsBytes(text));
  return {digest.begin(), digest.end()};
}

// RFC 2202 section 3 (SHA-1) and RFC 4231 section 4 (SHA-256).
TEST(Hmac, KnownAnswers) {
  const std::vector<uint8_t> key1(20, 0x0b);
  EXPECT_EQ(Sign<HmacSha1Key>(key1, "Hi There"),
            FromHex("b617318655057264e28bc0b6fb378c8ef146be00"));
  EXPECT_EQ(Sign<HmacSha256Key>(key1, "Hi There"),
            FromHex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
  const std::string_view data2 = "what do ya want for nothing?";
  EXPECT_EQ(Sign<HmacSha1Key>(AsBytes("Jefe"), data2),
            FromHex("effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"));
  EXPECT_EQ(Sign<HmacSha256Key>(AsBytes("Jefe"), data2),
            FromHex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"));
  const std::string_view data6 = "Test Using Larger Than Block-Size Key - Hash Key First";
  EXPECT_EQ(Sign<HmacSha1Key>(std::vector<uint8_t>(80, 0xaa), data6),
            FromHex("aa4ae5e15272d00e95705637ce8a3b55ed402112"));
  EXPECT_EQ(Sign<HmacSha256Key>(std::vector<uint8_t>(131, 0xaa), data6),
            FromHex("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"));
}

template <class Key>
void ExpectLikeOpenssl(const EVP_MD* hash) {
  Random random(1);
  for (size_t size = 0; size < 300; ++size) {
    std::vector<uint8_t> key(1 + size % 140);
    std::vector<uint8_t> data(size);
    for (uint8_t& byte : key) byte = static_cast<uint8_t>(random());
    for (uint8_t& byte : data) byte = static_cast<uint8_t>(random());
    uint8_t expected[EVP_MAX_MD_SIZE];
    unsigned expected_size = 0;
    HMAC(hash, key.data(), static_cast<int>(key.size()), data.data(), data.size(), expected,
         &expected_size);
    const size_t split = random.Below(size + 1);
    const auto digest =
        Key::FromBytes(key).Sign(Bytes(data).first(split), Bytes(data).subspan(split));
    ASSERT_TRUE(EqualInConstantTime(digest, Bytes(expected, expected_size))) << size;
  }
}

TEST(Hmac, AgreesWithAnotherImplementationForAllSizesAndSplits) {
  ExpectLikeOpenssl<HmacSha1Key>(EVP_sha1());
  ExpectLikeOpenssl<HmacSha256Key>(EVP_sha256());
}

TEST(Hmac, AKeyIsSetOnceItIsMadeOfSomething) {
  EXPECT_FALSE(HmacSha1Key().is_set());
  EXPECT_FALSE(IntegrityKey().is_set());
  EXPECT_TRUE(IntegrityKey::FromPassword("").is_set());
}

TEST(Hmac, ComparesWholeSpans) {
  EXPECT_TRUE(EqualInConstantTime({}, {}));
  EXPECT_TRUE(EqualInConstantTime(AsBytes("ab"), AsBytes("ab")));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("ab"), AsBytes("ac")));
  EXPECT_FALSE(EqualInConstantTime(AsBytes("ab"), AsBytes("a")));
}

TEST(Crc32, KnownAnswers) {
  EXPECT_EQ(Crc32({}), 0u);
  EXPECT_EQ(Crc32(AsBytes("123456789")), 0xcbf43926u);
}

TEST(TransactionIds, FollowFromTheSecretAndDoNotRepeat) {
  TransactionIds::Secret secret{};
  TransactionIds a(secret);
  TransactionIds b(secret);
  secret[31] = 1;
  TransactionIds other(secret);
  std::set<TransactionId> seen;
  for (int i = 0; i < 1000; ++i) {
    const TransactionId id = a.Next();
    EXPECT_EQ(id, b.Next());
    EXPECT_TRUE(seen.insert(id).second);
    EXPECT_TRUE(seen.insert(other.Next()).second);
  }
}

}  // namespace
}  // namespace baton::stun
