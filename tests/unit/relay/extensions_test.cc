// Header extensions of legs: what a subscriber gets, and under which ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "rtp/rewrite.h"
#include "tests/unit/relay/frames.h"
#include "tests/unit/rtp/payload/dependency_bytes.h"

namespace baton::relay::test {
namespace {

using rtp::ElementList;
using rtp::ExtensionKind;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";
constexpr std::string_view kCarol = "192.0.2.3:5004";

using Ids = std::vector<std::pair<ExtensionKind, uint8_t>>;

Octets Text(std::string_view text) { return Octets(text.begin(), text.end()); }

AddPlainEndpoint With(std::string_view name, std::string_view address, const Ids& ids) {
  AddPlainEndpoint add = Plain("demo", name, address);
  for (const auto& [kind, id] : ids) EXPECT_TRUE(add.parameters.extensions.Set(kind, id));
  return add;
}

// Elements with their ids and data; of a packet without an extension none.
ElementList ElementsOf(const Sent& sent) {
  const auto view = sent.rtp();
  if (!view->has_extension) return {};
  const size_t at = rtp::kFixedHeaderSize + size_t{4} * view->csrc_count;
  return rtp::ReadElements(Bytes(sent.bytes).subspan(at, view->header_size - at));
}

uint16_t ProfileOf(const Sent& sent) { return LoadU16(&sent.bytes[rtp::kFixedHeaderSize]); }

class ExtensionsTest : public testing::Test {
 protected:
  void Start(const Ids& alice, const Ids& bob, std::string_view mid = "",
             const TrackParameters& track = Video(1)) {
    h.Do(Room("demo", SubscribeMode::kManual));
    h.Do(With("alice", kAlice, alice));
    h.Do(With("bob", kBob, bob));
    ASSERT_EQ(h.Do(Publish("demo", "alice", "cam", track)), CommandError::kNone);
    AddLeg add{LegOf("demo", "bob", "alice", "cam"), {}, {}, {}, {}, StreamId(mid)};
    ASSERT_EQ(h.Do(add), CommandError::kNone);
  }
  Sent Send(const Octets& packet) {
    const auto sent = To(h.Receive(kAlice, packet), kBob);
    EXPECT_THAT(sent, SizeIs(1));
    return sent.at(0);
  }
  Sent SendWith(const ElementList& elements) {
    cam.extensions = elements;
    return Send(cam.Key());
  }

