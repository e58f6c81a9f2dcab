// What becomes of a subscriber's NACK.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "relay/retransmission_limiter.h"
#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RetransmissionTest : public CallTest {
 protected:
  using CallTest::CallTest;
  std::vector<Sent> NackOfBob(const std::vector<uint16_t>& lost) {
    return h.Receive(kBob, Nack(kToBob, lost));
  }
  std::vector<Sent> NackOfCarol(const std::vector<uint16_t>& lost) {
    return h.Receive(kCarol, Nack(kToCarol, lost));
  }
};

TEST_F(RetransmissionTest, WithoutRtxAPacketIsSentAgainAsItWas) {
  Media(1);
  const Sent first = Copy(kCarol, Media(2));
  Media(3);
  const std::vector<Sent> again = NackOfCarol({NumberOf(first)});
  ASSERT_THAT(again, SizeIs(1));
  EXPECT_EQ(again[0].to, first.to);
  EXPECT_TRUE(again[0].bytes == first.bytes);
  EXPECT_EQ(h.metrics().retransmitted.packets.value(), 1u);
  EXPECT_EQ(h.metrics().retransmitted.bytes.value(), first.bytes.size());
}

TEST_F(RetransmissionTest, WithRtxItIsAPacketOfAnotherStream) {
  std::vector<Sent> first;
  for (uint16_t i = 1; i <= 3; ++i) first.push_back(Copy(kBob, Media(i)));
  const std::vector<Sent> again = NackOfBob({NumberOf(first[0]), NumberOf(first[1])});
  ASSERT_THAT(again, SizeIs(2));
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].to, first[i].to);
    const uint16_t own_number = NumberOf(again[i]);
    EXPECT_TRUE(again[i].bytes == AsRtx(first[i].bytes, kToBobRtx, 99, own_number));
  }
  EXPECT_EQ(NumberOf(again[1]), static_cast<uint16_t>(NumberOf(again[0]) + 1));
}

TEST_F(RetransmissionTest, ARetransmissionIsNotMediaInStatistics) {
  const Sent first = Copy(kBob, Media(1));
  NackOfBob({NumberOf(first)});
  for (const LegStatistics& leg : h.Statistics("demo").legs) {
    EXPECT_EQ(leg.packets, 1u);
    EXPECT_EQ(leg.bytes, first.bytes.size());
    const bool is_bobs = leg.subscriber == "bob";
    EXPECT_EQ(leg.nacked, is_bobs ? 1u : 0u);
    EXPECT_EQ(leg.retransmitted, is_bobs ? 1u : 0u);
    EXPECT_EQ(leg.retransmitted_bytes, is_bobs ? first.bytes.size() + 2 : 0u);
  }
  EXPECT_EQ(h.packets_out(PacketKind::kRtp), 3u);
}

TEST_F(RetransmissionTest, APacketIsSentAgainOncePerRoundTrip) {
  const uint16_t number = NumberOf(Copy(kCarol, Media(1)));
  EXPECT_THAT(NackOfCarol({number}), SizeIs(1));
  EXPECT_THAT(NackOfCarol({number}), IsEmpty());
  h.Advance(Ms(49));  // the round trip is not known: 50 ms
  EXPECT_THAT(NackOfCarol({number}), IsEmpty());
  EXPECT_EQ(refused(RetransmissionRefusal::kTooSoon), 2u);
  h.Advance(Ms(1));
  EXPECT_THAT(NackOfCarol({number}), SizeIs(1));
}

TEST_F(RetransmissionTest, OneNackWithANumberTwiceGetsOneAnswer) {
  const uint16_t number = NumberOf(Copy(kCarol, Media(1)));
  EXPECT_THAT(NackOfCarol({number, number}), SizeIs(1));
}

TEST_F(RetransmissionTest, LegsAreAnsweredForThemselves) {
  const std::vector<Sent> sent = Media(1);
  EXPECT_THAT(NackOfBob({NumberOf(Copy(kBob, sent))}), SizeIs(1));
  EXPECT_THAT(NackOfCarol({NumberOf(Copy(kCarol, sent))}), SizeIs(1));
}

