#include "rtp/rtcp.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "rtp/rtcp_body.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

constexpr bool kReducedSize = true;
constexpr bool kFullSize = false;

using Message = std::vector<uint8_t>;

template <class Write>
Message Written(Write write) {
  Message bytes(2048);
  ByteWriter writer(bytes);
  write(writer);
  EXPECT_TRUE(writer.ok());
  bytes.resize(writer.size());
  return bytes;
}

// A packet made by hand: `first` is version, padding and count.
Message Raw(uint8_t first, uint8_t type, Message body) {
  Message bytes = {first, type, 0, static_cast<uint8_t>(body.size() / 4)};
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

std::vector<RtcpKind> Kinds(Bytes bytes, bool reduced_size) {
  std::vector<RtcpKind> kinds;
  auto reader = ParseCompound(bytes, reduced_size);
  if (!reader) return kinds;
  while (const auto packet = reader->Next()) kinds.push_back(packet->kind);
  return kinds;
}

bool IsValid(Bytes bytes) { return ParseCompound(bytes, kReducedSize).has_value(); }

// The first packet of a valid message.
RtcpPacket First(const Message& bytes) {
  auto reader = ParseCompound(bytes, kReducedSize);
  EXPECT_TRUE(reader);
  return reader ? reader->Next().value_or(RtcpPacket{}) : RtcpPacket{};
}

std::string Text(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

ReportBlock Block(uint32_t source) {
  return {Ssrc(source), 12, -345, 0x00021234, 67, 0xaabbccdd, 65536};
}

const SenderInfo kInfo = {Ssrc(0x1234), 0x0123456789abcdef, RtpTimestamp(90000), 100, 100000};

Message Everything() {
  return Written([](ByteWriter& out) {
    const std::vector<ReportBlock> blocks = {Block(1), Block(2)};
    WriteSenderReport(kInfo, blocks, out);
    WriteCname(Ssrc(0x1234), "alice@example", out);
    WriteNack(Ssrc(1), Ssrc(2), std::vector{SequenceNumber(65535), SequenceNumber(3)}, out);
    WritePictureLoss(Ssrc(1), Ssrc(2), out);
    WriteGoodbye(std::vector{Ssrc(0x1234)}, "bye", out);
  });
}

TEST(Rtcp, WalksACompoundInOrder) {
  EXPECT_EQ(Kinds(Everything(), kFullSize),
            (std::vector{RtcpKind::kSenderReport, RtcpKind::kSourceDescription, RtcpKind::kNack,
                         RtcpKind::kPictureLoss, RtcpKind::kGoodbye}));
}

TEST(Rtcp, SenderReportRoundTrip) {
  const std::vector<ReportBlock> blocks = {Block(1), Block(2), Block(3)};
  const Message bytes = Written([&](ByteWriter& out) { WriteSenderReport(kInfo, blocks, out); });
  const RtcpPacket packet = First(bytes);
  EXPECT_EQ(packet.kind, RtcpKind::kSenderReport);
  EXPECT_EQ(Sender(packet), kInfo.sender);
  EXPECT_EQ(ReadSenderInfo(packet), kInfo);
  ASSERT_EQ(packet.count, 3);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(ReadReportBlock(packet, i), blocks[i]);
}

TEST(Rtcp, ReceiverReportRoundTrip) {
  const std::vector<ReportBlock> blocks(kMaxRtcpCount, Block(7));
  const Message bytes =
      Written([&](ByteWriter& out) { WriteReceiverReport(Ssrc(9), blocks, out); });
  const RtcpPacket packet = First(bytes);
  EXPECT_EQ(packet.kind, RtcpKind::kReceiverReport);
  EXPECT_EQ(Sender(packet), Ssrc(9));
  ASSERT_EQ(packet.count, kMaxRtcpCount);
  EXPECT_EQ(ReadReportBlock(packet, kMaxRtcpCount - 1), Block(7));
}

TEST(Rtcp, CumulativeLossIsSigned) {
  for (const int32_t lost : {-0x800000, -1, 0, 1, 0x7fffff}) {
    ReportBlock block = Block(1);
    block.cumulative_lost = lost;
    const Message bytes =
        Written([&](ByteWriter& out) { WriteReceiverReport(Ssrc(9), std::span(&block, 1), out); });
    EXPECT_EQ(ReadReportBlock(First(bytes), 0).cumulative_lost, lost);
  }
}

TEST(Rtcp, CnameRoundTripOfEveryLength) {
  for (size_t length = 0; length <= 256; ++length) {
    const std::string name(length, 'n');
    const Message bytes = Written([&](ByteWriter& out) { WriteCname(Ssrc(5), name, out); });
    EXPECT_EQ(bytes.size() % 4, 0u);
    SdesReader reader(First(bytes));
    const auto item = reader.Next();
    ASSERT_TRUE(item);
    EXPECT_EQ(item->source, Ssrc(5));
    EXPECT_EQ(item->type, kSdesCname);
    EXPECT_EQ(Text(item->text), name.substr(0, 255));
    EXPECT_FALSE(reader.Next());
  }
}

TEST(Rtcp, SdesWithSeveralChunksAndItems) {
  const Message bytes =
      Raw(0x83, kTypeSourceDescription, {0, 0, 0, 1, 1, 1, 'a', 2, 1, 'b', 0, 0,  // two items
                                         0, 0, 0, 2, 0, 0, 0,   0,                // none
                                         0, 0, 0, 3, 8, 0, 0,   0});              // an empty one
  SdesReader reader(First(bytes));
  const auto a = reader.Next();
  const auto b = reader.Next();
  const auto c = reader.Next();
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ(a->source, Ssrc(1));
  EXPECT_EQ(Text(a->text), "a");
  EXPECT_EQ(b->type, 2);
  EXPECT_EQ(Text(b->text), "b");
  EXPECT_EQ(c->source, Ssrc(3));
  EXPECT_EQ(c->type, 8);
  EXPECT_TRUE(c->text.empty());
  EXPECT_FALSE(reader.Next());
}

TEST(Rtcp, SdesMustBeWhole) {
  EXPECT_TRUE(IsValid(Raw(0x80, kTypeSourceDescription, {}))) << "useless, but the RFC allows it";
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeSourceDescription, {}))) << "no chunk";
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeSourceDescription, {0, 0, 0, 1}))) << "no end of items";
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeSourceDescription, {0, 0, 0, 1, 1, 9, 'a', 0})))
      << "an item longer than the packet";
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeSourceDescription, {0, 0, 0, 1, 1, 2, 'a', 'b'})))
      << "no room for the end";
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeSourceDescription, {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0})))
      << "more than its chunks";
}

