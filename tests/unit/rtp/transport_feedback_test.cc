#include "rtp/transport_feedback.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "rtp/rtcp_body.h"
#include "rtp/sequence.h"
#include "tests/unit/rtp/mutations.h"

namespace baton::rtp {
namespace {

using Message = std::vector<uint8_t>;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr size_t kAmpleRoom = 100'000;

RtcpPacket Only(Bytes bytes) {
  auto reader = ParseCompound(bytes, true);
  EXPECT_TRUE(reader);
  return reader ? reader->Next().value_or(RtcpPacket{}) : RtcpPacket{};
}

// A feedback packet whose bytes after sender and media are `control`.
Message Packet(const Message& control) {
  Message bytes = {0x8f, 205, 0, static_cast<uint8_t>(2 + control.size() / 4), 0, 0, 0, 1, 0,
                   0,    0,   2};
  bytes.insert(bytes.end(), control.begin(), control.end());
  return bytes;
}

std::vector<FeedbackStatus> Read(TransportFeedbackReader reader) {
  std::vector<FeedbackStatus> statuses;
  while (const auto status = reader.Next()) statuses.push_back(*status);
  return statuses;
}

FeedbackStatus Missing(uint16_t sequence) {
  return {SequenceNumber(sequence), false, FeedbackTicks(0)};
}
FeedbackStatus Received(uint16_t sequence, int64_t delta) {
  return {SequenceNumber(sequence), true, FeedbackTicks(delta)};
}

// Base 65534, 8 packets; reference time -2; feedback 7. A vector of two bits, then a run.
const Message kControl = {0xff, 0xfe, 0x00, 0x08, 0xff, 0xff, 0xfe, 0x07,  //
                          0xd9, 0x10,         // 11 01 10 01 00 01 00 00: s L s - s - -
                          0x20, 0x01,         // a run of one s
                          0x0a,               // 10
                          0xff, 0xff,         // -1
                          0x00, 0xff,         // 0, 255
                          0x05, 0x00, 0x00};  // 5, and zero padding

TEST(TransportFeedback, ReadsChunksAndDeltas) {
  const Message bytes = Packet(kControl);
  const auto feedback = ParseTransportFeedback(Only(bytes));
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->base_sequence(), SequenceNumber(65534));
  EXPECT_EQ(feedback->count(), 8u);
  EXPECT_EQ(feedback->reference_time(), FeedbackReferenceTicks(-2));
  EXPECT_EQ(feedback->feedback_count(), 7);
  EXPECT_TRUE(Read(*feedback) ==
              (std::vector{Received(65534, 10), Received(65535, -1), Received(0, 0), Missing(1),
                           Received(2, 255), Missing(3), Missing(4), Received(5, 5)}));
}

TEST(TransportFeedback, TheEndStaysTheEnd) {
  const Message bytes = Packet(kControl);
  auto feedback = ParseTransportFeedback(Only(bytes));
  ASSERT_TRUE(feedback);
  const auto from_here = *feedback;
  EXPECT_EQ(Read(*feedback).size(), 8u);
  while (feedback->Next()) {
  }
  EXPECT_FALSE(feedback->Next());
  EXPECT_EQ(Read(from_here).size(), 8u) << "a copy walks again";
}

TEST(TransportFeedback, PaddingOfAnySizeIsNotPartOfIt) {
  // As browsers send it: the P bit, and 1 to 3 bytes to the next word.
  for (uint8_t padding = 1; padding <= 3; ++padding) {
    Message control = {0, 1, 0, 0, 0, 0, 0, 0, 0x20, 0x00};
    const auto received = static_cast<uint8_t>(6 - padding);
    control[3] = received;
    control[9] = received;
    control.resize(control.size() + received, 4);
    control.resize(control.size() + padding, 0);
    control.back() = padding;
    Message bytes = Packet(control);
    bytes[0] |= 0x20;
    const RtcpPacket packet = Only(bytes);
    EXPECT_EQ(packet.body.size(), 8 + control.size() - padding);
    const auto feedback = ParseTransportFeedback(packet);
    ASSERT_TRUE(feedback) << int{padding};
    EXPECT_EQ(Read(*feedback).size(), received);

    bytes[0] = static_cast<uint8_t>(0xa0 | kFormatNack);
    EXPECT_FALSE(ParseCompound(bytes, true)) << "in no other kind";
  }
}

TEST(TransportFeedback, OtherKindsAreNotRead) {
  Message bytes = Packet(kControl);
  bytes[0] = 0x80 | kFormatNack;
  EXPECT_FALSE(ParseTransportFeedback(Only(bytes)));
}

TEST(TransportFeedback, NoPacketsAtAll) {
  const Message bytes = Packet({0, 1, 0, 0, 0, 0, 0, 0});
  const auto feedback = ParseTransportFeedback(Only(bytes));
  ASSERT_TRUE(feedback);
  EXPECT_TRUE(Read(*feedback).empty());
}

TEST(TransportFeedback, ReservedSymbolsAreRefusedWhereTheyCount) {
  const auto parses = [](uint8_t count, uint8_t high, uint8_t low) {
    const Message bytes = Packet({0, 1, 0, count, 0, 0, 0, 0, high, low, 1, 1});
    return ParseTransportFeedback(Only(bytes)).has_value();
  };
  EXPECT_FALSE(parses(1, 0x60, 0x01)) << "a run of them";
  EXPECT_FALSE(parses(2, 0xdc, 0x00)) << "the second of a vector";
  EXPECT_TRUE(parses(1, 0xdc, 0x00)) << "behind the last packet";
}

TEST(TransportFeedback, RunsOfNoLengthAreReadOver) {
  const Message bytes = Packet({0, 1, 0, 1, 0, 0, 0, 0, 0x60, 0x00, 0x20, 0x00, 0x20, 0x01, 9, 0});
  const auto feedback = ParseTransportFeedback(Only(bytes));
  ASSERT_TRUE(feedback);
  EXPECT_TRUE(Read(*feedback) == std::vector{Received(1, 9)});
}

TEST(TransportFeedback, ChunksAndDeltasMustBeThere) {
  const auto parses = [](const Message& control) {
    return ParseTransportFeedback(Only(Packet(control))).has_value();
  };
  EXPECT_TRUE(parses({0, 1, 0, 2, 0, 0, 0, 0, 0x20, 0x02, 1, 1}));
  EXPECT_FALSE(parses({0, 1, 0, 3, 0, 0, 0, 0, 0x20, 0x03, 1, 1})) << "a delta short";
  EXPECT_TRUE(parses({0, 1, 0, 1, 0, 0, 0, 0, 0x40, 0x01, 1, 1}));
  EXPECT_FALSE(parses({0, 1, 0, 2, 0, 0, 0, 0, 0x40, 0x02, 1, 1})) << "large ones are two bytes";
  EXPECT_FALSE(parses({0, 1, 0, 3, 0, 0, 0, 0, 0x00, 0x01, 0x00, 0x01})) << "a packet short";
  EXPECT_FALSE(parses({0, 1, 0, 1, 0, 0, 0, 0})) << "no chunk";
}

TEST(TransportFeedback, LongestRuns) {
  // 65535 packets: eight runs of 8191, one of 7, in 18 bytes; and two of padding.
  Message control = {0, 1, 0xff, 0xff, 0, 0, 0, 0};
  for (int i = 0; i < 8; ++i) control.insert(control.end(), {0x1f, 0xff});
  control.insert(control.end(), {0x00, 0x07, 0, 0});
  const Message bytes = Packet(control);
  const auto feedback = ParseTransportFeedback(Only(bytes));
  ASSERT_TRUE(feedback);
  const auto statuses = Read(*feedback);
  ASSERT_EQ(statuses.size(), 65535u);
  EXPECT_TRUE(statuses.back() == Missing(65535));
}

struct Written {
  size_t taken = 0;
  Message bytes;
};

Written Write(const TransportFeedbackHeader& header, const std::vector<PacketArrival>& arrivals,
              size_t room = kAmpleRoom) {
  Written written;
  written.bytes.resize(room);
  ByteWriter writer(written.bytes);
  written.taken = WriteTransportFeedback(header, arrivals, writer);
  EXPECT_TRUE(writer.ok());
  written.bytes.resize(writer.size());
  return written;
}

TransportFeedbackHeader Header(uint64_t base) {
  return {Ssrc(1), Ssrc(2), ExtendedSequence(base), 7};
}
PacketArrival At(uint64_t sequence, Duration time) {
  return {ExtendedSequence(sequence), TimePoint(time)};
}

int64_t TicksOf(TimePoint time) {
  return std::chrono::floor<FeedbackTicks>(time.time_since_epoch()).count();
}

// Reads what was written and holds it to the arrivals.
void ExpectTold(const TransportFeedbackHeader& header, std::span<const PacketArrival> arrivals,
                Bytes bytes) {
  const RtcpPacket packet = Only(bytes);
  ASSERT_EQ(Sender(packet), header.sender);
  ASSERT_EQ(FeedbackMedia(packet), header.media);
  const auto feedback = ParseTransportFeedback(packet);
  ASSERT_TRUE(feedback);
  ASSERT_EQ(feedback->base_sequence(), ToWire(header.base));
  ASSERT_EQ(feedback->feedback_count(), header.feedback_count);
  ASSERT_EQ(feedback->count(), arrivals.back().sequence.value() - header.base.value() + 1);

  // Reference times wrap; their distance to the first arrival does not.
  const int64_t first = TicksOf(arrivals.front().arrival);
  const int64_t reference = first - (first % 256 + 256) % 256;
  ASSERT_EQ((feedback->reference_time().count() - reference / 256) % (1 << 24), 0);
  int64_t time = reference;
  uint64_t sequence = header.base.value();
  size_t told = 0;
  for (const FeedbackStatus& status : Read(*feedback)) {
    ASSERT_EQ(status.sequence, ToWire(ExtendedSequence(sequence)));
    ASSERT_EQ(status.received, arrivals[told].sequence.value() == sequence);
    if (status.received) {
      time += status.delta.count();
      ASSERT_EQ(time, TicksOf(arrivals[told].arrival));
      ++told;
    } else {
      ASSERT_EQ(status.delta.count(), 0);
    }
    ++sequence;
  }
  ASSERT_EQ(told, arrivals.size());
}

TEST(WriteTransportFeedback, ByteForByte) {
  // Reference time 1 (64 ms); 65535 came 1 ms later, 0 is missing, 1 came 100 ms after that.
  const auto header = Header(65534);
  const std::vector<PacketArrival> arrivals = {At(65535, milliseconds(65)),
                                               At(65537, milliseconds(165))};
  const Written written = Write(header, arrivals);
  EXPECT_EQ(written.taken, 2u);
  EXPECT_EQ(written.bytes,
            (Message{0x8f,       205,        0,    6,                 //
                     0,          0,          0,    1,    0, 0, 0, 2,  //
                     0xff,       0xfe,       0x00, 0x04,              // base and count
                     0x00,       0x00,       0x01, 0x07,  // reference and feedback count
                     0b11000100, 0b10000000,              // - s - L, filled up
                     0x04,       0x01,       0x90,        // 4, 400
                     0x00,       0x00,       0x00}));
  ExpectTold(header, arrivals, written.bytes);
}

TEST(WriteTransportFeedback, NothingToTell) {
  const Written written = Write(Header(1), {});
  EXPECT_EQ(written.taken, 0u);
  EXPECT_TRUE(written.bytes.empty());
}

TEST(WriteTransportFeedback, TimesAreRoundedDownEachForItself) {
  // 100 packets 249 us apart: what is cut off does not add up.
  std::vector<PacketArrival> arrivals;
  for (uint64_t i = 0; i < 100; ++i) {
    arrivals.push_back(At(i + 1, microseconds(249) * static_cast<int64_t>(i)));
  }
  ExpectTold(Header(1), arrivals, Write(Header(1), arrivals).bytes);
  // The last nanosecond of a tick, and before the epoch.
  const std::vector<PacketArrival> edges = {At(1, microseconds(250) - Duration(1)),
                                            At(2, microseconds(250)), At(3, Duration(-1)),
                                            At(4, -microseconds(250)), At(5, Duration(0))};
  ExpectTold(Header(1), edges, Write(Header(1), edges).bytes);
}

TEST(WriteTransportFeedback, ReferenceTimeIsRoundedDownAndWraps) {
  for (const Duration time :
       {Duration(0), Duration(milliseconds(64)) - Duration(1), Duration(milliseconds(64)),
        Duration(milliseconds(64)) * (1 << 23), Duration(milliseconds(64)) * (1 << 24),
        Duration(seconds(100'000'000)), -Duration(milliseconds(63)), -Duration(milliseconds(65))}) {
    const std::vector<PacketArrival> arrivals = {At(9, time)};
    const Written written = Write(Header(9), arrivals);
    EXPECT_EQ(written.bytes[20], 0x20) << "a small delta";
    ExpectTold(Header(9), arrivals, written.bytes);
  }
}

TEST(WriteTransportFeedback, SizesOfDeltas) {
  const auto size_of_second = [](int64_t ticks) {
    const std::vector<PacketArrival> arrivals = {At(1, Duration(0)), At(2, FeedbackTicks(ticks))};
    const Written written = Write(Header(1), arrivals);
    EXPECT_EQ(written.taken, 2u) << ticks;
    ExpectTold(Header(1), arrivals, written.bytes);
    const bool small = LoadU16(&written.bytes[20]) == 0x2002;
    return small ? 1 : 2;
  };
  EXPECT_EQ(size_of_second(0), 1);
  EXPECT_EQ(size_of_second(255), 1);
  EXPECT_EQ(size_of_second(256), 2);
  EXPECT_EQ(size_of_second(-1), 2);
  EXPECT_EQ(size_of_second(32767), 2);
  EXPECT_EQ(size_of_second(-32768), 2);
}

TEST(WriteTransportFeedback, APacketEndsBeforeADeltaThatIsTooLarge) {
  for (const int64_t ticks : {32768, -32769}) {
    const std::vector<PacketArrival> arrivals = {At(1, Duration(0)), At(2, FeedbackTicks(ticks)),
                                                 At(3, FeedbackTicks(ticks))};
    const Written written = Write(Header(1), arrivals);
    EXPECT_EQ(written.taken, 1u);
    ExpectTold(Header(1), std::span(arrivals).first(1), written.bytes);
  }
}

TEST(WriteTransportFeedback, APacketTellsOf65535) {
  const std::vector<PacketArrival> last = {At(5, Duration(0)), At(5 + 65534, Duration(0))};
  const Written whole = Write(Header(5), last);
  EXPECT_EQ(whole.taken, 2u);
  ExpectTold(Header(5), last, whole.bytes);
  const std::vector<PacketArrival> beyond = {At(5, Duration(0)), At(5 + 65535, Duration(0))};
  EXPECT_EQ(Write(Header(5), beyond).taken, 1u);
  EXPECT_EQ(Write(Header(5), {beyond[1]}).taken, 0u);
}

TEST(WriteTransportFeedback, EveryArrivalInATick) {
  std::vector<PacketArrival> arrivals;
  for (uint64_t i = 0; i < 65535; ++i) arrivals.push_back(At(100 + i, seconds(5)));
  const Written written = Write(Header(100), arrivals);
  EXPECT_EQ(written.taken, arrivals.size());
  ExpectTold(Header(100), arrivals, written.bytes);
}

TEST(WriteTransportFeedback, TakesWhatFitsAndNoMore) {
  Random random(1);
  std::vector<PacketArrival> arrivals;
  uint64_t sequence = 1000;
  Duration time = seconds(1);
  for (int i = 0; i < 60; ++i) {
    sequence += 1 + (random.OneIn(4) ? random.Below(30) : 0);
    time += random.OneIn(5) ? milliseconds(100) : milliseconds(1);
    arrivals.push_back(At(sequence, time));
  }
  const auto header = Header(1000);
  size_t before = 0;
  for (size_t room = 0; room < 300; ++room) {
    const Written written = Write(header, arrivals, room);
    EXPECT_LE(written.bytes.size(), room);
    EXPECT_GE(written.taken, before) << "more room, no less";
    before = written.taken;
    if (written.taken == 0) {
      EXPECT_TRUE(written.bytes.empty());
      continue;
    }
    ExpectTold(header, std::span(arrivals).first(written.taken), written.bytes);
    if (written.taken == arrivals.size()) continue;
    // One more would not have fitted: alone it takes more than there is.
    const std::vector<PacketArrival> more(arrivals.begin(), arrivals.begin() + written.taken + 1);
    EXPECT_GT(Write(header, more).bytes.size(), room);
  }
  EXPECT_EQ(before, arrivals.size());
}

TEST(WriteTransportFeedback, SmallestRoom) {
  const std::vector<PacketArrival> arrivals = {At(1, Duration(0))};
  EXPECT_EQ(Write(Header(1), arrivals, 23).taken, 0u);
  EXPECT_EQ(Write(Header(1), arrivals, 24).taken, 1u);
}

TEST(WriteTransportFeedback, AppendsToWhatIsThere) {
  Message bytes(100);
  ByteWriter writer(bytes);
  writer.U32(0x80c90000);
  const std::vector<PacketArrival> arrivals = {At(1, Duration(0))};
  EXPECT_EQ(WriteTransportFeedback(Header(1), arrivals, writer), 1u);
  ASSERT_EQ(writer.size(), 28u);
  ExpectTold(Header(1), arrivals, writer.written().subspan(4));
}

TEST(WriteTransportFeedback, ReadsAsItWasWrittenWhateverCame) {
  Random random(2);
  for (int round = 0; round < 500; ++round) {
    const auto header = Header(65536 + random.Below(65536));
    std::vector<PacketArrival> arrivals;
    uint64_t sequence = header.base.value() + random.Below(50);
    Duration time = Duration(static_cast<int64_t>(random.Below(100'000'000'000'000)));
    for (size_t i = 1 + random.Below(200); i > 0; --i) {
      arrivals.push_back(At(sequence, time));
      sequence += 1 + (random.OneIn(5) ? random.Below(random.OneIn(10) ? 9000 : 20) : 0);
      const int64_t longest = random.OneIn(10) ? 9'000'000'000 : 40'000'000;
      const auto step = static_cast<int64_t>(random.Below(static_cast<uint64_t>(longest)));
      time += Duration(random.OneIn(5) ? -step : step);
    }
    // All of it in as many packets as it takes.
    std::span<const PacketArrival> rest = arrivals;
    auto next = header;
    while (!rest.empty()) {
      const Written written = Write(next, {rest.begin(), rest.end()}, 60 + random.Below(200));
      if (written.taken == 0) {
        next.base = rest.front().sequence;  // too far ahead of the base
        continue;
      }
      ExpectTold(next, rest.first(written.taken), written.bytes);
      next.base = ExtendedSequence(rest[written.taken - 1].sequence.value() + 1);
      rest = rest.subspan(written.taken);
    }
  }
}

TEST(TransportFeedback, EveryPrefixAndBitFlipParsesOrFailsCleanly) {
  const auto read = [](Bytes bytes) {
    auto compound = ParseCompound(bytes, true);
    if (!compound) return;
    while (const auto packet = compound->Next()) {
      const auto feedback = ParseTransportFeedback(*packet);
      EXPECT_EQ(feedback ? Read(*feedback).size() : 0, feedback ? feedback->count() : 0);
    }
  };
  const Message message = Packet(kControl);
  ForEachPrefix(message, read);
  ForEachBitFlip(message, read);
  // The body alone, in whole words and not.
  ForEachPrefix(Bytes(message).subspan(4), [](Bytes body) {
    RtcpPacket packet;
    packet.kind = RtcpKind::kTransportWide;
    packet.body = body;
    const auto feedback = ParseTransportFeedback(packet);
    EXPECT_EQ(feedback.has_value(), body.size() >= 8 + kControl.size() - 2);
  });
}

}  // namespace
}  // namespace baton::rtp