TEST_F(RetransmissionTest, ABudgetBoundsWhatIsSentAgain) {
  constexpr size_t kSize = 1000;
  std::vector<uint16_t> numbers;
  for (uint16_t i = 1; i <= 60; ++i) {
    RtpFields fields = Fields(i);
    fields.payload_size = kSize - rtp::kFixedHeaderSize;
    numbers.push_back(NumberOf(Copy(kCarol, h.Receive(kAlice, Rtp(fields)))));
  }
  // Half of what was sent comes to what there is at the start.
  const size_t budget = (RetransmissionLimiter::kInitialBudget + 60 * kSize / 2) / kSize;
  ASSERT_GT(budget, 60u);
  EXPECT_EQ(NackOfCarol(numbers).size(), 60u);
  h.Advance(Ms(50));
  EXPECT_EQ(NackOfCarol(numbers).size(), budget - 60);
  EXPECT_EQ(refused(RetransmissionRefusal::kOverBudget), 120 - budget);
}

TEST_F(RetransmissionTest, ANackOfMoreThanIsLookedAtIsAnsweredInPart) {
  std::vector<uint16_t> numbers;
  for (uint16_t i = 1; i <= 300; ++i) numbers.push_back(NumberOf(Copy(kCarol, Media(i))));
  EXPECT_THAT(NackOfCarol(numbers), SizeIs(256));
}

TEST_F(RetransmissionTest, NobodyIsAnsweredWithAnothersLeg) {
  const std::vector<Sent> sent = Media(1);
  EXPECT_THAT(h.Receive(kBob, Nack(kToCarol, {NumberOf(Copy(kCarol, sent))})), IsEmpty());
  EXPECT_THAT(h.Receive(kAlice, Nack(kToBob, {NumberOf(Copy(kBob, sent))})), IsEmpty());
  EXPECT_THAT(h.Receive("203.0.113.9:1", Nack(kToBob, {NumberOf(Copy(kBob, sent))})), IsEmpty());
  EXPECT_EQ(h.metrics().retransmitted.packets.value(), 0u);
}

TEST_F(RetransmissionTest, ThePublishersNumbersAndTheRtxStreamMeanNothing) {
  Media(1);
  EXPECT_THAT(h.Receive(kBob, Nack(kCamera, {1})), IsEmpty());
  EXPECT_THAT(h.Receive(kBob, Nack(kToBobRtx, {1})), IsEmpty());
}

TEST_F(RetransmissionTest, APausedLegGetsNothing) {
  const uint16_t number = NumberOf(Copy(kBob, Media(1)));
  Pause(true);
  EXPECT_THAT(NackOfBob({number}), IsEmpty());
  Pause(false);
  EXPECT_THAT(NackOfBob({number}), SizeIs(1));
}

TEST_F(RetransmissionTest, ARemovedLegGetsNothing) {
  const uint16_t number = NumberOf(Copy(kBob, Media(1)));
  h.Do(RemoveLeg{LegOf("demo", "bob", "alice", "cam")});
  EXPECT_THAT(NackOfBob({number}), IsEmpty());
  AddBob();  // with the same SSRC, but a numbering of its own
  EXPECT_THAT(NackOfBob({number}), IsEmpty());
  EXPECT_EQ(refused(RetransmissionRefusal::kUnknown), 1u);
}

TEST_F(RetransmissionTest, WhatWasNeverSentIsUnknown) {
  const uint16_t number = NumberOf(Copy(kBob, Media(1)));
  EXPECT_THAT(NackOfBob({static_cast<uint16_t>(number + 1), static_cast<uint16_t>(number - 1)}),
              IsEmpty());
  EXPECT_EQ(refused(RetransmissionRefusal::kUnknown), 2u);
}

TEST_F(RetransmissionTest, WhatNeverCameIsAskedOfThePublisherOnceForAll) {
  const std::vector<Sent> before = Media(1);
  Media(3);
  const auto bob = static_cast<uint16_t>(NumberOf(Copy(kBob, before)) + 1);
  const auto carol = static_cast<uint16_t>(NumberOf(Copy(kCarol, before)) + 1);
  // Given up, so that only who misses it asks for it now.
  h.Advance(Ms(1200));
  h.TakeRtcp();
  EXPECT_THAT(NackOfBob({bob}), IsEmpty());
  EXPECT_THAT(NackOfCarol({carol}), IsEmpty());
  h.Advance(Ms(20));
  EXPECT_THAT(TakeNacked(), ElementsAre(2));
  EXPECT_EQ(refused(RetransmissionRefusal::kNotStored), 2u);
  const std::vector<Sent> came = Media(2);
  EXPECT_EQ(NumberOf(Copy(kBob, came)), bob);
  EXPECT_EQ(NumberOf(Copy(kCarol, came)), carol);
  h.Advance(Ms(2000));
  EXPECT_THAT(TakeNacked(), IsEmpty());
}