TEST(Rtcp, GoodbyeRoundTrip) {
  const std::vector<Ssrc> sources = {Ssrc(1), Ssrc(2)};
  for (const std::string_view reason : {"", "x", "xyz", "camera"}) {
    const Message bytes = Written([&](ByteWriter& out) { WriteGoodbye(sources, reason, out); });
    EXPECT_EQ(bytes.size() % 4, 0u);
    const RtcpPacket packet = First(bytes);
    EXPECT_EQ(packet.kind, RtcpKind::kGoodbye);
    ASSERT_EQ(packet.count, 2);
    EXPECT_EQ(ReadGoodbyeSource(packet, 0), Ssrc(1));
    EXPECT_EQ(ReadGoodbyeSource(packet, 1), Ssrc(2));
    EXPECT_EQ(Text(ReadGoodbyeReason(packet)), reason);
  }
  EXPECT_FALSE(IsValid(Raw(0x82, kTypeGoodbye, {0, 0, 0, 1}))) << "fewer sources than counted";
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeGoodbye, {0, 0, 0, 1, 4, 'a', 'b', 'c'})))
      << "a reason longer than the packet";
}

TEST(Rtcp, NackRoundTrip) {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    std::vector<SequenceNumber> lost;
    uint16_t sequence = random.U16();
    for (size_t i = 0; i < 1 + random.Below(50); ++i) {
      lost.push_back(SequenceNumber(sequence));
      sequence = static_cast<uint16_t>(sequence + 1 + random.Below(20));
    }
    const Message bytes = Written([&](ByteWriter& out) { WriteNack(Ssrc(1), Ssrc(2), lost, out); });
    const RtcpPacket packet = First(bytes);
    EXPECT_EQ(packet.kind, RtcpKind::kNack);
    EXPECT_EQ(FeedbackMedia(packet), Ssrc(2));
    std::vector<SequenceNumber> read;
    NackReader reader(packet);
    while (const auto number = reader.Next()) read.push_back(*number);
    EXPECT_EQ(read, lost);
  }
}

