#include "rtp/extension_values.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace baton::rtp {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<uint8_t> Value(std::string_view text) { return {text.begin(), text.end()}; }

TEST(ExtensionValues, AudioLevelHasAVoiceBitAndSevenBitsOfLevel) {
  EXPECT_EQ(ReadAudioLevel(std::vector<uint8_t>{0x00}), (AudioLevel{0, false}));
  EXPECT_EQ(ReadAudioLevel(std::vector<uint8_t>{0x80}), (AudioLevel{0, true}));
  EXPECT_EQ(ReadAudioLevel(std::vector<uint8_t>{0x7f}), (AudioLevel{127, false}));
  EXPECT_EQ(ReadAudioLevel(std::vector<uint8_t>{0xa5}), (AudioLevel{37, true}));
}

TEST(ExtensionValues, AudioLevelIsOneByte) {
  EXPECT_FALSE(ReadAudioLevel({}));
  EXPECT_FALSE(ReadAudioLevel(std::vector<uint8_t>{0x00, 0x00}));
}

TEST(ExtensionValues, MidIsAToken) {
  for (int c = 0; c < 256; ++c) {
    // RFC 8866 section 9, as it writes it.
    const bool token = c == 0x21 || (c >= 0x23 && c <= 0x27) || c == 0x2a || c == 0x2b ||
                       c == 0x2d || c == 0x2e || (c >= 0x30 && c <= 0x39) ||
                       (c >= 0x41 && c <= 0x5a) || (c >= 0x5e && c <= 0x7e);
    const std::vector<uint8_t> value = {'a', static_cast<uint8_t>(c)};
    EXPECT_EQ(ReadMid(value).has_value(), token) << c;
  }
}

TEST(ExtensionValues, RidIsLettersAndDigits) {
  for (int c = 0; c < 256; ++c) {
    // RFC 8852 section 3, as it writes it.
    const bool allowed = (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122);
    const std::vector<uint8_t> value = {static_cast<uint8_t>(c), '1'};
    EXPECT_EQ(ReadRid(value).has_value(), allowed) << c;
  }
}

TEST(ExtensionValues, TextHasOneToSixteenCharacters) {
  const std::vector<uint8_t> longest = Value("0123456789abcdef");
  const std::vector<uint8_t> too_long = Value("0123456789abcdef0");
  EXPECT_EQ(ReadMid(longest), "0123456789abcdef");
  EXPECT_EQ(ReadRid(longest), "0123456789abcdef");
  EXPECT_EQ(ReadMid(Value("0")), "0");
  EXPECT_EQ(ReadRid(Value("q")), "q");
  EXPECT_FALSE(ReadMid(too_long));
  EXPECT_FALSE(ReadRid(too_long));
  EXPECT_FALSE(ReadMid({}));
  EXPECT_FALSE(ReadRid({}));
  EXPECT_TRUE(IsMid("a-b"));
  EXPECT_FALSE(IsMid("a b"));
  EXPECT_TRUE(IsRid("hi"));
  EXPECT_FALSE(IsRid("h-i"));
}

TEST(ExtensionValues, TransportSequenceOfBothVersions) {
  EXPECT_EQ(ReadTransportSequence(std::vector<uint8_t>{0x12, 0x34}), SequenceNumber(0x1234));
  EXPECT_EQ(ReadTransportSequence(std::vector<uint8_t>{0xff, 0xff, 0x80, 0x01}),
            SequenceNumber(0xffff));
  for (const size_t size : {0u, 1u, 3u, 5u}) {
    EXPECT_FALSE(ReadTransportSequence(std::vector<uint8_t>(size))) << size;
  }
}

TEST(ExtensionValues, AbsoluteSendTimeIsIn18BitsOfASecondModulo64) {
  EXPECT_EQ(AbsoluteSendTime(TimePoint()), 0u);
  EXPECT_EQ(AbsoluteSendTime(TimePoint(seconds(1))), 1u << 18);
  EXPECT_EQ(AbsoluteSendTime(TimePoint(milliseconds(500))), 1u << 17);
  EXPECT_EQ(AbsoluteSendTime(TimePoint(seconds(63))), 63u << 18);
  EXPECT_EQ(AbsoluteSendTime(TimePoint(seconds(64))), 0u);
  EXPECT_EQ(AbsoluteSendTime(TimePoint(Duration(seconds(64)) - Duration(1))), 0xffffffu);
}

}  // namespace
}  // namespace baton::rtp
