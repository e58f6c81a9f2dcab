#include "rtp/extension_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "tests/unit/rtp/extension_bytes.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

using Kind = ExtensionKind;
using Message = std::vector<uint8_t>;

ExtensionIds Ids(const std::vector<std::pair<Kind, int>>& ids) {
  ExtensionIds result;
  for (const auto& [kind, id] : ids) EXPECT_TRUE(result.Set(kind, static_cast<uint8_t>(id)));
  return result;
}

Message Map(Bytes source, const ExtensionMap& map, const ExtensionOverrides& overrides = {}) {
  const uint16_t profile = source.empty() ? uint16_t{0} : LoadU16(source.data());
  const Bytes data = source.empty() ? source : source.subspan(kExtensionHeaderSize);
  Message out(MaxMappedExtensionsSize(data.size()));
  out.resize(WriteMappedExtensions(profile, data, map, overrides, out));
  return out;
}

TEST(ExtensionMap, TranslatesIdsByKind) {
  const ExtensionMap map(
      Ids({{Kind::kAudioLevel, 1}, {Kind::kVideoOrientation, 14}, {Kind::kPlayoutDelay, 15}}),
      Ids({{Kind::kAudioLevel, 14}, {Kind::kVideoOrientation, 1}, {Kind::kPlayoutDelay, 255}}));
  EXPECT_EQ(map.Map(1), 14);
  EXPECT_EQ(map.Map(14), 1);
  EXPECT_EQ(map.Map(15), 255);
  EXPECT_EQ(map.Map(2), 0);
  EXPECT_EQ(map.Map(16), 0);
  EXPECT_EQ(map.Map(255), 0) << "the subscriber's, not the publisher's";
}

TEST(ExtensionMap, TranslatesEveryIdOfThePublisher) {
  for (int id = 1; id < 256; ++id) {
    const ExtensionMap map(Ids({{Kind::kAbsoluteCaptureTime, id}}),
                           Ids({{Kind::kAbsoluteCaptureTime, 7}}));
    for (int other = 1; other < 256; ++other) {
      ASSERT_EQ(map.Map(static_cast<uint8_t>(other)), other == id ? 7 : 0) << id << " " << other;
    }
  }
}

TEST(ExtensionMap, WhatOneSideHasNotNegotiatedIsRemoved) {
  const ExtensionMap map(Ids({{Kind::kAudioLevel, 1}, {Kind::kColorSpace, 20}}),
                         Ids({{Kind::kPlayoutDelay, 1}, {Kind::kVideoTiming, 20}}));
  for (int id = 1; id < 256; ++id) EXPECT_EQ(map.Map(static_cast<uint8_t>(id)), 0);
  EXPECT_TRUE(ExtensionMap() == ExtensionMap(Ids({}), Ids({})));
}

TEST(ExtensionMap, WhatBelongsToOneHopIsNeverCopied) {
  const ExtensionIds ids = Ids({{Kind::kMid, 1},
                                {Kind::kRid, 2},
                                {Kind::kRepairedRid, 3},
                                {Kind::kTransportSequence, 4},
                                {Kind::kAbsoluteSendTime, 5},
                                {Kind::kTransmissionOffset, 6}});
  const ExtensionMap map(ids, ids);
  for (uint8_t id = 1; id <= 5; ++id) EXPECT_EQ(map.Map(id), 0) << int{id};
  EXPECT_EQ(map.Map(6), 6);
  EXPECT_EQ(map.mid(), 1);
  EXPECT_EQ(map.transport_sequence(), 4);
  EXPECT_EQ(map.absolute_send_time(), 5);
  EXPECT_EQ(map.dependency_descriptor(), 0);
}

TEST(ExtensionMap, DependencyDescriptorIsKnownIfBothHaveIt) {
  const ExtensionIds with = Ids({{Kind::kDependencyDescriptor, 9}});
  EXPECT_EQ(ExtensionMap(with, with).dependency_descriptor(), 9);
  EXPECT_EQ(ExtensionMap(with, {}).dependency_descriptor(), 0);
  EXPECT_EQ(ExtensionMap({}, with).dependency_descriptor(), 0);
}