TEST(Rtcp, NackKeepsRepeatedAndFallingNumbers) {
  std::vector<SequenceNumber> lost;
  for (const uint16_t number : std::vector<uint16_t>{5, 7, 7, 6, 5, 65535, 4}) {
    lost.push_back(SequenceNumber(number));
  }
  const Message bytes = Written([&](ByteWriter& out) { WriteNack(Ssrc(1), Ssrc(2), lost, out); });
  std::vector<SequenceNumber> read;
  NackReader reader(First(bytes));
  while (const auto number = reader.Next()) read.push_back(*number);
  EXPECT_EQ(read, lost);
}

TEST(Rtcp, NackPacksSeventeenNumbersInAnEntry) {
  std::vector<SequenceNumber> lost;
  for (uint16_t i = 0; i < 17; ++i) lost.push_back(SequenceNumber(i));
  EXPECT_EQ(Written([&](ByteWriter& out) { WriteNack(Ssrc(1), Ssrc(2), lost, out); }).size(), 16u);
  lost.push_back(SequenceNumber(17));
  EXPECT_EQ(Written([&](ByteWriter& out) { WriteNack(Ssrc(1), Ssrc(2), lost, out); }).size(), 20u);
}

// RFC 4585 section 6.2.1: an entry with no bits names one packet; sender 1, media 2.
const Message kNoFeedback = {0, 0, 0, 1, 0, 0, 0, 2};

Message With(Message body, const Message& more) {
  body.insert(body.end(), more.begin(), more.end());
  return body;
}

TEST(Rtcp, FeedbackKindsAndTheirBounds) {
  struct Case {
    uint8_t format;
    uint8_t type;
    Message control;
    std::vector<RtcpKind> expected;
  };
  const Message word = {0, 0, 0, 0};
  const Message two = With(word, word);
  const Message three = With(two, word);
  const std::vector<Case> cases = {
      {1, 205, {}, {}},
      {1, 205, word, {RtcpKind::kNack}},
      {3, 205, word, {}},
      {3, 205, two, {RtcpKind::kTmmbr}},
      {3, 205, three, {}},
      {15, 205, word, {}},
      {15, 205, three, {RtcpKind::kTransportWide}},
      {9, 205, {}, {RtcpKind::kOtherTransportFeedback}},
      {1, 206, {}, {RtcpKind::kPictureLoss}},
      {1, 206, word, {}},
      {4, 206, {}, {}},
      {4, 206, word, {}},
      {4, 206, two, {RtcpKind::kFullIntraRequest}},
      {4, 206, three, {}},
      {2, 206, two, {RtcpKind::kOtherPayloadFeedback}},
      {15, 206, two, {RtcpKind::kOtherPayloadFeedback}},
      {15, 206, {'R', 'E', 'M', 'B', 0, 0, 0, 0}, {RtcpKind::kRemb}},
      {15, 206, {'R', 'E', 'M', 'B', 1, 0, 0, 0}, {RtcpKind::kOtherPayloadFeedback}},
      {15, 206, {'R', 'E', 'M', 'B'}, {RtcpKind::kOtherPayloadFeedback}},
  };
  for (const Case& c : cases) {
    const Message bytes =
        Raw(static_cast<uint8_t>(0x80 | c.format), c.type, With(kNoFeedback, c.control));
    EXPECT_EQ(Kinds(bytes, kReducedSize), c.expected)
        << int{c.type} << "/" << int{c.format} << " with " << c.control.size() << " bytes";
  }
  for (const uint8_t type : {kTypeTransportFeedback, kTypePayloadFeedback}) {
    EXPECT_FALSE(IsValid(Raw(0x81, type, {0, 0, 0, 1}))) << "no media source";
  }
}

