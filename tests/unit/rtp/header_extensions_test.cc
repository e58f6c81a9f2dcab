#include "rtp/header_extensions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/rtp/extension_bytes.h"

namespace baton::rtp {
namespace {

TEST(HeaderExtensions, UrisAndKindsAreInverses) {
  std::set<std::string_view> uris;
  for (size_t i = 0; i < kExtensionKinds; ++i) {
    const auto kind = static_cast<ExtensionKind>(i);
    EXPECT_EQ(ExtensionKindOf(Uri(kind)), kind);
    uris.insert(Uri(kind));
  }
  EXPECT_EQ(uris.size(), kExtensionKinds);
}

TEST(HeaderExtensions, UrisOfTheRegistries) {
  EXPECT_EQ(ExtensionKindOf("urn:ietf:params:rtp-hdrext:sdes:mid"), ExtensionKind::kMid);
  EXPECT_EQ(ExtensionKindOf("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"), ExtensionKind::kRid);
  EXPECT_EQ(ExtensionKindOf("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
            ExtensionKind::kRepairedRid);
  EXPECT_EQ(ExtensionKindOf("urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
            ExtensionKind::kAudioLevel);
  EXPECT_EQ(ExtensionKindOf("urn:ietf:params:rtp-hdrext:toffset"),
            ExtensionKind::kTransmissionOffset);
  EXPECT_EQ(ExtensionKindOf("urn:3gpp:video-orientation"), ExtensionKind::kVideoOrientation);
  EXPECT_EQ(Uri(ExtensionKind::kAbsoluteCaptureTime),
            "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time");
}

TEST(HeaderExtensions, OtherUrisHaveNoKind) {
  EXPECT_FALSE(ExtensionKindOf(""));
  EXPECT_FALSE(ExtensionKindOf("urn:ietf:params:rtp-hdrext:sdes:mi"));
  EXPECT_FALSE(ExtensionKindOf("urn:ietf:params:rtp-hdrext:sdes:midd"));
  EXPECT_FALSE(ExtensionKindOf("URN:ietf:params:rtp-hdrext:sdes:mid"));
}

TEST(ExtensionIds, NothingIsNegotiatedAtFirst) {
  const ExtensionIds ids;
  for (size_t i = 0; i < kExtensionKinds; ++i) {
    EXPECT_EQ(ids.IdOf(static_cast<ExtensionKind>(i)), 0);
  }
  for (int id = 0; id < 256; ++id) EXPECT_FALSE(ids.KindOf(static_cast<uint8_t>(id)));
}

TEST(ExtensionIds, AnIdStandsForOneKind) {
  ExtensionIds ids;
  EXPECT_TRUE(ids.Set(ExtensionKind::kMid, 1));
  EXPECT_TRUE(ids.Set(ExtensionKind::kMid, 1)) << "again";
  EXPECT_TRUE(ids.Set(ExtensionKind::kAbsoluteCaptureTime, 255));
  EXPECT_FALSE(ids.Set(ExtensionKind::kRid, 1));
  EXPECT_EQ(ids.IdOf(ExtensionKind::kRid), 0);
  EXPECT_EQ(ids.KindOf(1), ExtensionKind::kMid);
  EXPECT_EQ(ids.KindOf(255), ExtensionKind::kAbsoluteCaptureTime);
  EXPECT_FALSE(ids.KindOf(0));

  EXPECT_TRUE(ids.Set(ExtensionKind::kMid, 2)) << "a kind may move";
  EXPECT_FALSE(ids.KindOf(1));
  EXPECT_TRUE(ids.Set(ExtensionKind::kRid, 1)) << "to where another one was";
  EXPECT_TRUE(ids.Set(ExtensionKind::kRid, 0));
  EXPECT_TRUE(ids.Set(ExtensionKind::kMid, 0)) << "any number of kinds have no id";
  EXPECT_FALSE(ids.KindOf(0));
}

TEST(ExtensionIds, CompareByWhatIsNegotiated) {
  ExtensionIds a;
  ExtensionIds b;
  EXPECT_TRUE(a == b);
  a.Set(ExtensionKind::kAudioLevel, 3);
  EXPECT_FALSE(a == b);
  b.Set(ExtensionKind::kAudioLevel, 4);
  EXPECT_FALSE(a == b);
  b.Set(ExtensionKind::kAudioLevel, 3);
  EXPECT_TRUE(a == b);
}

TEST(ExtensionIds, FourteenIsTheHighestOfTheOneByteForm) {
  ExtensionIds ids;
  EXPECT_TRUE(ids.FitOneByteForm());
  ids.Set(ExtensionKind::kMid, 1);
  ids.Set(ExtensionKind::kAbsoluteCaptureTime, 14);
  EXPECT_TRUE(ids.FitOneByteForm());
  ids.Set(ExtensionKind::kAbsoluteCaptureTime, 15);
  EXPECT_FALSE(ids.FitOneByteForm());
  ids.Set(ExtensionKind::kAbsoluteCaptureTime, 255);
  EXPECT_FALSE(ids.FitOneByteForm());
}

std::vector<uint8_t> PacketWith(ExtensionForm form, const ElementList& elements) {
  std::vector<uint8_t> bytes = {0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3};
  const std::vector<uint8_t> block = WriteElements(form, elements);
  bytes.insert(bytes.end(), block.begin(), block.end());
  bytes.push_back('p');
  return bytes;
}

TEST(FindExtension, GivesTheFirstWithTheId) {
  for (const ExtensionForm form : {ExtensionForm::kOneByte, ExtensionForm::kTwoByte}) {
    const std::vector<uint8_t> bytes =
        PacketWith(form, {{5, {1, 2}}, {14, {3}}, {5, {4}}, {1, std::vector<uint8_t>(16, 9)}});
    const auto packet = ParsePacket(bytes);
    ASSERT_TRUE(packet);
    const auto five = FindExtension(*packet, 5);
    ASSERT_TRUE(five);
    EXPECT_TRUE(std::ranges::equal(*five, std::vector<uint8_t>{1, 2}));
    EXPECT_EQ(FindExtension(*packet, 14)->size(), 1u);
    EXPECT_EQ(FindExtension(*packet, 1)->size(), 16u);
    EXPECT_FALSE(FindExtension(*packet, 2));
    EXPECT_FALSE(FindExtension(*packet, 15));
  }
}

TEST(FindExtension, AnEmptyValueIsFound) {
  const std::vector<uint8_t> bytes = PacketWith(ExtensionForm::kTwoByte, {{200, {}}});
  const auto found = FindExtension(*ParsePacket(bytes), 200);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->empty());
}

TEST(FindExtension, NothingInAPacketWithoutExtension) {
  const std::vector<uint8_t> bytes = {0x80, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x10, 0xff};
  EXPECT_FALSE(FindExtension(*ParsePacket(bytes), 1));
}

}  // namespace
}  // namespace baton::rtp