// The byte layout of RFC 8285 section 4.2: two elements and their padding.
TEST(WriteMappedExtensions, OneByteForm) {
  const ExtensionMap map(Ids({{Kind::kAudioLevel, 3}, {Kind::kVideoTiming, 4}}),
                         Ids({{Kind::kAudioLevel, 1}, {Kind::kVideoTiming, 14}}));
  const Message source = {0xbe, 0xde, 0x00, 0x02,               //
                          0x30, 0xaa,                           // id 3, 1 byte
                          0x51, 0x01, 0x02,                     // id 5, 2 bytes: nobody knows it
                          0x41, 0xbb, 0xcc};                    // id 4, 2 bytes
  EXPECT_EQ(Map(source, map), (Message{0xbe, 0xde, 0x00, 0x02,  //
                                       0x10, 0xaa,              //
                                       0xe1, 0xbb, 0xcc,        //
                                       0x00, 0x00, 0x00}));
}

TEST(WriteMappedExtensions, TwoByteFormForAHighId) {
  const ExtensionMap map(Ids({{Kind::kAudioLevel, 3}, {Kind::kVideoOrientation, 4}}),
                         Ids({{Kind::kAudioLevel, 1}, {Kind::kVideoOrientation, 15}}));
  const Message source = WriteElements(ExtensionForm::kOneByte, {{3, {0xaa}}, {4, {0xbb}}});
  EXPECT_EQ(Map(source, map), (Message{0x10, 0x00, 0x00, 0x02,  //
                                       0x01, 0x01, 0xaa,        //
                                       0x0f, 0x01, 0xbb,        //
                                       0x00, 0x00}));
}

TEST(WriteMappedExtensions, TheFormIsWhatTheElementsOfThePacketNeed) {
  const ExtensionIds ids = Ids({{Kind::kAudioLevel, 3}, {Kind::kVideoTiming, 4}});
  const ExtensionMap map(ids, ids);
  const auto form_of = [&](const Message& value) {
    const Message out = Map(WriteElements(ExtensionForm::kTwoByte, {{3, {1}}, {4, value}}), map);
    EXPECT_EQ(ReadElements(out), (ElementList{{3, {1}}, {4, value}}));
    return LoadU16(out.data());
  };
  EXPECT_EQ(form_of(Message(1, 7)), kOneByteExtensions);
  EXPECT_EQ(form_of(Message(16, 7)), kOneByteExtensions);
  EXPECT_EQ(form_of(Message(17, 7)), kTwoByteExtensions);
  EXPECT_EQ(form_of(Message(255, 7)), kTwoByteExtensions);
  EXPECT_EQ(form_of(Message()), kTwoByteExtensions);
}

TEST(WriteMappedExtensions, WhatIsRemovedDoesNotDecideTheForm) {
  const ExtensionMap map(Ids({{Kind::kAudioLevel, 3}, {Kind::kVideoTiming, 40}}),
                         Ids({{Kind::kAudioLevel, 3}}));
  const Message source =
      WriteElements(ExtensionForm::kTwoByte, {{40, Message(100)}, {3, {1}}, {41, {}}});
  EXPECT_EQ(Map(source, map), (Message{0xbe, 0xde, 0x00, 0x01, 0x30, 1, 0, 0}));
}

TEST(WriteMappedExtensions, NothingIsLeft) {
  const ExtensionIds ids = Ids({{Kind::kMid, 1}, {Kind::kTransportSequence, 2}});
  const ExtensionMap map(ids, ids);
  EXPECT_TRUE(Map({}, map).empty());
  const Message source = WriteElements(ExtensionForm::kOneByte, {{1, {'0'}}, {2, {0, 1}}});
  EXPECT_TRUE(Map(source, map).empty());
  EXPECT_TRUE(Map(source, ExtensionMap()).empty());
  const Message other_profile = {0x12, 0x34, 0x00, 0x01, 0x30, 0, 0, 0};
  EXPECT_TRUE(Map(other_profile, ExtensionMap(ids, ids)).empty());
}

