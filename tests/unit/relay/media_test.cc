// What becomes of an RTP packet on its way through the core.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";
constexpr std::string_view kCarol = "[2001:db8::3]:5004";

class MediaTest : public testing::Test {
 protected:
  MediaTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(Plain("demo", "carol", kCarol));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    for (const Event& event : h.TakeEvents()) {
      const auto* leg = std::get_if<LegAdded>(&event);
      if (leg != nullptr && leg->subscriber == "bob") bob = leg->parameters;
    }
  }
  std::vector<Sent> Packet(uint16_t sequence, uint32_t timestamp = 0) {
    return h.Receive(kAlice, Rtp({.ssrc = 1, .sequence = sequence, .timestamp = timestamp}));
  }
  // The sequence number of what is sent to bob because of this packet, or -1.
  int ToBob(uint16_t sequence) {
    for (const Sent& sent : Packet(sequence)) {
      if (sent.to.remote == Address(kBob)) return sent.rtp()->sequence.value();
    }
    return -1;
  }
  void Pause(bool paused) { h.Do(PauseLeg{LegOf("demo", "bob", "alice", "cam"), paused}); }

  Harness h;
  LegParameters bob;
};

TEST_F(MediaTest, EverybodyElseGetsACopyOverTheSocketOfHisFamily) {
  const std::vector<Sent> sent = Packet(1);
  ASSERT_THAT(sent, SizeIs(2));
  const bool bob_is_first = sent[0].to == Flow{Address(kBob), 0};
  EXPECT_EQ(sent[bob_is_first ? 0 : 1].to, (Flow{Address(kBob), 0}));
  EXPECT_EQ(sent[bob_is_first ? 1 : 0].to, (Flow{Address(kCarol), 1}));
  EXPECT_NE(sent[0].rtp()->ssrc, sent[1].rtp()->ssrc);
  EXPECT_EQ(h.buffers_in_use(), 0u);
}

TEST_F(MediaTest, AllButNumbersAndHeaderExtensionsIsThePublishers) {
  h.Do(RemoveEndpoint{N("demo"), N("carol")});
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"), rtp::Ssrc(0xabcdef01), rtp::PayloadType(101)});
  Octets packet(64);
  const rtp::Ssrc csrcs[] = {rtp::Ssrc(7), rtp::Ssrc(8)};
  const uint8_t extension[] = {0x10, 0xaa, 0, 0};
  rtp::PacketHeader header{.sequence = rtp::SequenceNumber(9),
                           .timestamp = rtp::RtpTimestamp(1000),
                           .ssrc = rtp::Ssrc(1),
                           .payload_type = rtp::PayloadType(96),
                           .marker = true,
                           .padding = true,
                           .csrcs = csrcs,
                           .extension_profile = rtp::kOneByteExtensions,
                           .extension_data = extension};
  const size_t header_size = rtp::WritePacketHeader(header, packet);
  ASSERT_GT(header_size, 0u);
  for (size_t i = header_size; i < packet.size(); ++i) packet[i] = static_cast<uint8_t>(i);
  packet.back() = 4;  // of padding

  const std::vector<Sent> sent = h.Receive(kAlice, packet);
  ASSERT_THAT(sent, SizeIs(1));
  const auto copy = sent[0].rtp();
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->ssrc, rtp::Ssrc(0xabcdef01));
  EXPECT_EQ(copy->payload_type, rtp::PayloadType(101));
  EXPECT_TRUE(copy->marker);
  EXPECT_EQ(copy->csrc_count, 2);
  EXPECT_EQ(copy->padding_size, 4);
  EXPECT_EQ(copy->csrc(1), rtp::Ssrc(8));
  EXPECT_FALSE(copy->has_extension);  // which nobody has negotiated
  const Bytes payload = rtp::ParsePacket(packet)->payload();
  EXPECT_TRUE(
      std::equal(payload.begin(), payload.end(), copy->payload().begin(), copy->payload().end()));
}

TEST_F(MediaTest, TimestampsKeepTheirDistances) {
  const uint32_t first = Packet(1, ~0u - 10)[0].rtp()->timestamp.value();
  const uint32_t second = Packet(2, 2989)[0].rtp()->timestamp.value();
  EXPECT_EQ(second - first, 3000u);
}

