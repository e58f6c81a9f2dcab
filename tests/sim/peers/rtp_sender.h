// One RTP stream of a publisher: numbers its packets, keeps the latest ones to send them again, and
// says in sender reports what was sent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/time_point.h"
#include "rtp/rtcp_body.h"
#include "tests/sim/media/frame_source.h"
#include "tests/sim/media/header_extensions.h"
#include "tests/sim/media/payload.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {

// Where packets go.
class PacketSink {
 public:
  virtual ~PacketSink() = default;
  // `rtx`: as a retransmission in a stream of its own.
  virtual void SendPacket(const PacketIdentity& identity, const StreamLabels& labels,
                          const WirePacket& packet, bool rtx) = 0;
};

class RtpSender {
 public:
  struct Config {
    uint32_t stream = 0;  // its number in the run
    PayloadForm form = PayloadForm::kBare;
    uint32_t ssrc = 0;
    uint8_t payload_type = 0;
    uint32_t clock_rate = 90000;
    StreamLabels labels;
    // Retransmissions go as RTX if both are there, otherwise plain.
    std::optional<uint32_t> rtx_ssrc;
    std::optional<uint8_t> rtx_payload_type;
  };

  // Sequence numbers and timestamps begin near their wrap as often as not.
  RtpSender(const Config& config, Random random, PacketSink& sink);

  uint32_t ssrc() const { return config_.ssrc; }
  uint32_t stream() const { return config_.stream; }

  // All packets of a frame that was captured at `now`.
  void SendFrame(TimePoint now, const SourceFrame& frame);
  // Whoever receives the stream says that it lacks this packet. It is sent again if it is still
  // kept.
  void Resend(uint16_t sequence);
  // The program that sends starts anew: same SSRC, other numbers.
  void Restart(TimePoint now);

  // Nothing before the first packet with the present numbers.
  std::optional<rtp::SenderInfo> Report(TimePoint now) const;

 private:
  // As many as a second of the fastest stream has.
  static constexpr size_t kKept = 512;
  static constexpr size_t kEndsRemembered = 6;

  struct Kept {
    PacketIdentity identity;
    WirePacket header;  // its payload is the one below
    std::vector<uint8_t> payload;
  };

  void ChooseNumbers(TimePoint now);
  uint32_t TimestampAt(TimePoint time) const;

  Config config_;
  Random random_;
  PacketSink& sink_;
  uint16_t next_sequence_ = 0;
  uint32_t first_timestamp_ = 0;
  TimePoint numbers_since_;
  std::vector<uint16_t> ends_;  // of earlier numberings
  uint16_t next_rtx_sequence_ = 0;
  uint32_t next_index_ = 0;
  uint32_t octets_ = 0;
  bool has_sent_ = false;   // with the present numbers
  std::vector<Kept> kept_;  // by sequence number modulo kKept
  std::vector<uint8_t> rtx_payload_;
};

}  // namespace baton::sim
