// Sender and receiver reports of the relay's own, and those that it takes (RFC 3550 section 6).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "rtp/ntp.h"
#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr uint64_t kNtp = uint64_t{3'900'000'000} << 32 | 0x12345678;

uint32_t MiddleOf(uint64_t ntp) { return static_cast<uint32_t>(ntp >> 16); }

class ReportsTest : public CallTest {
 protected:
  // More than the longest interval.
  static constexpr Ms kLong{6200};

  // Those of alice's camera that she was sent since the last call.
  std::vector<rtp::ReportBlock> TakeBlocks() {
    std::vector<rtp::ReportBlock> blocks;
    for (const SentRtcp& report : Take(rtp::RtcpKind::kReceiverReport)) {
      for (size_t i = 0; i < report.packet.count; ++i) {
        EXPECT_EQ(report.to.remote, Address(kAlice));
        blocks.push_back(rtp::ReadReportBlock(report.view(), i));
        EXPECT_EQ(blocks.back().source, rtp::Ssrc(kCamera));
      }
    }
    return blocks;
  }
  std::vector<rtp::SenderInfo> TakeSenderInfos(std::string_view to) {
    std::vector<rtp::SenderInfo> infos;
    for (const SentRtcp& report : Take(rtp::RtcpKind::kSenderReport)) {
      if (report.to.remote == Address(to)) infos.push_back(rtp::ReadSenderInfo(report.view()));
    }
    return infos;
  }
  // A packet each 100 ms for a while.
  void Talk(Ms duration) {
    for (Ms passed{}; passed < duration; passed += Ms(100)) {
      last_ =
          h.Receive(kAlice, Rtp({.ssrc = kCamera, .sequence = next_, .timestamp = next_ * 9000u}));
      ++next_;
      h.Advance(Ms(100));
    }
  }

  uint16_t next_ = 1;
  std::vector<Sent> last_;
};

TEST_F(ReportsTest, PublishersAreToldWhatArrives) {
  for (const int sequence : {65'533, 65'534, 65'535, 1}) Media(static_cast<uint16_t>(sequence));
  h.Advance(Ms(4500));  // of silence it is still running
  const std::vector<rtp::ReportBlock> first = TakeBlocks();
  ASSERT_THAT(first, testing::Not(IsEmpty()));
  EXPECT_EQ(first[0].fraction_lost, 256 / 5);
  EXPECT_EQ(first[0].cumulative_lost, 1);
  EXPECT_EQ(first[0].highest_sequence, (1u << 16) + 1);
  EXPECT_EQ(first[0].last_sender_report, 0u);
  EXPECT_EQ(first[0].delay_since_last, 0u);
}

TEST_F(ReportsTest, LossIsCountedSinceTheReportBefore) {
  Media(1);
  Media(3);
  h.Advance(Ms(4500));
  EXPECT_EQ(TakeBlocks().at(0).fraction_lost, 256 / 3);
  for (uint16_t i = 4; i < 120; ++i) {
    Media(i);
    h.Advance(Ms(100));
  }
  const std::vector<rtp::ReportBlock> later = TakeBlocks();
  ASSERT_THAT(later, testing::Not(IsEmpty()));
  EXPECT_EQ(later.back().fraction_lost, 0);
  EXPECT_EQ(later.back().cumulative_lost, 1);
}

TEST_F(ReportsTest, PublishersCanMeasureTheRoundTrip) {
  Media(1);
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 3000));
  const TimePoint arrived = h.now();
  // Finds out when the report is sent.
  std::vector<rtp::ReportBlock> blocks;
  while (blocks.empty()) {
    h.Advance(Ms(100));
    ASSERT_LT(h.now() - arrived, kLong);
    blocks = TakeBlocks();
  }
  EXPECT_EQ(blocks[0].last_sender_report, MiddleOf(kNtp));
  const auto ms = std::chrono::duration_cast<Ms>(h.now() - arrived).count();
  EXPECT_NEAR(blocks[0].delay_since_last, static_cast<double>(ms) * 65.536, 1);
}