  Harness h;
  Vp8Encoder cam{1};
};

TEST_F(ExtensionsTest, IdsAreTheSubscribers) {
  Start({{ExtensionKind::kVideoOrientation, 3}, {ExtensionKind::kPlayoutDelay, 4}},
        {{ExtensionKind::kVideoOrientation, 4}, {ExtensionKind::kPlayoutDelay, 9}});
  const Sent sent = SendWith({{3, {1}}, {4, {1, 2, 3}}});
  EXPECT_THAT(ElementsOf(sent), ElementsAre(Pair(4, Octets{1}), Pair(9, Octets{1, 2, 3})));
  EXPECT_EQ(ProfileOf(sent), rtp::kOneByteExtensions);
  EXPECT_TRUE(ReadVp8(sent).tag);  // the payload is where it was
}

TEST_F(ExtensionsTest, WhatTheSubscriberHasNotNegotiatedIsRemoved) {
  Start({{ExtensionKind::kVideoOrientation, 3}, {ExtensionKind::kPlayoutDelay, 4}},
        {{ExtensionKind::kPlayoutDelay, 4}});
  EXPECT_THAT(ElementsOf(SendWith({{3, {1}}, {4, {1, 2, 3}}})),
              ElementsAre(Pair(4, Octets{1, 2, 3})));
  EXPECT_THAT(ElementsOf(SendWith({{7, {1}}, {4, {3}}})), ElementsAre(Pair(4, Octets{3})));
  const Sent none = SendWith({{3, {1}}});
  EXPECT_FALSE(none.rtp()->has_extension);
  EXPECT_TRUE(ReadVp8(none).tag);
}

TEST_F(ExtensionsTest, TheTwoByteFormWhereIdsOrSizesNeedIt) {
  Start({{ExtensionKind::kVideoOrientation, 3}, {ExtensionKind::kColorSpace, 20}},
        {{ExtensionKind::kVideoOrientation, 30}, {ExtensionKind::kColorSpace, 2}});
  const Sent by_id = SendWith({{3, {1}}});
  EXPECT_EQ(ProfileOf(by_id), rtp::kTwoByteExtensions);
  EXPECT_THAT(ElementsOf(by_id), ElementsAre(Pair(30, Octets{1})));
  const Sent small = SendWith({{20, {1, 2}}});
  EXPECT_EQ(ProfileOf(small), rtp::kOneByteExtensions);
  EXPECT_THAT(ElementsOf(small), ElementsAre(Pair(2, Octets{1, 2})));
  const Sent by_size = SendWith({{20, Octets(17, 5)}});
  EXPECT_EQ(ProfileOf(by_size), rtp::kTwoByteExtensions);
  EXPECT_THAT(ElementsOf(by_size), ElementsAre(Pair(2, Octets(17, 5))));
}

TEST_F(ExtensionsTest, TheMidIsTheLegs) {
  Start({{ExtensionKind::kMid, 1}, {ExtensionKind::kRid, 2}},
        {{ExtensionKind::kMid, 5}, {ExtensionKind::kRid, 6}}, "leg");
  EXPECT_THAT(ElementsOf(SendWith({{1, Text("theirs")}, {2, Text("hi")}})),
              ElementsAre(Pair(5, Text("leg"))));
  EXPECT_THAT(ElementsOf(SendWith({})), ElementsAre(Pair(5, Text("leg"))));
}

TEST_F(ExtensionsTest, WithoutAMidOfTheLegThereIsNone) {
  Start({{ExtensionKind::kMid, 1}}, {{ExtensionKind::kMid, 5}});
  EXPECT_FALSE(SendWith({{1, Text("theirs")}}).rtp()->has_extension);
}

TEST_F(ExtensionsTest, ASubscriberWithoutAnIdGetsNoMid) {
  Start({{ExtensionKind::kMid, 1}}, {}, "leg");
  EXPECT_FALSE(SendWith({{1, Text("theirs")}}).rtp()->has_extension);
}

TEST_F(ExtensionsTest, TransportNumbersCountAllThatTheSubscriberIsSent) {
  Start({{ExtensionKind::kTransportSequence, 3}}, {{ExtensionKind::kTransportSequence, 8}});
  h.Do(Publish("demo", "alice", "mic", Audio(2)));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "mic"), {}, {}, {}, {}, {}});
  std::optional<uint16_t> last;
  for (uint16_t i = 0; i < 20; ++i) {
    const Octets packet =
        i % 2 == 0 ? Packet({.ssrc = 2, .sequence = i, .payload_type = 111}, {1}, {{3, {0, 7}}})
                   : cam.Key();
    const ElementList elements = ElementsOf(Send(packet));
    ASSERT_THAT(elements, SizeIs(1));
    EXPECT_EQ(elements[0].first, 8);
    ASSERT_THAT(elements[0].second, SizeIs(2));
    const uint16_t number = LoadU16(elements[0].second.data());
    EXPECT_EQ(number, last ? static_cast<uint16_t>(*last + 1) : number);
    last = number;
  }
}