TEST(Rtcp, FullIntraRequest) {
  const Message bytes = Raw(0x84, kTypePayloadFeedback,
                            With(kNoFeedback, {0, 0, 0, 9, 7, 0, 0, 0, 0, 0, 0, 10, 255, 0, 0, 0}));
  const RtcpPacket packet = First(bytes);
  ASSERT_EQ(FullIntraEntries(packet), 2u);
  EXPECT_EQ(ReadFullIntraEntry(packet, 0).source, Ssrc(9));
  EXPECT_EQ(ReadFullIntraEntry(packet, 0).command_sequence, 7);
  EXPECT_EQ(ReadFullIntraEntry(packet, 1).source, Ssrc(10));
  EXPECT_EQ(ReadFullIntraEntry(packet, 1).command_sequence, 255);
}

TEST(Rtcp, FullIntraRequestRoundTrip) {
  const std::vector<FullIntraEntry> entries = {{Ssrc(9), 7}, {Ssrc(10), 255}};
  const Message bytes =
      Written([&](ByteWriter& out) { WriteFullIntraRequest(Ssrc(1), entries, out); });
  EXPECT_EQ(bytes, Raw(0x84, kTypePayloadFeedback, {0, 0, 0, 1,  0,   0, 0, 0,  //
                                                    0, 0, 0, 9,  7,   0, 0, 0,  //
                                                    0, 0, 0, 10, 255, 0, 0, 0}));
  const RtcpPacket packet = First(bytes);
  ASSERT_EQ(FullIntraEntries(packet), 2u);
  EXPECT_EQ(ReadFullIntraEntry(packet, 1).source, Ssrc(10));
  EXPECT_EQ(ReadFullIntraEntry(packet, 1).command_sequence, 255);
}

TEST(Rtcp, RembRoundTrip) {
  std::vector<Ssrc> sources(kMaxRembSources, Ssrc(3));
  sources.back() = Ssrc(4);
  const Message bytes =
      Written([&](ByteWriter& out) { WriteRemb(Ssrc(1), 1'000'000, sources, out); });
  const RtcpPacket packet = First(bytes);
  EXPECT_EQ(packet.kind, RtcpKind::kRemb);
  EXPECT_EQ(Sender(packet), Ssrc(1));
  EXPECT_EQ(FeedbackMedia(packet), Ssrc(0));
  EXPECT_EQ(ReadRembBitrate(packet), 1'000'000u);
  ASSERT_EQ(RembSources(packet), kMaxRembSources);
  EXPECT_EQ(ReadRembSource(packet, 0), Ssrc(3));
  EXPECT_EQ(ReadRembSource(packet, kMaxRembSources - 1), Ssrc(4));
}

TEST(Rtcp, RembKeepsTheHighestEighteenBits) {
  const auto written_and_read = [](uint64_t bits_per_second) {
    const Message bytes =
        Written([&](ByteWriter& out) { WriteRemb(Ssrc(1), bits_per_second, {}, out); });
    return ReadRembBitrate(First(bytes));
  };
  EXPECT_EQ(written_and_read(0), 0u);
  EXPECT_EQ(written_and_read(1), 1u);
  EXPECT_EQ(written_and_read(0x3ffff), 0x3ffffu);
  EXPECT_EQ(written_and_read(0x40000), 0x40000u);
  EXPECT_EQ(written_and_read(0x40001), 0x40000u) << "rounded down";
  EXPECT_EQ(written_and_read(0x7ffff), 0x7fffeu);
  EXPECT_EQ(written_and_read(~uint64_t{0}), ~uint64_t{0} << 46);
}