// A subscriber that wants all that a leg says in its own name.
ExtensionIds OwnIds() {
  return Ids({{Kind::kMid, 1},
              {Kind::kTransportSequence, 2},
              {Kind::kAbsoluteSendTime, 3},
              {Kind::kAudioLevel, 4}});
}

ExtensionOverrides EverythingOfItsOwn() {
  ExtensionOverrides own;
  own.mid = "0123456789abcdef";
  own.transport_sequence = SequenceNumber(0xfffe);
  own.absolute_send_time = 0x123456;
  return own;
}

TEST(WriteMappedExtensions, TheLegsOwnComeFirst) {
  const ExtensionOverrides own = EverythingOfItsOwn();
  const ExtensionMap map(OwnIds(), OwnIds());
  // Whether or not the publisher said something of the kind.
  const Message with = WriteElements(ExtensionForm::kOneByte,
                                     {{4, {9}}, {3, {1, 1, 1}}, {1, {'p'}}, {2, {0, 1}}, {4, {8}}});
  const ElementList expected = {
      {1, Message(own.mid.begin(), own.mid.end())}, {2, {0xff, 0xfe}}, {3, {0x12, 0x34, 0x56}}};
  ElementList all = expected;
  all.push_back({4, {9}});
  all.push_back({4, {8}});
  EXPECT_EQ(ReadElements(Map(with, map, own)), all);
  EXPECT_EQ(ReadElements(Map({}, map, own)), expected);
}

TEST(WriteMappedExtensions, TheLegsOwnNeedTheSubscribersIds) {
  const ExtensionOverrides own = EverythingOfItsOwn();
  EXPECT_TRUE(Map({}, ExtensionMap(OwnIds(), {}), own).empty());
  EXPECT_EQ(ReadElements(Map({}, ExtensionMap({}, OwnIds()), own)).size(), 3u);
  // Each alone.
  const ExtensionMap map({}, OwnIds());
  EXPECT_EQ(ReadElements(Map({}, map, {.mid = "x"})), (ElementList{{1, {'x'}}}));
  EXPECT_EQ(ReadElements(Map({}, map, {.transport_sequence = SequenceNumber(7)})),
            (ElementList{{2, {0, 7}}}));
  EXPECT_EQ(ReadElements(Map({}, map, {.absolute_send_time = 0xffffff})),
            (ElementList{{3, {0xff, 0xff, 0xff}}}));
}

TEST(WriteMappedExtensions, TheLegsOwnMayNeedTheTwoByteForm) {
  for (const Kind kind : {Kind::kMid, Kind::kTransportSequence, Kind::kAbsoluteSendTime}) {
    ExtensionIds ids = OwnIds();
    ids.Set(kind, 15);
    const ExtensionOverrides own = EverythingOfItsOwn();
    const Message out = Map({}, ExtensionMap({}, ids), own);
    EXPECT_EQ(LoadU16(out.data()), kTwoByteExtensions);
    EXPECT_EQ(ReadElements(out).size(), 3u);
  }
}

TEST(WriteMappedExtensions, FrameNumberIsReplacedInTheDescriptor) {
  const ExtensionMap map(Ids({{Kind::kDependencyDescriptor, 5}, {Kind::kPlayoutDelay, 6}}),
                         Ids({{Kind::kDependencyDescriptor, 6}, {Kind::kPlayoutDelay, 5}}));
  const Message longer = {0xc1, 0x11, 0x22, 0x80, 0x00, 0x01};
  for (const ExtensionForm form : {ExtensionForm::kOneByte, ExtensionForm::kTwoByte}) {
    const Message source = WriteElements(form, {{5, {0x40, 0x11, 0x22}}, {6, {1, 2, 3}}});
    EXPECT_EQ(ReadElements(Map(source, map, {.frame_number = uint16_t{0xabcd}})),
              (ElementList{{6, {0x40, 0xab, 0xcd}}, {5, {1, 2, 3}}}));
    EXPECT_EQ(ReadElements(Map(source, map)),
              (ElementList{{6, {0x40, 0x11, 0x22}}, {5, {1, 2, 3}}}));
    EXPECT_EQ(ReadElements(
                  Map(WriteElements(form, {{5, longer}}), map, {.frame_number = uint16_t{0xabcd}})),
              (ElementList{{6, {0xc1, 0xab, 0xcd, 0x80, 0x00, 0x01}}}));
  }
  // In the two-byte form of the leg too.
  const Message large(100, 0x55);
  Message rewritten = large;
  rewritten[1] = 0xab;
  rewritten[2] = 0xcd;
  EXPECT_EQ(ReadElements(Map(WriteElements(ExtensionForm::kTwoByte, {{5, large}}), map,
                             {.frame_number = uint16_t{0xabcd}})),
            (ElementList{{6, rewritten}}));
}

