// A call of three with RTCP: what is received is made here, and what is sent is read here.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "rtp/rewrite.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_body.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/relay/harness.h"

namespace baton::relay::test {

// ------------------------------------------------------------------------------------ received

// A compound: an empty report, and what write(ByteWriter&) appends.
template <class Write>
Octets Compound(Write&& write) {
  Octets bytes(1500);
  ByteWriter out(bytes);
  rtp::WriteReceiverReport(rtp::Ssrc(0x999), {}, out);
  write(out);
  EXPECT_TRUE(out.ok());
  bytes.resize(out.size());
  return bytes;
}

inline Octets Nack(uint32_t media, const std::vector<uint16_t>& lost) {
  return Compound([&](ByteWriter& out) {
    std::vector<rtp::SequenceNumber> numbers;
    for (const uint16_t number : lost) numbers.emplace_back(number);
    rtp::WriteNack(rtp::Ssrc(0x999), rtp::Ssrc(media), numbers, out);
  });
}

inline Octets PictureLoss(uint32_t media) {
  return Compound(
      [&](ByteWriter& out) { rtp::WritePictureLoss(rtp::Ssrc(0x999), rtp::Ssrc(media), out); });
}

inline Octets FullIntra(uint32_t media, uint8_t command) {
  return Compound([&](ByteWriter& out) {
    const rtp::FullIntraEntry entry{rtp::Ssrc(media), command};
    rtp::WriteFullIntraRequest(rtp::Ssrc(0x999), {&entry, 1}, out);
  });
}

inline Octets Goodbye(uint32_t source) {
  return Compound([&](ByteWriter& out) {
    const rtp::Ssrc ssrc(source);
    rtp::WriteGoodbye({&ssrc, 1}, {}, out);
  });
}

inline Octets SenderReport(uint32_t source, uint64_t ntp, uint32_t timestamp) {
  return Compound([&](ByteWriter& out) {
    rtp::WriteSenderReport({rtp::Ssrc(source), ntp, rtp::RtpTimestamp(timestamp), 0, 0}, {}, out);
  });
}

inline Octets ReportOf(const rtp::ReportBlock& block) {
  return Compound([&](ByteWriter& out) {
    rtp::WriteReceiverReport(rtp::Ssrc(0x999), {&block, 1}, out);
  });
}

// VP8 (RFC 7741) of a frame that refers to others: it begins no key frame.
inline Octets DeltaFrame(const RtpFields& fields) {
  Octets bytes = Rtp(fields);
  bytes[rtp::kFixedHeaderSize + 1] = 0x01;
  return bytes;
}

// As a retransmission (RFC 4588) of its own SSRC, payload type and number.
inline Octets AsRtx(const Octets& original, uint32_t ssrc, uint8_t payload_type,
                    uint16_t sequence) {
  const auto view = rtp::ParsePacket(original);
  Octets bytes = original;
  bytes.insert(bytes.begin() + static_cast<ptrdiff_t>(view->header_size),
               {original[2], original[3]});
  rtp::RewriteFixedHeader(rtp::HeaderStart::Of(original),
                          {rtp::PayloadType(payload_type), rtp::SequenceNumber(sequence),
                           view->timestamp, rtp::Ssrc(ssrc)},
                          rtp::MutableFixedHeader(bytes.data(), rtp::kFixedHeaderSize));
  return bytes;
}

// ---------------------------------------------------------------------------------------- sent

// One packet of a compound.
struct SentRtcp {
  Flow to;
  rtp::RtcpPacket packet;  // without its body
  Octets body;
  size_t datagram = 0;  // counts the compounds

  rtp::RtcpPacket view() const {
    rtp::RtcpPacket whole = packet;
    whole.body = body;
    return whole;
  }
};

// All of `sent`, which must be compounds as RFC 3550 has them.
inline std::vector<SentRtcp> PacketsIn(const std::vector<Sent>& sent) {
  std::vector<SentRtcp> packets;
  for (size_t i = 0; i < sent.size(); ++i) {
    auto compound = rtp::ParseCompound(sent[i].bytes, false);
    EXPECT_TRUE(compound) << "malformed, or not compound";
    if (!compound) continue;
    while (const auto packet = compound->Next()) {
      packets.push_back({sent[i].to, *packet, {packet->body.begin(), packet->body.end()}, i});
      packets.back().packet.body = {};
    }
  }
  return packets;
}

inline std::vector<uint16_t> NumbersOf(const SentRtcp& nack) {
  std::vector<uint16_t> numbers;
  const rtp::RtcpPacket view = nack.view();
  rtp::NackReader reader(view);
  while (const auto number = reader.Next()) numbers.push_back(number->value());
  return numbers;
}

// ------------------------------------------------------------------------------------ the call

inline constexpr std::string_view kAlice = "192.0.2.1:5004";
inline constexpr std::string_view kBob = "192.0.2.2:5004";
inline constexpr std::string_view kCarol = "192.0.2.3:5004";

// Of alice's camera: what she sends, and the legs to bob, with RTX, and to carol, without.
inline constexpr uint32_t kCamera = 1;
inline constexpr uint32_t kCameraRtx = 2;
inline constexpr uint32_t kToBob = 200;
inline constexpr uint32_t kToBobRtx = 201;
inline constexpr uint32_t kToCarol = 300;

class CallTest : public testing::Test {
 protected:
  using Ms = std::chrono::milliseconds;

