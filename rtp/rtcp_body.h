// The contents of RTCP packets that ParseCompound() let through.
//
// Each function is for the kinds it names. On another kind it gives zeros or nothing and stays in
// bounds; an index must be below the count that belongs to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "rtp/rtcp.h"
#include "rtp/types.h"

namespace baton::rtp {

// RFC 3550 section 6.4.1.
struct SenderInfo {
  Ssrc sender;
  uint64_t ntp_timestamp = 0;  // 32.32 fixed point seconds since 1900
  RtpTimestamp rtp_timestamp;  // the same instant on the media clock
  uint32_t packet_count = 0;
  uint32_t octet_count = 0;

  friend bool operator==(const SenderInfo&, const SenderInfo&) = default;
};

struct ReportBlock {
  Ssrc source;
  uint8_t fraction_lost = 0;        // of 256, since the last report
  int32_t cumulative_lost = 0;      // 24 bits, signed
  uint32_t highest_sequence = 0;    // wraps << 16 | sequence number
  uint32_t jitter = 0;              // in units of the clock rate
  uint32_t last_sender_report = 0;  // the middle 32 bits of its NTP timestamp; 0: none yet
  uint32_t delay_since_last = 0;    // in 1/65536 s

  friend bool operator==(const ReportBlock&, const ReportBlock&) = default;
};

// The first word of a body: who sent an SR, RR, APP, XR or feedback packet.
Ssrc Sender(const RtcpPacket& packet);

// SR.
SenderInfo ReadSenderInfo(const RtcpPacket& packet);
// SR and RR; `i` < packet.count.
ReportBlock ReadReportBlock(const RtcpPacket& packet, size_t i);

// BYE; `i` < packet.count. The reason is empty if there is none, and is the peer's: any bytes.
Ssrc ReadGoodbyeSource(const RtcpPacket& packet, size_t i);
Bytes ReadGoodbyeReason(const RtcpPacket& packet);

// SDES items, RFC 3550 section 6.5.
inline constexpr uint8_t kSdesCname = 1;

struct SdesItem {
  Ssrc source;
  uint8_t type = 0;  // kSdesCname, ...; never 0
  Bytes text;        // up to 255 bytes, the peer's: any bytes
};

// Walks all items of all chunks.
class SdesReader {
 public:
  explicit SdesReader(const RtcpPacket& packet);
  std::optional<SdesItem> Next();

 private:
  ByteReader reader_;
  size_t chunks_left_;
  bool in_chunk_ = false;
  Ssrc source_;
};

// RTPFB and PSFB: the source that is meant, and the feedback control information.
Ssrc FeedbackMedia(const RtcpPacket& packet);
Bytes FeedbackControl(const RtcpPacket& packet);

// The lost sequence numbers of a NACK, in the order in which it names them. A peer may name one
// more than once.
class NackReader {
 public:
  explicit NackReader(const RtcpPacket& packet);
  std::optional<SequenceNumber> Next();

 private:
  ByteReader reader_;
  SequenceNumber packet_id_;
  uint32_t pending_ = 0;  // bit i: packet_id_ + i is still to be told
};

// FIR.
struct FullIntraEntry {
  Ssrc source;
  uint8_t command_sequence = 0;
};
size_t FullIntraEntries(const RtcpPacket& packet);
// `i` < FullIntraEntries(packet).
FullIntraEntry ReadFullIntraEntry(const RtcpPacket& packet, size_t i);

// REMB: bits per second for all of the sources together. Saturates at what 64 bits hold.
uint64_t ReadRembBitrate(const RtcpPacket& packet);
size_t RembSources(const RtcpPacket& packet);
// `i` < RembSources(packet).
Ssrc ReadRembSource(const RtcpPacket& packet, size_t i);

}  // namespace baton::rtp