TEST(WriteMappedExtensions, ADescriptorTooShortForAFrameNumberIsLeftAlone) {
  const ExtensionIds ids = Ids({{Kind::kDependencyDescriptor, 5}});
  for (size_t size = 0; size < 3; ++size) {
    const Message source = WriteElements(ExtensionForm::kTwoByte, {{5, Message(size, 0x77)}});
    EXPECT_EQ(ReadElements(Map(source, ExtensionMap(ids, ids), {.frame_number = uint16_t{1}})),
              (ElementList{{5, Message(size, 0x77)}}));
  }
}

TEST(WriteMappedExtensions, ItFitsOrIsNotWritten) {
  const ExtensionOverrides own = EverythingOfItsOwn();
  const ExtensionMap map(OwnIds(), OwnIds());
  const Message source = WriteElements(ExtensionForm::kOneByte, {{4, {9}}});
  const Bytes data = Bytes(source).subspan(kExtensionHeaderSize);
  const size_t size = Map(source, map, own).size();
  for (size_t room = 0; room <= size; ++room) {
    Message out(room);
    EXPECT_EQ(WriteMappedExtensions(kOneByteExtensions, data, map, own, out),
              room == size ? size : 0)
        << room;
  }
}

TEST(WriteMappedExtensions, TheBoundHoldsForTheWorst) {
  // The smallest elements grow by half; the leg's own are all there, at their longest.
  ExtensionIds publisher = Ids({{Kind::kAudioLevel, 1}});
  ExtensionIds subscriber = Ids({{Kind::kMid, 100},
                                 {Kind::kTransportSequence, 101},
                                 {Kind::kAbsoluteSendTime, 102},
                                 {Kind::kAudioLevel, 103}});
  const ExtensionOverrides own = EverythingOfItsOwn();
  for (size_t elements = 0; elements < 100; ++elements) {
    const Message source =
        elements == 0 ? Message()
                      : WriteElements(ExtensionForm::kOneByte, ElementList(elements, {1, {7}}));
    const Message out = Map(source, ExtensionMap(publisher, subscriber), own);
    EXPECT_EQ(ReadElements(out).size(), elements + 3);
  }
}

// What is written, told in a second way.
ElementList Expected(const ElementList& source, const ExtensionIds& publisher,
                     const ExtensionIds& subscriber, const ExtensionOverrides& own) {
  ElementList expected;
  const auto add = [&](Kind kind, Message value) {
    if (subscriber.IdOf(kind) != 0) expected.emplace_back(subscriber.IdOf(kind), value);
  };
  if (!own.mid.empty()) add(Kind::kMid, Message(own.mid.begin(), own.mid.end()));
  if (own.transport_sequence) {
    Message value(2);
    StoreU16(value.data(), own.transport_sequence->value());
    add(Kind::kTransportSequence, value);
  }
  if (own.absolute_send_time) {
    Message value(3);
    StoreU24(value.data(), *own.absolute_send_time);
    add(Kind::kAbsoluteSendTime, value);
  }
  for (const auto& [id, data] : source) {
    const auto kind = publisher.KindOf(static_cast<uint8_t>(id));
    if (!kind || *kind == Kind::kMid || *kind == Kind::kRid || *kind == Kind::kRepairedRid ||
        *kind == Kind::kTransportSequence || *kind == Kind::kAbsoluteSendTime) {
      continue;
    }
    Message value = data;
    if (*kind == Kind::kDependencyDescriptor && own.frame_number && value.size() >= 3) {
      StoreU16(&value[1], *own.frame_number);
    }
    add(*kind, value);
  }
  return expected;
}