TEST_F(ReportsTest, SubscribersAreToldTheTimeOnTheTimelineOfTheLeg) {
  Talk(Ms(500));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, (next_ - 1) * 9000u));
  const TimePoint reported = h.now();
  const Sent copy = Copy(kBob, last_);
  std::vector<rtp::SenderInfo> infos;
  uint64_t sent = 5;
  while (infos.empty()) {
    h.Advance(Ms(100));
    ASSERT_LT(h.now() - reported, Ms(4900));
    infos = TakeSenderInfos(kBob);
  }
  EXPECT_EQ(infos[0].sender, rtp::Ssrc(kToBob));
  EXPECT_EQ(infos[0].packet_count, sent);
  EXPECT_EQ(infos[0].octet_count, sent * 20);
  const auto ms = std::chrono::duration_cast<Ms>(h.now() - reported).count();
  EXPECT_NEAR(static_cast<int32_t>(infos[0].rtp_timestamp.value() - copy.rtp()->timestamp.value()),
              static_cast<double>(ms * 90), 1);
  EXPECT_NEAR(static_cast<double>(infos[0].ntp_timestamp - kNtp),
              static_cast<double>(ms) / 1000 * 4294967296.0, 1e6);
}

TEST_F(ReportsTest, TheTimelineOfTheLegGoesOnWhenThePublisherBeginsAnew) {
  Talk(Ms(300));
  const RtpFields fields{.ssrc = kCamera, .sequence = 40'000, .timestamp = 5'000'000};
  h.Receive(kAlice, Rtp(fields));
  RtpFields next = fields;
  next.sequence = 40'001;
  const Sent copy = Copy(kBob, h.Receive(kAlice, Rtp(next)));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, fields.timestamp));
  const TimePoint reported = h.now();
  std::vector<rtp::SenderInfo> infos;
  while (infos.empty()) {
    h.Advance(Ms(100));
    ASSERT_LT(h.now() - reported, Ms(4900));
    infos = TakeSenderInfos(kBob);
  }
  const auto ms = std::chrono::duration_cast<Ms>(h.now() - reported).count();
  EXPECT_NEAR(static_cast<int32_t>(infos[0].rtp_timestamp.value() - copy.rtp()->timestamp.value()),
              static_cast<double>(ms * 90), 1);
}

TEST_F(ReportsTest, EachSubscriberHasReportsOfHisOwnLegs) {
  Talk(Ms(300));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 9000));
  Talk(kLong);
  std::map<TransportAddress, std::set<uint32_t>> sources;
  for (const SentRtcp& report : Take(rtp::RtcpKind::kSenderReport)) {
    sources[report.to.remote].insert(rtp::ReadSenderInfo(report.view()).sender.value());
  }
  EXPECT_THAT(sources, SizeIs(2));
  EXPECT_THAT(sources[Address(kBob)], testing::ElementsAre(kToBob));
  EXPECT_THAT(sources[Address(kCarol)], testing::ElementsAre(kToCarol));
}

TEST_F(ReportsTest, ThereIsNoneOfALegThatIsPausedOrHasSentNothing) {
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 9000));
  h.Advance(kLong);
  EXPECT_THAT(Take(rtp::RtcpKind::kSenderReport), IsEmpty());
  Talk(Ms(300));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 9000));
  Pause(true);
  Talk(kLong);
  for (const SentRtcp& report : Take(rtp::RtcpKind::kSenderReport)) {
    EXPECT_EQ(report.to.remote, Address(kCarol));
  }
}