TEST(Rtcp, RembBitrateAndSources) {
  // Exponent 2, mantissa 250000: 1 Mbit/s.
  const Message bytes = Raw(0x8f, kTypePayloadFeedback,
                            With(kNoFeedback, {'R', 'E', 'M', 'B', 2, 0x0b, 0xd0, 0x90,  //
                                               0, 0, 0, 3, 0, 0, 0, 4}));
  const RtcpPacket packet = First(bytes);
  EXPECT_EQ(ReadRembBitrate(packet), 1000000u);
  ASSERT_EQ(RembSources(packet), 2u);
  EXPECT_EQ(ReadRembSource(packet, 0), Ssrc(3));
  EXPECT_EQ(ReadRembSource(packet, 1), Ssrc(4));

  const Message absurd =
      Raw(0x8f, kTypePayloadFeedback, With(kNoFeedback, {'R', 'E', 'M', 'B', 0, 0xff, 0xff, 0xff}));
  EXPECT_EQ(ReadRembBitrate(First(absurd)), std::numeric_limits<uint64_t>::max());
}

TEST(Rtcp, OtherTypes) {
  EXPECT_EQ(Kinds(Raw(0x85, kTypeApplication, With(kNoFeedback, {})), kReducedSize),
            std::vector{RtcpKind::kApplication});
  EXPECT_FALSE(IsValid(Raw(0x85, kTypeApplication, {0, 0, 0, 1}))) << "no name";
  EXPECT_EQ(Kinds(Raw(0x80, kTypeExtendedReport, {0, 0, 0, 1}), kReducedSize),
            std::vector{RtcpKind::kExtendedReport});
  EXPECT_FALSE(IsValid(Raw(0x80, kTypeExtendedReport, {})));
  EXPECT_EQ(Kinds(Raw(0x80, 192, {}), kReducedSize), std::vector{RtcpKind::kOther});
  EXPECT_EQ(Kinds(Raw(0x80, 223, {}), kReducedSize), std::vector{RtcpKind::kOther});
  EXPECT_FALSE(IsValid(Raw(0x80, 191, {}))) << "an RTP payload type";
  EXPECT_FALSE(IsValid(Raw(0x80, 224, {}))) << "an RTP payload type";
}

TEST(Rtcp, ReportsMustHoldTheirBlocks) {
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeReceiverReport, Message(24))));
  EXPECT_TRUE(IsValid(Raw(0x81, kTypeReceiverReport, Message(28))));
  EXPECT_TRUE(IsValid(Raw(0x81, kTypeReceiverReport, Message(32)))) << "profile extension";
  EXPECT_FALSE(IsValid(Raw(0x80, kTypeSenderReport, Message(20))));
  EXPECT_FALSE(IsValid(Raw(0x81, kTypeSenderReport, Message(44))));
  EXPECT_TRUE(IsValid(Raw(0x81, kTypeSenderReport, Message(48))));
}

TEST(Rtcp, FirstMustBeAReportUnlessReducedSize) {
  const Message pli = Raw(0x81, kTypePayloadFeedback, kNoFeedback);
  EXPECT_FALSE(ParseCompound(pli, kFullSize));
  EXPECT_TRUE(ParseCompound(pli, kReducedSize));
  const Message report = Raw(0x80, kTypeReceiverReport, {0, 0, 0, 1});
  EXPECT_TRUE(ParseCompound(With(report, pli), kFullSize));
  EXPECT_FALSE(ParseCompound(With(pli, report), kFullSize));
}