ExtensionIds RandomIds(Random& random, uint64_t highest) {
  ExtensionIds ids;
  for (size_t i = 0; i < kExtensionKinds; ++i) {
    if (random.OneIn(4)) continue;
    ids.Set(static_cast<Kind>(i), static_cast<uint8_t>(1 + random.Below(highest)));
  }
  return ids;
}

TEST(WriteMappedExtensions, GivesWhatWasMappedForAnyIdsAndElements) {
  Random random(1);
  for (int round = 0; round < 3000; ++round) {
    const bool small = random.OneIn(2);
    const ExtensionIds publisher = RandomIds(random, small ? 14 : 255);
    const ExtensionIds subscriber = RandomIds(random, random.OneIn(2) ? 14 : 255);
    ElementList source;
    for (size_t i = random.Below(12); i > 0; --i) {
      const size_t size = small ? 1 + random.Below(16) : random.Below(40);
      Message value(size);
      for (uint8_t& byte : value) byte = static_cast<uint8_t>(random());
      source.emplace_back(1 + random.Below(small ? 14 : 255), value);
    }
    ExtensionOverrides own;
    if (random.OneIn(2)) own.mid = "0123456789abcdef";
    if (random.OneIn(2)) own.transport_sequence = SequenceNumber(random.U16());
    if (random.OneIn(2)) own.absolute_send_time = random.U32() & 0xffffff;
    if (random.OneIn(2)) own.frame_number = random.U16();

    const Message bytes =
        WriteElements(small ? ExtensionForm::kOneByte : ExtensionForm::kTwoByte, source);
    const Message out = Map(bytes, ExtensionMap(publisher, subscriber), own);
    const ElementList expected = Expected(source, publisher, subscriber, own);
    ASSERT_TRUE(ReadElements(out) == expected) << round;
    const bool one_byte = std::ranges::all_of(expected, [](const auto& element) {
      return element.first <= 14 && !element.second.empty() && element.second.size() <= 16;
    });
    ASSERT_TRUE(expected.empty() || (LoadU16(out.data()) == kOneByteExtensions) == one_byte)
        << round;
  }
}

TEST(WriteMappedExtensions, EveryPrefixAndBitFlipIsMappedOrDroppedCleanly) {
  const ExtensionIds ids =
      Ids({{Kind::kAudioLevel, 1}, {Kind::kDependencyDescriptor, 2}, {Kind::kVideoTiming, 16}});
  const ExtensionMap map(ids, ids);
  ExtensionOverrides own;
  own.frame_number = uint16_t{7};
  for (const ExtensionForm form : {ExtensionForm::kOneByte, ExtensionForm::kTwoByte}) {
    const Message source = WriteElements(form, {{1, {9}}, {2, {1, 2, 3, 4}}, {3, {1}}, {2, {1}}});
    const uint16_t profile = LoadU16(source.data());
    const auto check = [&](Bytes data) {
      Message out(MaxMappedExtensionsSize(data.size()));
      const size_t size = WriteMappedExtensions(profile, data, map, own, out);
      EXPECT_EQ(size % 4, 0u);
      size_t readable = 0;
      ExtensionReader reader(profile, data);
      while (const auto element = reader.Next()) readable += map.Map(element->id) != 0;
      EXPECT_EQ(ReadElements(Bytes(out).first(size)).size(), readable);
    };
    ForEachPrefix(Bytes(source).subspan(kExtensionHeaderSize), check);
    ForEachBitFlip(Bytes(source).subspan(kExtensionHeaderSize), check);
  }
}

}  // namespace
}  // namespace baton::rtp
