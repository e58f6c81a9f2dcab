// Transport-wide congestion feedback and REMB, through the whole core.
#include "rtp/transport_feedback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "rtp/extension_values.h"
#include "tests/unit/relay/rtcp_call.h"

namespace baton::relay::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr uint8_t kAlicesId = 5;
constexpr uint8_t kBobsId = 9;

AddPlainEndpoint Counting(std::string_view name, std::string_view remote, uint8_t id) {
  AddPlainEndpoint endpoint = Plain("demo", name, remote);
  endpoint.parameters.extensions.Set(rtp::ExtensionKind::kTransportSequence, id);
  return endpoint;
}

// alice and bob count the packets of their transports, carol does not.
class TransportFeedbackTest : public testing::Test {
 protected:
  using Ms = std::chrono::milliseconds;

  TransportFeedbackTest() {
    h.Do(Room("demo"));
    h.Do(Counting("alice", kAlice, kAlicesId));
    h.Do(Counting("bob", kBob, kBobsId));
    h.Do(Plain("demo", "carol", kCarol));
    h.Do(Publish("demo", "alice", "cam", Video(1)));
    h.Do(Publish("demo", "alice", "mic", Audio(2)));
    for (const Event& event : h.TakeEvents()) {
      const auto* leg = std::get_if<LegAdded>(&event);
      if (leg != nullptr && leg->subscriber == "bob" && leg->track == "cam") {
        bobs_camera_ = leg->parameters.ssrc.value();
      }
    }
  }
  // From alice, counted by her transport as `transport`.
  std::vector<Sent> Counted(const RtpFields& fields, uint16_t transport) {
    Octets bytes = Rtp(fields);
    bytes[0] |= 0x10;
    const Octets extension = {0xBE,
                              0xDE,
                              0,
                              1,
                              kAlicesId << 4 | 1,
                              static_cast<uint8_t>(transport >> 8),
                              static_cast<uint8_t>(transport),
                              0};
    bytes.insert(bytes.begin() + rtp::kFixedHeaderSize, extension.begin(), extension.end());
    return h.Receive(kAlice, bytes);
  }
  std::vector<Sent> Camera(uint16_t sequence) {
    return h.Receive(kAlice, Rtp({.ssrc = 1, .sequence = sequence}));
  }
  std::vector<Sent> Microphone(uint16_t sequence) {
    return h.Receive(kAlice, Rtp({.ssrc = 2, .sequence = sequence, .payload_type = 111}));
  }
  // What bob's transport counts those of `sent` with that are for him.
  static std::vector<uint16_t> CountsOfBob(const std::vector<Sent>& sent) {
    std::vector<uint16_t> counts;
    for (const Sent& s : sent) {
      if (s.to.remote != Address(kBob)) continue;
      const auto value = rtp::FindExtension(*s.rtp(), kBobsId);
      EXPECT_TRUE(value);
      if (value) counts.push_back(rtp::ReadTransportSequence(*value)->value());
    }
    return counts;
  }
  std::vector<SentRtcp> TakeFeedback() {
    std::vector<SentRtcp> feedback;
    for (SentRtcp& packet : PacketsIn(h.TakeRtcp())) {
      if (packet.packet.kind == rtp::RtcpKind::kTransportWide) feedback.push_back(packet);
    }
    return feedback;
  }
  EndpointStatistics Bob() {
    for (const EndpointStatistics& endpoint : h.Statistics("demo").endpoints) {
      if (endpoint.endpoint == "bob") return endpoint;
    }
    return {};
  }

  Harness h;
  uint32_t bobs_camera_ = 0;
};

TEST_F(TransportFeedbackTest, AllPacketsToASubscriberAreCountedTogether) {
  std::vector<Sent> sent;
  Sent copy;
  for (uint16_t i = 1; i <= 3; ++i) {
    for (const std::vector<Sent>& some : {Camera(i), Microphone(i)}) {
      sent.insert(sent.end(), some.begin(), some.end());
      for (const Sent& s : some) {
        if (s.rtp()->ssrc.value() == bobs_camera_) copy = s;
      }
    }
  }
  // A retransmission is another packet.
  const std::vector<Sent> again =
      h.Receive(kBob, Nack(bobs_camera_, {copy.rtp()->sequence.value()}));
  sent.insert(sent.end(), again.begin(), again.end());
  const std::vector<Sent> next = Camera(4);
  sent.insert(sent.end(), next.begin(), next.end());
  const std::vector<uint16_t> counts = CountsOfBob(sent);
  ASSERT_THAT(counts, SizeIs(8));
  for (size_t i = 1; i < counts.size(); ++i) {
    EXPECT_EQ(counts[i], static_cast<uint16_t>(counts[i - 1] + 1));
  }
}

TEST_F(TransportFeedbackTest, ARetransmissionIsTheSameButForItsCount) {
  Sent copy;
  for (const Sent& sent : Camera(1)) {
    if (sent.to.remote == Address(kBob)) copy = sent;
  }
  std::vector<Sent> again = h.Receive(kBob, Nack(bobs_camera_, {copy.rtp()->sequence.value()}));
  ASSERT_THAT(again, SizeIs(1));
  // The fixed header, the block's header, the element's.
  constexpr size_t kAt = 12 + 4 + 1;
  ASSERT_EQ(again[0].bytes.size(), copy.bytes.size());
  EXPECT_EQ(LoadU16(&again[0].bytes[kAt]), static_cast<uint16_t>(LoadU16(&copy.bytes[kAt]) + 1));
  StoreU16(&again[0].bytes[kAt], LoadU16(&copy.bytes[kAt]));
  EXPECT_TRUE(again[0].bytes == copy.bytes);
}