TEST(Rtcp, PaddingInTheLastPacketOnly) {
  const Message report = Raw(0x80, kTypeReceiverReport, {0, 0, 0, 1});
  const Message padded = Raw(0xa0, kTypeReceiverReport, {0, 0, 0, 1, 0, 0, 0, 4});
  EXPECT_TRUE(IsValid(padded));
  EXPECT_EQ(First(padded).body.size(), 4u);
  EXPECT_TRUE(IsValid(With(report, padded)));
  EXPECT_FALSE(IsValid(With(padded, report)));

  for (const int size : {0, 1, 3, 5, 8, 12, 255}) {
    Message wrong = padded;
    wrong.back() = static_cast<uint8_t>(size);
    EXPECT_FALSE(IsValid(wrong)) << size;
  }
  EXPECT_FALSE(IsValid(Raw(0xa0, 192, {}))) << "the P bit of a packet without a body";
}

TEST(Rtcp, RefusesVersionsAndLengthsThatDoNotAddUp) {
  EXPECT_FALSE(IsValid({}));
  const Message report = Raw(0x80, kTypeReceiverReport, {0, 0, 0, 1});
  for (const int version : {0x00, 0x40, 0xc0}) {
    Message wrong = report;
    wrong[0] = static_cast<uint8_t>(version);
    EXPECT_FALSE(IsValid(wrong));
    EXPECT_FALSE(IsValid(With(report, wrong))) << "in a later packet";
  }
  EXPECT_FALSE(IsValid(With(report, {0})));
  Message long_length = report;
  long_length[3] = 2;
  EXPECT_FALSE(IsValid(long_length));
  long_length[2] = 0xff;
  EXPECT_FALSE(IsValid(long_length));
}

// Reads all there is of a valid message, each packet also as what it is not.
void ReadEverything(Bytes bytes) {
  auto reader = ParseCompound(bytes, kReducedSize);
  if (!reader) return;
  size_t size = 0;
  while (const auto packet = reader->Next()) {
    size += 4 + packet->body.size();
    Sender(*packet);
    ReadSenderInfo(*packet);
    FeedbackMedia(*packet);
    for (size_t i = 0; i < packet->count; ++i) {
      ReadReportBlock(*packet, i);
      ReadGoodbyeSource(*packet, i);
    }
    EXPECT_LE(ReadGoodbyeReason(*packet).size(), 255u);
    SdesReader items(*packet);
    while (items.Next()) {
    }
    NackReader numbers(*packet);
    size_t lost = 0;
    while (numbers.Next()) ++lost;
    EXPECT_LE(lost, 17 * packet->body.size() / 4);
    for (size_t i = 0; i < FullIntraEntries(*packet); ++i) ReadFullIntraEntry(*packet, i);
    ReadRembBitrate(*packet);
    for (size_t i = 0; i < RembSources(*packet); ++i) ReadRembSource(*packet, i);
  }
  EXPECT_LE(size, bytes.size());
}

TEST(Rtcp, EveryPrefixAndBitFlipParsesOrFailsCleanly) {
  const Message message = Everything();
  std::set<size_t> borders;
  auto reader = ParseCompound(message, kFullSize);
  ASSERT_TRUE(reader);
  size_t border = 0;
  while (const auto packet = reader->Next()) borders.insert(border += 4 + packet->body.size());

  ForEachPrefix(message, [&](Bytes bytes) {
    ReadEverything(bytes);
    EXPECT_EQ(IsValid(bytes), borders.contains(bytes.size())) << bytes.size();
  });
  ForEachBitFlip(message, ReadEverything);
}

TEST(Rtcp, WritersStopAtTheEnd) {
  for (size_t room = 0; room < 28; ++room) {
    Message bytes(room);
    ByteWriter writer(bytes);
    WriteSenderReport(kInfo, {}, writer);
    EXPECT_FALSE(writer.ok());
  }
}

TEST(Rtcp, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kRtcpKinds; ++i) names.insert(Name(static_cast<RtcpKind>(i)));
  EXPECT_EQ(names.size(), kRtcpKinds);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(Name(RtcpKind::kNack), "nack");
  EXPECT_EQ(Name(RtcpKind::kOther), "other");
}

}  // namespace
}  // namespace baton::rtp