TEST_F(ReportsTest, NamesTieTracksOfOnePublisherTogether) {
  h.Do(Publish("demo", "alice", "mic", Audio(7)));
  h.Do(Publish("demo", "carol", "cam", Video(8)));
  h.Do(AddLeg{LegOf("demo", "bob", "alice", "mic"), rtp::Ssrc(210), {}, {}, {}, {}});
  h.Do(AddLeg{LegOf("demo", "bob", "carol", "cam"), rtp::Ssrc(220), {}, {}, {}, {}});
  Talk(Ms(200));
  h.Receive(kAlice, Rtp({.ssrc = 7, .payload_type = 111}));
  h.Receive(kCarol, Rtp({.ssrc = 8}));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 9000));
  h.Receive(kAlice, SenderReport(7, kNtp, 0));
  h.Receive(kCarol, SenderReport(8, kNtp, 0));
  h.TakeRtcp();
  h.Advance(Ms(4900));
  std::map<uint32_t, std::set<std::string>> names;
  for (const SentRtcp& packet : PacketsIn(h.TakeRtcp())) {
    if (packet.packet.kind != rtp::RtcpKind::kSourceDescription) continue;
    if (packet.to.remote != Address(kBob)) continue;
    const rtp::RtcpPacket view = packet.view();
    rtp::SdesReader reader(view);
    while (const auto item = reader.Next()) {
      EXPECT_EQ(item->type, rtp::kSdesCname);
      names[item->source.value()].emplace(item->text.begin(), item->text.end());
    }
  }
  EXPECT_THAT(names, SizeIs(4));  // the relay's own source too
  for (const auto& [ssrc, texts] : names) EXPECT_THAT(texts, SizeIs(1)) << ssrc;
  EXPECT_EQ(names[kToBob], names[210]);
  EXPECT_NE(names[kToBob], names[220]);
}

TEST_F(ReportsTest, IntervalsAreRandomWithinBounds) {
  std::vector<double> seconds;
  TimePoint last = h.now();
  for (int tenths = 0; tenths < 3000; ++tenths) {
    h.Advance(Ms(100));
    bool reported = false;
    for (const SentRtcp& report : Take(rtp::RtcpKind::kReceiverReport)) {
      reported |= report.to.remote == Address(kBob);
    }
    if (!reported) continue;
    seconds.push_back(std::chrono::duration<double>(h.now() - last).count());
    last = h.now();
  }
  // Nobody sends: 5 s, and half of that at first, times 0.5 to 1.5, divided by e - 3/2; and the
  // tick that follows.
  constexpr double kLeast = 0.5 / 1.2183;
  constexpr double kMost = 1.5 / 1.2183;
  ASSERT_GE(static_cast<double>(seconds.size()), 300 / (5 * kMost + 0.1) - 1);
  EXPECT_GE(seconds[0], 2.5 * kLeast);
  EXPECT_LE(seconds[0], 2.5 * kMost + 0.1);
  std::set<double> different;
  for (size_t i = 1; i < seconds.size(); ++i) {
    EXPECT_GE(seconds[i], 5 * kLeast - 0.1) << i;
    EXPECT_LE(seconds[i], 5 * kMost + 0.1) << i;
    different.insert(seconds[i]);
  }
  EXPECT_GT(different.size(), seconds.size() / 3);
}

TEST_F(ReportsTest, EndpointsAreNotToldAtTheSameMoment) {
  std::map<TransportAddress, TimePoint> first;
  for (int tenths = 0; tenths < 40; ++tenths) {
    h.Advance(Ms(100));
    for (const Sent& sent : h.TakeRtcp()) first.try_emplace(sent.to.remote, h.now());
  }
  std::set<TimePoint> moments;
  for (const auto& [address, moment] : first) moments.insert(moment);
  EXPECT_THAT(first, SizeIs(3));
  EXPECT_GT(moments.size(), 1u);
}

// bob's first report when `legs` more legs to him have something to tell.
class ManyLegsTest : public ReportsTest, public testing::WithParamInterface<uint32_t> {
 protected:
  static constexpr uint32_t kTracks = 3;

  void AddLegs(uint32_t legs) {
    for (uint32_t i = 0; i < legs; ++i) {
      const std::string name = "p" + std::to_string(i / kTracks);
      const std::string track = "t" + std::to_string(i % kTracks);
      const std::string address = "192.0.2.50:" + std::to_string(7000 + i / kTracks);
      const uint32_t source = 10 + i % kTracks;
      if (i % kTracks == 0) h.Do(Plain("demo", name, address));
      ASSERT_EQ(h.Do(Publish("demo", name, track, Video(source))), CommandError::kNone);
      ASSERT_EQ(h.Do(AddLeg{LegOf("demo", "bob", name, track), {}, {}, {}, {}, {}}),
                CommandError::kNone);
      h.Receive(address, Rtp({.ssrc = source}));
      h.Receive(address, SenderReport(source, kNtp, 0));
    }
    h.TakeRtcp();
  }
};