TEST_F(TransportFeedbackTest, CountsWrap) {
  uint16_t last = CountsOfBob(Camera(1)).at(0);
  uint32_t after_wrap = 0;
  for (uint32_t i = 2; after_wrap < 10; ++i) {
    ASSERT_LT(i, 65'600u);
    const uint16_t count = CountsOfBob(Camera(static_cast<uint16_t>(i))).at(0);
    ASSERT_EQ(count, static_cast<uint16_t>(last + 1));
    if (count == 0 || after_wrap > 0) ++after_wrap;
    last = count;
  }
}

TEST_F(TransportFeedbackTest, WhoHasNoIdGetsNoCount) {
  for (const Sent& sent : Counted({.ssrc = 1, .sequence = 1}, 7)) {
    EXPECT_EQ(sent.rtp()->has_extension, sent.to.remote == Address(kBob));
  }
}

TEST_F(TransportFeedbackTest, APublisherIsToldWhatArrivedAndWhen) {
  std::map<uint16_t, TimePoint> arrived;
  const auto arrive = [&](const RtpFields& fields, uint16_t transport) {
    Counted(fields, transport);
    arrived[transport] = h.now();
  };
  arrive({.ssrc = 1, .sequence = 1}, 65'534);
  h.Advance(Ms(7));
  arrive({.ssrc = 2, .sequence = 1, .payload_type = 111}, 65'535);
  h.Advance(Ms(30));
  arrive({.ssrc = 1, .sequence = 2}, 1);  // 0 is lost
  h.Advance(Ms(62));
  EXPECT_THAT(TakeFeedback(), IsEmpty());
  h.Advance(Ms(1));  // 100 ms after the first
  const std::vector<SentRtcp> sent = TakeFeedback();
  ASSERT_THAT(sent, SizeIs(1));
  EXPECT_EQ(sent[0].to.remote, Address(kAlice));
  const rtp::RtcpPacket view = sent[0].view();
  auto feedback = rtp::ParseTransportFeedback(view);
  ASSERT_TRUE(feedback);
  EXPECT_EQ(feedback->base_sequence(), rtp::SequenceNumber(65'534));
  EXPECT_EQ(feedback->count(), 4u);
  EXPECT_EQ(feedback->feedback_count(), 0);
  std::optional<std::chrono::nanoseconds> offset;
  std::chrono::nanoseconds time = feedback->reference_time();
  size_t told = 0;
  while (const auto status = feedback->Next()) {
    const auto arrival = arrived.find(status->sequence.value());
    ASSERT_EQ(status->received, arrival != arrived.end()) << status->sequence.value();
    if (!status->received) continue;
    ++told;
    time += status->delta;
    const auto distance = arrival->second.time_since_epoch() - time;
    if (!offset) offset = distance;
    EXPECT_LT(std::chrono::abs(distance - *offset), std::chrono::microseconds(250));
  }
  EXPECT_EQ(told, 3u);
}

TEST_F(TransportFeedbackTest, FeedbackGoesOnWhereTheOneBeforeEnded) {
  uint16_t transport = 100;
  for (uint8_t i = 0; i < 3; ++i) {
    const uint16_t base = transport;
    for (int packet = 0; packet < 10; ++packet, ++transport) {
      Counted({.ssrc = 1, .sequence = transport}, transport);
      h.Advance(Ms(10));
    }
    h.Advance(Ms(100));
    const std::vector<SentRtcp> sent = TakeFeedback();
    ASSERT_THAT(sent, SizeIs(1));
    const rtp::RtcpPacket view = sent[0].view();
    const auto feedback = rtp::ParseTransportFeedback(view);
    ASSERT_TRUE(feedback);
    EXPECT_EQ(feedback->feedback_count(), i);
    EXPECT_EQ(feedback->base_sequence(), rtp::SequenceNumber(base));
    EXPECT_EQ(feedback->count(), 10u);
  }
  h.Advance(Ms(2000));
  EXPECT_THAT(TakeFeedback(), IsEmpty());
}

TEST_F(TransportFeedbackTest, WhoDoesNotCountIsToldNothing) {
  Camera(1);
  h.Advance(Ms(500));
  EXPECT_THAT(TakeFeedback(), IsEmpty());
}

TEST_F(TransportFeedbackTest, WhatSubscribersTellIsInTheStatistics) {
  h.Receive(kBob, Compound([](ByteWriter& out) {
              const rtp::PacketArrival arrivals[] = {
                  {rtp::ExtendedSequence(65'536 + 10), TimePoint(std::chrono::seconds(9))},
                  {rtp::ExtendedSequence(65'536 + 13), TimePoint(std::chrono::seconds(9))},
              };
              rtp::WriteTransportFeedback(
                  {rtp::Ssrc(1), rtp::Ssrc(2), rtp::ExtendedSequence(65'536 + 9), 0}, arrivals,
                  out);
            }));
  h.Receive(kBob, Compound([](ByteWriter& out) {
              const rtp::Ssrc source(1);
              rtp::WriteRemb(rtp::Ssrc(1), 1'250'000, {&source, 1}, out);
            }));
  const EndpointStatistics bob = Bob();
  EXPECT_EQ(bob.transport_received, 2u);
  EXPECT_EQ(bob.transport_lost, 3u);
  EXPECT_EQ(bob.estimated_bitrate, 1'250'000u);
  EXPECT_EQ(h.metrics().rtcp_in[static_cast<size_t>(rtp::RtcpKind::kTransportWide)].value(), 1u);
  EXPECT_EQ(h.metrics().rtcp_in[static_cast<size_t>(rtp::RtcpKind::kRemb)].value(), 1u);
  EXPECT_THAT(h.TakeRtcp(), IsEmpty());
}

}  // namespace
}  // namespace baton::relay::test