TEST_F(MediaTest, GapsAndLatePacketsArePassedOn) {
  const int first = ToBob(65'534);
  EXPECT_EQ(ToBob(1), (first + 3) % 65'536);
  EXPECT_EQ(ToBob(65'535), (first + 1) % 65'536);
  EXPECT_EQ(ToBob(65'535), -1);  // a duplicate
}

TEST_F(MediaTest, APauseLeavesNoGap) {
  const int first = ToBob(100);
  Pause(true);
  EXPECT_EQ(ToBob(101), -1);
  EXPECT_EQ(ToBob(102), -1);
  Pause(false);
  EXPECT_EQ(ToBob(103), (first + 1) % 65'536);
  EXPECT_EQ(ToBob(102), -1);  // late or not, it is a duplicate for the track
  EXPECT_EQ(ToBob(104), (first + 2) % 65'536);
  EXPECT_EQ(h.drops(DropReason::kLegPaused), 2u);
}

TEST_F(MediaTest, ARestartOfTheSenderIsContinued) {
  const int first = ToBob(100);
  EXPECT_EQ(ToBob(30'000), -1);
  EXPECT_EQ(ToBob(30'001), (first + 3) % 65'536);
  EXPECT_EQ(h.drops(DropReason::kSequenceJump), 1u);
}

TEST_F(MediaTest, PublishingAnewStartsTheLegAnew) {
  Packet(1);
  h.Do(UnpublishTrack{N("demo"), N("alice"), N("cam")});
  EXPECT_THAT(Packet(2), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kUnknownSsrc), 1u);
  h.Do(Publish("demo", "alice", "cam", Video(1)));
  EXPECT_THAT(Packet(40'000), SizeIs(2));  // no jump: the track has no past
}

TEST_F(MediaTest, NothingIsSentToWhoHasLeft) {
  Packet(1);
  h.Do(RemoveEndpoint{N("demo"), N("bob")});
  const std::vector<Sent> sent = Packet(2);
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to.remote, Address(kCarol));
  h.Do(RemoveLeg{LegOf("demo", "carol", "alice", "cam")});
  EXPECT_THAT(Packet(3), IsEmpty());
  h.Do(CloseRoom{N("demo")});
  EXPECT_THAT(Packet(4), IsEmpty());
  EXPECT_EQ(h.drops(DropReason::kUnknownFlow), 1u);
}

// The slots that a removal frees are taken again at once.
TEST_F(MediaTest, WhoTakesAPlaceGetsNothingOfWhoHadItBefore) {
  h.Do(RemoveEndpoint{N("demo"), N("bob")});
  h.Do(Room("other"));
  h.Do(Plain("other", "eve", kBob));
  for (const Sent& sent : Packet(1)) EXPECT_NE(sent.to.remote, Address(kBob));
}

TEST_F(MediaTest, RoomsDoNotMix) {
  h.Do(Room("other"));
  h.Do(Plain("other", "alice", "192.0.2.101:5004"));
  h.Do(Plain("other", "bob", "192.0.2.102:5004"));
  h.Do(Publish("other", "alice", "cam", Video(1)));  // the same names and SSRC
  for (const Sent& sent : Packet(1)) {
    EXPECT_TRUE(sent.to.remote == Address(kBob) || sent.to.remote == Address(kCarol));
  }
  const auto others = h.Receive("192.0.2.101:5004", Rtp({.ssrc = 1, .sequence = 5}));
  ASSERT_THAT(others, SizeIs(1));
  EXPECT_EQ(others[0].to.remote, Address("192.0.2.102:5004"));
}

TEST_F(MediaTest, ManyDatagramsOfOneBatchKeepTheirOrder) {
  // Smaller than what a packet fans out to: the batch sends itself in between.
  Harness small(SmallConfig(), 3);
  small.Do(Room("demo"));
  small.Do(Plain("demo", "alice", kAlice));
  small.Do(Publish("demo", "alice", "cam", Video(1)));
  for (int i = 0; i < 10; ++i) {
    small.Do(Plain("demo", "e" + std::to_string(i), "192.0.2.9:" + std::to_string(5000 + i)));
  }
  EXPECT_THAT(small.Receive(kAlice, Rtp({.ssrc = 1, .sequence = 1})), SizeIs(10));
  EXPECT_EQ(small.buffers_in_use(), 0u);
}

TEST_F(MediaTest, StatisticsCountWhatPassed) {
  Packet(10, 0);
  Packet(11, 0);
  Packet(13, 0);
  Packet(13, 0);
  Pause(true);
  Packet(14, 0);
  h.Advance(std::chrono::milliseconds(700));
  const RoomStatistics statistics = h.Statistics("demo");
  const size_t size = Rtp({}).size();
  ASSERT_THAT(statistics.tracks, SizeIs(1));
  const TrackStatistics& track = statistics.tracks[0];
  EXPECT_EQ(track.publisher, "alice");
  EXPECT_EQ(track.track, "cam");
  ASSERT_THAT(track.encodings, SizeIs(1));
  const EncodingStatistics& encoding = track.encodings[0];
  EXPECT_EQ(encoding.packets, 5u);
  EXPECT_EQ(encoding.bytes, 4 * size);
  EXPECT_EQ(encoding.lost, 0);  // one lost, one twice
  EXPECT_EQ(encoding.idle, std::chrono::milliseconds(700));
  ASSERT_THAT(statistics.legs, SizeIs(2));
  for (const LegStatistics& leg : statistics.legs) {
    const bool is_bobs = leg.subscriber == "bob";
    EXPECT_EQ(leg.packets, is_bobs ? 3u : 4u);
    EXPECT_EQ(leg.bytes, leg.packets * size);
    EXPECT_EQ(leg.dropped, is_bobs ? 1u : 0u);
    EXPECT_EQ(leg.paused, is_bobs);
  }
}

}  // namespace
}  // namespace baton::relay::test