TEST_F(RetransmissionTest, WhatCameAndIsKeptNoLongerIsNotAskedFor) {
  const uint16_t number = NumberOf(Copy(kBob, Media(1)));
  Media(2);
  h.Advance(Ms(1001));
  EXPECT_THAT(NackOfBob({number}), IsEmpty());
  EXPECT_EQ(refused(RetransmissionRefusal::kNotStored), 1u);
  h.Advance(Ms(100));
  EXPECT_THAT(TakeNacked(), IsEmpty());
}

TEST_F(RetransmissionTest, APacketIsKeptForItsAge) {
  const uint16_t number = NumberOf(Copy(kBob, Media(1)));
  h.Advance(Ms(1000));
  EXPECT_THAT(NackOfBob({number}), SizeIs(1));
}

TEST_F(RetransmissionTest, ANumberOfBeforeAPauseIsMappedBack) {
  std::vector<Sent> first;
  for (uint16_t i = 1; i <= 3; ++i) first.push_back(Copy(kBob, Media(i)));
  Pause(true);
  for (uint16_t i = 4; i <= 9; ++i) Media(i);
  Pause(false);
  for (uint16_t i = 10; i <= 12; ++i) first.push_back(Copy(kBob, Media(i)));
  std::vector<uint16_t> numbers;
  for (const Sent& sent : first) numbers.push_back(NumberOf(sent));
  EXPECT_EQ(numbers[3], static_cast<uint16_t>(numbers[2] + 1));
  const std::vector<Sent> again = NackOfBob(numbers);
  ASSERT_THAT(again, SizeIs(first.size()));
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_TRUE(again[i].bytes == AsRtx(first[i].bytes, kToBobRtx, 99, NumberOf(again[i])));
  }
}

TEST_F(RetransmissionTest, ANumberOfBeforeASwitchIsMappedBack) {
  h.Do(Publish("demo", "alice", "screen", Video(5)));
  Media(1);
  const Sent first = Copy(kBob, Media(2));
  ASSERT_EQ(h.Do(SwitchLeg{LegOf("demo", "bob", "alice", "cam"), N("alice"), N("screen")}),
            CommandError::kNone);
  RtpFields fields = Fields(7000);
  fields.ssrc = 5;
  fields.marker = true;
  Octets end = Rtp(Fields(3));
  end[1] |= 0x80;  // of the frame that the leg is in
  h.Receive(kAlice, end);
  const std::vector<Sent> switched = h.Receive(kAlice, Rtp(fields));
  const Sent second = Copy(kBob, switched);
  const std::vector<Sent> again = NackOfBob({NumberOf(first), NumberOf(second)});
  ASSERT_THAT(again, SizeIs(2));
  EXPECT_TRUE(again[0].bytes == AsRtx(first.bytes, kToBobRtx, 99, NumberOf(again[0])));
  EXPECT_TRUE(again[1].bytes == AsRtx(second.bytes, kToBobRtx, 99, NumberOf(again[1])));
}

TEST_F(RetransmissionTest, ANumberBesideALayerThatIsLeftOutIsMappedBack) {
  h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {Layer::kHighest, 0}});
  std::vector<Sent> first;
  std::vector<uint16_t> numbers;
  for (uint16_t i = 0; i < 12; ++i) {
    // VP8 (RFC 7741): frames of two temporal layers in turn, after a key frame.
    Octets bytes = Rtp(Fields(i));
    const Octets descriptor = {0x90, 0x20, static_cast<uint8_t>(i % 2 << 6),
                               static_cast<uint8_t>(i == 0 ? 0 : 1)};
    std::copy(descriptor.begin(), descriptor.end(), bytes.begin() + rtp::kFixedHeaderSize);
    const std::vector<Sent> sent = To(kBob, h.Receive(kAlice, bytes));
    ASSERT_EQ(sent.size(), i % 2 == 0 ? 1u : 0u);
    for (const Sent& copy : sent) {
      first.push_back(copy);
      numbers.push_back(NumberOf(copy));
    }
  }
  const std::vector<Sent> again = NackOfBob(numbers);
  ASSERT_THAT(again, SizeIs(first.size()));
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_TRUE(again[i].bytes == AsRtx(first[i].bytes, kToBobRtx, 99, NumberOf(again[i]))) << i;
  }
}