TEST_F(ExtensionsTest, TheSendTimeIsTheRelays) {
  Start({{ExtensionKind::kAbsoluteSendTime, 3}}, {{ExtensionKind::kAbsoluteSendTime, 4}});
  const ElementList first = ElementsOf(SendWith({{3, {9, 9, 9}}}));
  h.Advance(milliseconds(500));
  const ElementList second = ElementsOf(SendWith({}));
  ASSERT_THAT(first, SizeIs(1));
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].first, 4);
  ASSERT_THAT(second[0].second, SizeIs(3));
  const auto time = [](const ElementList& e) { return LoadU24(e[0].second.data()); };
  EXPECT_EQ((time(second) - time(first)) & 0xffffff, 1u << 17);  // half a second of 6.18
}

TEST_F(ExtensionsTest, CsrcsAndPaddingStay) {
  Start({{ExtensionKind::kVideoOrientation, 3}},
        {{ExtensionKind::kVideoOrientation, 200}, {ExtensionKind::kMid, 1}}, "leg");
  const Octets plain = Packet({.ssrc = 1, .sequence = 9}, {0x10, 0, 1, 2, 3}, {{3, {7}}});
  Octets packet(plain.begin(), plain.begin() + rtp::kFixedHeaderSize);
  packet[0] |= 0x22;  // padding, two CSRCs
  packet.insert(packet.end(), {0, 0, 0, 7, 0, 0, 0, 8});
  packet.insert(packet.end(), plain.begin() + rtp::kFixedHeaderSize, plain.end());
  packet.insert(packet.end(), {0, 0, 0, 4});
  const Sent sent = Send(packet);
  EXPECT_EQ(sent.rtp()->csrc_count, 2);
  EXPECT_EQ(sent.rtp()->csrc(1), rtp::Ssrc(8));
  EXPECT_EQ(sent.rtp()->padding_size, 4);
  EXPECT_THAT(ElementsOf(sent), ElementsAre(Pair(1, Text("leg")), Pair(200, Octets{7})));
  const Bytes payload = sent.rtp()->payload();
  EXPECT_EQ(Octets(payload.begin(), payload.end()), (Octets{0x10, 0, 1, 2, 3}));
}

// The longest that is passed on is 256 bytes.
TEST_F(ExtensionsTest, AnExtensionThatIsTooLongIsNotPassedOn) {
  Start({{ExtensionKind::kColorSpace, 20}, {ExtensionKind::kVideoOrientation, 21}},
        {{ExtensionKind::kColorSpace, 20}, {ExtensionKind::kVideoOrientation, 21}});
  const Sent fits = SendWith({{20, Octets(250, 5)}, {21, {1, 2}}});
  EXPECT_THAT(ElementsOf(fits), SizeIs(2));
  const Sent too_long = SendWith({{20, Octets(250, 5)}, {21, {1, 2, 3}}});
  EXPECT_FALSE(too_long.rtp()->has_extension);
  EXPECT_TRUE(ReadVp8(too_long).tag);
}

TEST_F(ExtensionsTest, VP8sDescriptorIsNotPassedOn) {
  Start({{ExtensionKind::kDependencyDescriptor, 3}}, {{ExtensionKind::kDependencyDescriptor, 4}});
  EXPECT_FALSE(SendWith({{3, {0xc0, 0, 1}}}).rtp()->has_extension);
}

// ---------------------------------------------------------------------- dependency descriptors

// Two temporal layers: a key frame, frames of the lowest, frames of the upper one.
rtp::StructureText TwoLayers() {
  rtp::StructureText structure;
  structure.templates = {{0, "SS", {}, {}}, {1, "SS", {2}, {}}, {3, "-D", {1}, {}}};
  return structure;
}