TEST_P(ManyLegsTest, WhatDoesNotFitOneDatagramIsSplit) {
  constexpr uint32_t kFitInOne = 20;  // (1200 - 8 - 28) / (28 + 28)
  AddLegs(GetParam());
  std::vector<Sent> to_bob;
  for (int tenths = 0; tenths < 40 && to_bob.empty(); ++tenths) {
    h.Advance(Ms(100));
    to_bob = To(kBob, h.TakeRtcp());
  }
  EXPECT_EQ(to_bob.size(), (GetParam() + kFitInOne - 1) / kFitInOne);
  std::set<uint32_t> reported;
  std::map<size_t, std::set<uint32_t>> sources;
  std::map<size_t, std::set<uint32_t>> named;
  for (const Sent& sent : to_bob) EXPECT_LE(sent.bytes.size(), 1200u);
  for (const SentRtcp& packet : PacketsIn(to_bob)) {
    const rtp::RtcpPacket view = packet.view();
    if (view.kind == rtp::RtcpKind::kSenderReport) {
      const uint32_t source = rtp::ReadSenderInfo(view).sender.value();
      EXPECT_TRUE(reported.insert(source).second) << "told twice";
      sources[packet.datagram].insert(source);
    } else if (view.kind == rtp::RtcpKind::kSourceDescription) {
      rtp::SdesReader reader(view);
      while (const auto item = reader.Next()) named[packet.datagram].insert(item->source.value());
    }
  }
  EXPECT_EQ(reported.size(), GetParam());
  // With the relay's own source.
  for (auto& [datagram, names] : named) EXPECT_EQ(names.size(), sources[datagram].size() + 1);
}

INSTANTIATE_TEST_SUITE_P(Legs, ManyLegsTest, testing::Values(1, 20, 21, 45));

TEST_F(ReportsTest, ASubscribersReportTellsRoundTripAndLoss) {
  Talk(Ms(500));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, (next_ - 1) * 9000u));
  std::vector<rtp::SenderInfo> infos;
  for (int tenths = 0; tenths < 45 && infos.empty(); ++tenths) {
    h.Advance(Ms(100));
    infos = TakeSenderInfos(kBob);
  }
  ASSERT_THAT(infos, SizeIs(1));
  h.Advance(Ms(80));
  rtp::ReportBlock block;
  block.source = rtp::Ssrc(kToBob);
  block.fraction_lost = 25;
  block.cumulative_lost = 3;
  block.jitter = 77;
  block.last_sender_report = MiddleOf(infos[0].ntp_timestamp);
  block.delay_since_last = 65536 / 20;  // 50 ms
  EXPECT_THAT(h.Receive(kBob, ReportOf(block)), IsEmpty());
  const RoomStatistics statistics = h.Statistics("demo");
  for (const LegStatistics& leg : statistics.legs) {
    const bool is_bobs = leg.subscriber == "bob";
    EXPECT_EQ(leg.fraction_lost, is_bobs ? 25 : 0);
    EXPECT_EQ(leg.lost, is_bobs ? 3 : 0);
    EXPECT_EQ(leg.jitter, is_bobs ? 77u : 0u);
    EXPECT_NEAR(std::chrono::duration<double>(leg.round_trip).count(), is_bobs ? 0.03 : 0.0, 1e-4);
  }
  for (const EndpointStatistics& endpoint : statistics.endpoints) {
    EXPECT_NEAR(std::chrono::duration<double>(endpoint.round_trip).count(),
                endpoint.endpoint == "bob" ? 0.03 : 0.0, 1e-4);
  }
  // Now it bounds how often a packet is sent again.
  const uint16_t number = NumberOf(Copy(kBob, Media(next_)));
  EXPECT_THAT(h.Receive(kBob, Nack(kToBob, {number})), SizeIs(1));
  h.Advance(Ms(29));
  EXPECT_THAT(h.Receive(kBob, Nack(kToBob, {number})), IsEmpty());
  h.Advance(Ms(2));
  EXPECT_THAT(h.Receive(kBob, Nack(kToBob, {number})), SizeIs(1));
}