TEST_F(RetransmissionTest, ThePublishersNumbersMayWrap) {
  std::vector<uint16_t> numbers;
  std::vector<Sent> first;
  for (uint32_t i = 0; i < 12; ++i) {
    first.push_back(Copy(kCarol, Media(static_cast<uint16_t>(65'530 + i))));
    numbers.push_back(NumberOf(first.back()));
  }
  const std::vector<Sent> again = NackOfCarol(numbers);
  ASSERT_THAT(again, SizeIs(12));
  for (size_t i = 0; i < 12; ++i) EXPECT_TRUE(again[i].bytes == first[i].bytes) << i;
}

TEST_F(RetransmissionTest, TheLegsNumbersMayWrap) {
  uint16_t sequence = 1;
  const auto next = [&](uint16_t step) {
    sequence = static_cast<uint16_t>(sequence + step);
    return Copy(kCarol, Media(sequence));
  };
  // With gaps that are too short for a restart, to shortly before the wrap.
  uint16_t number = NumberOf(next(1));
  while (number < 65'530) {
    number = NumberOf(next(std::min<uint16_t>(2000, static_cast<uint16_t>(65'530 - number))));
  }
  std::vector<uint16_t> numbers;
  std::vector<Sent> first;
  for (int i = 0; i < 12; ++i) {
    first.push_back(next(1));
    numbers.push_back(NumberOf(first.back()));
  }
  ASSERT_THAT(numbers, testing::Contains(0));
  const std::vector<Sent> again = NackOfCarol(numbers);
  ASSERT_THAT(again, SizeIs(12));
  for (size_t i = 0; i < 12; ++i) EXPECT_TRUE(again[i].bytes == first[i].bytes) << i;
}

TEST_F(RetransmissionTest, AnIceSubscriberGetsNothingWithoutConsent) {
  IcePeer dave{.own = Credentials("peer"), .relay = Credentials("dave")};
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave.relay, dave.own, {}});
  h.Do(AddLeg{LegOf("demo", "dave", "alice", "cam"), rtp::Ssrc(400), {}, {}, {}, {}});
  const std::string_view from = "198.51.100.77:4000";
  Prove(h, dave, from, true);
  const uint16_t number = NumberOf(Copy(from, Media(1)));
  EXPECT_THAT(h.Receive(from, Nack(400, {number})), SizeIs(1));
  h.Advance(Ms(31'000));
  const uint16_t last = NumberOf(Copy(kBob, Media(2)));
  EXPECT_THAT(To(from, h.Receive(from, Nack(400, {static_cast<uint16_t>(number), last}))),
              IsEmpty());
}

CoreConfig WithoutHistory() {
  CoreConfig config = SmallConfig();
  config.history_bytes = 0;
  return config;
}

class NoHistoryTest : public RetransmissionTest {
 protected:
  NoHistoryTest() : RetransmissionTest(WithoutHistory()) {}
};

TEST_F(NoHistoryTest, NothingIsSentAgain) {
  const uint16_t number = NumberOf(Copy(kBob, Media(1)));
  EXPECT_THAT(NackOfBob({number}), IsEmpty());
  EXPECT_EQ(refused(RetransmissionRefusal::kNotStored), 1u);
}

TEST_F(NoHistoryTest, LossesArePassedOnToThePublisher) {
  const uint16_t before = NumberOf(Copy(kBob, Media(1)));
  Media(3);
  h.Advance(Ms(10));
  EXPECT_THAT(TakeNacked(), ElementsAre(2));
  EXPECT_EQ(NumberOf(Copy(kBob, Media(2))), static_cast<uint16_t>(before + 1));
}

}  // namespace
}  // namespace baton::relay::test