class DescriptorTest : public ExtensionsTest {
 protected:
  DescriptorTest() {
    Start({{ExtensionKind::kDependencyDescriptor, 3}, {ExtensionKind::kVideoOrientation, 1}},
          {{ExtensionKind::kDependencyDescriptor, 12}}, "", Video(1, 96, "AV1"));
    h.Do(With("carol", kCarol, {{ExtensionKind::kDependencyDescriptor, 7}}));
    h.Do(Publish("demo", "carol", "cam", Video(2, 96, "AV1")));
  }
  struct Stream {
    uint32_t ssrc;
    uint16_t sequence;
    uint16_t frame;
    int id;
    std::string_view from;
  };
  enum Kind : uint8_t { kKey, kLow, kUpper };
  // A frame of one packet; what came out.
  std::vector<Sent> Frame(Stream& stream, Kind kind) {
    const rtp::StructureText structure = TwoLayers();
    rtp::DescriptorText descriptor;
    descriptor.template_id = kind;
    descriptor.frame_number = ++stream.frame;
    descriptor.structure = kind == kKey ? &structure : nullptr;
    const Octets packet = Packet({.ssrc = stream.ssrc,
                                  .sequence = ++stream.sequence,
                                  .timestamp = uint32_t{3000} * stream.frame,
                                  .marker = true},
                                 {0x10, 0x32, 1, 2, 3}, {{stream.id, descriptor.Write()}});
    return To(h.Receive(stream.from, packet), kBob);
  }
  static uint16_t FrameNumber(const Sent& sent) {
    const ElementList elements = ElementsOf(sent);
    EXPECT_THAT(elements, SizeIs(1));
    EXPECT_EQ(elements.at(0).first, 12);
    return LoadU16(&elements.at(0).second.at(1));
  }

  Stream alice{1, 100, 0xfffd, 3, kAlice};
  Stream carol{2, 5000, 7, 7, kCarol};
};

TEST_F(DescriptorTest, ItIsPassedOnAsItIs) {
  for (const Kind kind : {kKey, kUpper, kLow, kUpper}) {
    const auto sent = Frame(alice, kind);
    ASSERT_THAT(sent, SizeIs(1));
    EXPECT_EQ(FrameNumber(sent[0]), alice.frame);
  }
}

TEST_F(DescriptorTest, ItTellsTemporalLayers) {
  h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {Layer::kHighest, 0}});
  EXPECT_THAT(Frame(alice, kKey), SizeIs(1));
  EXPECT_THAT(Frame(alice, kUpper), IsEmpty());
  EXPECT_THAT(Frame(alice, kLow), SizeIs(1));
  EXPECT_THAT(Frame(alice, kUpper), IsEmpty());
  h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {Layer::kHighest, 1}});
  EXPECT_THAT(Frame(alice, kUpper), IsEmpty());
  EXPECT_THAT(Frame(alice, kLow), SizeIs(1));  // which one may switch up at
  EXPECT_THAT(Frame(alice, kUpper), SizeIs(1));
}

TEST_F(DescriptorTest, FrameNumbersGoOnOverASwitch) {
  Frame(alice, kKey);
  const auto before = Frame(alice, kLow);
  ASSERT_THAT(before, SizeIs(1));
  h.Do(SwitchLeg{LegOf("demo", "bob", "alice", "cam"), N("carol"), N("cam")});
  EXPECT_THAT(Frame(carol, kLow), IsEmpty());
  auto last = FrameNumber(before[0]);
  for (const Kind kind : {kKey, kLow, kUpper}) {
    const auto after = Frame(carol, kind);
    ASSERT_THAT(after, SizeIs(1));
    EXPECT_EQ(FrameNumber(after[0]), static_cast<uint16_t>(last + 1));
    last = FrameNumber(after[0]);
    EXPECT_EQ(ElementsOf(after[0])[0].second[0], 0xc0 | kind);  // the rest is as it was
  }
  h.Do(SwitchLeg{LegOf("demo", "bob", "carol", "cam"), N("alice"), N("cam")});
  const auto back = Frame(alice, kKey);
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(FrameNumber(back[0]), static_cast<uint16_t>(last + 1));
}

TEST_F(DescriptorTest, WithoutAStructureNothingIsKnownOfLayers) {
  // The key frame with the structure is lost; the payload says that a sequence begins.
  EXPECT_THAT(Frame(alice, kUpper), SizeIs(1));
}

}  // namespace
}  // namespace baton::relay::test