  explicit CallTest(const CoreConfig& config = SmallConfig(), const Feedback& feedback = {})
      : h(config) {
    h.Do(Room("demo", SubscribeMode::kManual));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(Plain("demo", "carol", kCarol));
    TrackParameters camera = Video(kCamera);
    camera.encodings[0].rtx_ssrc = rtp::Ssrc(kCameraRtx);
    camera.rtx_payload_type = rtp::PayloadType(97);
    camera.feedback = feedback;
    h.Do(Publish("demo", "alice", "cam", camera));
    AddBob();
    h.Do(AddLeg{LegOf("demo", "carol", "alice", "cam"),
                rtp::Ssrc(kToCarol),
                rtp::PayloadType(96),
                {},
                {},
                {}});
  }
  void AddBob() {
    h.Do(AddLeg{LegOf("demo", "bob", "alice", "cam"),
                rtp::Ssrc(kToBob),
                rtp::PayloadType(96),
                rtp::PayloadType(99),
                rtp::Ssrc(kToBobRtx),
                {}});
  }
  void Pause(bool paused) { h.Do(PauseLeg{LegOf("demo", "bob", "alice", "cam"), paused}); }

  // A packet of alice's camera, of a frame of its own.
  static RtpFields Fields(uint16_t sequence) {
    return {.ssrc = kCamera, .sequence = sequence, .timestamp = sequence * 3000u};
  }
  std::vector<Sent> Media(uint16_t sequence) { return h.Receive(kAlice, Rtp(Fields(sequence))); }
  // Of a frame that is no key frame.
  std::vector<Sent> Delta(uint16_t sequence) {
    return h.Receive(kAlice, DeltaFrame(Fields(sequence)));
  }
  static std::vector<Sent> To(std::string_view who, const std::vector<Sent>& sent) {
    std::vector<Sent> to;
    for (const Sent& s : sent) {
      if (s.to.remote == Address(who)) to.push_back(s);
    }
    return to;
  }
  // The copy for `who` because of this packet of alice's; it has to have one.
  Sent Copy(std::string_view who, const std::vector<Sent>& sent) {
    const std::vector<Sent> to = To(who, sent);
    EXPECT_EQ(to.size(), 1u);
    return to.empty() ? Sent{{}, Octets(rtp::kFixedHeaderSize, 0x80)} : to[0];
  }
  static uint16_t NumberOf(const Sent& sent) { return sent.rtp()->sequence.value(); }

  // What was sent since the last call, of one kind.
  std::vector<SentRtcp> Take(rtp::RtcpKind kind) {
    std::vector<SentRtcp> of_kind;
    for (SentRtcp& packet : PacketsIn(h.TakeRtcp())) {
      if (packet.packet.kind == kind) of_kind.push_back(std::move(packet));
    }
    return of_kind;
  }
  // Numbers that alice has been asked for since the last call.
  std::vector<uint16_t> TakeNacked() {
    std::vector<uint16_t> numbers;
    for (const SentRtcp& nack : Take(rtp::RtcpKind::kNack)) {
      EXPECT_EQ(nack.to.remote, Address(kAlice));
      EXPECT_EQ(rtp::FeedbackMedia(nack.view()), rtp::Ssrc(kCamera));
      for (const uint16_t number : NumbersOf(nack)) numbers.push_back(number);
    }
    return numbers;
  }
  uint64_t refused(RetransmissionRefusal reason) const {
    return h.metrics().retransmissions_refused[static_cast<size_t>(reason)].value();
  }
  uint64_t rtcp_in(rtp::RtcpKind kind) const {
    return h.metrics().rtcp_in[static_cast<size_t>(kind)].value();
  }
  uint64_t rtcp_out(rtp::RtcpKind kind) const {
    return h.metrics().rtcp_out[static_cast<size_t>(kind)].value();
  }

  Harness h;
};

}  // namespace baton::relay::test