// Whoever sends too reports in its sender report (RFC 3550 section 6.4).
TEST_F(ReportsTest, ASubscriberThatSendsReportsInItsSenderReport) {
  Talk(Ms(500));
  rtp::ReportBlock block;
  block.source = rtp::Ssrc(kToBob);
  block.fraction_lost = 25;
  block.cumulative_lost = 3;
  h.Receive(kBob, Compound([&](ByteWriter& out) {
              rtp::WriteSenderReport({rtp::Ssrc(0x998), kNtp, rtp::RtpTimestamp(1), 0, 0},
                                     {&block, 1}, out);
            }));
  for (const LegStatistics& leg : h.Statistics("demo").legs) {
    const bool is_bobs = leg.subscriber == "bob";
    EXPECT_EQ(leg.fraction_lost, is_bobs ? 25 : 0);
    EXPECT_EQ(leg.lost, is_bobs ? 3 : 0);
  }
}

TEST_F(ReportsTest, NothingIsPassedOn) {
  Media(1);
  h.TakeRtcp();
  h.Advance(Ms(0));
  h.TakeRtcp();
  rtp::ReportBlock block;
  block.source = rtp::Ssrc(kToBob);
  h.Receive(kBob, ReportOf(block));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 3000));
  h.Receive(kAlice, Compound([](ByteWriter& out) {
              rtp::WriteCname(rtp::Ssrc(kCamera), "alice@example.org", out);
              rtp::WriteRemb(rtp::Ssrc(1), 100'000, {}, out);
            }));
  EXPECT_THAT(h.TakeRtcp(), IsEmpty());
  Talk(kLong);
  for (const Sent& sent : h.TakeRtcp()) {
    const std::string text(sent.bytes.begin(), sent.bytes.end());
    EXPECT_EQ(text.find("alice@"), std::string::npos);
  }
}

TEST_F(ReportsTest, RtcpIsCountedByKind) {
  h.Receive(kBob, Nack(kToBob, {1}));
  h.Receive(kBob, PictureLoss(kToBob));
  h.Receive(kBob, FullIntra(kToBob, 1));
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 0));
  const uint8_t malformed[] = {0x80, 201, 0, 9};
  h.Receive(kAlice, malformed);
  EXPECT_EQ(rtcp_in(rtp::RtcpKind::kReceiverReport), 4u);
  EXPECT_EQ(rtcp_in(rtp::RtcpKind::kNack), 1u);
  EXPECT_EQ(rtcp_in(rtp::RtcpKind::kPictureLoss), 1u);
  EXPECT_EQ(rtcp_in(rtp::RtcpKind::kFullIntraRequest), 1u);
  EXPECT_EQ(rtcp_in(rtp::RtcpKind::kSenderReport), 1u);
  EXPECT_EQ(h.packets_in(PacketKind::kRtcp), 4u);
  EXPECT_EQ(h.drops(DropReason::kRtcpMalformed), 1u);
}

TEST_F(ReportsTest, WhatIsSentIsCountedByKind) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own, {}});  // never proven
  h.Do(Publish("demo", "dave", "cam", Video(9)));
  h.Do(AddLeg{LegOf("demo", "bob", "dave", "cam"), {}, {}, {}, {}, {}});
  Media(1);
  Delta(3);
  h.Receive(kAlice, SenderReport(kCamera, kNtp, 3000));
  h.Receive(kBob, PictureLoss(kToBob));
  h.Advance(Ms(4000));
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  const std::vector<Sent> sent = h.TakeRtcp();
  std::map<rtp::RtcpKind, uint64_t> kinds;
  for (const SentRtcp& packet : PacketsIn(sent)) ++kinds[packet.packet.kind];
  EXPECT_GE(kinds.size(), 6u);
  for (size_t i = 0; i < rtp::kRtcpKinds; ++i) {
    const auto kind = static_cast<rtp::RtcpKind>(i);
    EXPECT_EQ(rtcp_out(kind), kinds[kind]) << rtp::Name(kind);
  }
  EXPECT_EQ(h.packets_out(PacketKind::kRtcp), sent.size());
}

}  // namespace
}  // namespace baton::relay::test
