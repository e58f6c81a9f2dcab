// Writers of RTCP packets. Each appends one packet to `out`; several in a row are a compound (an SR
// or RR first, RFC 3550 section 6.1). If a packet does not fit, out.ok() is false and the bytes are
// of no use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "rtp/rtcp_body.h"
#include "rtp/rtcp_packet_scope.h"
#include "rtp/types.h"

namespace baton::rtp {

// At most kMaxRtcpCount blocks.
void WriteSenderReport(const SenderInfo& info, std::span<const ReportBlock> blocks,
                       ByteWriter& out);
void WriteReceiverReport(Ssrc sender, std::span<const ReportBlock> blocks, ByteWriter& out);

// SDES with one chunk of one item. A name longer than 255 bytes is cut.
void WriteCname(Ssrc source, std::string_view cname, ByteWriter& out);

// At most kMaxRtcpCount sources. A reason longer than 255 bytes is cut; an empty one is left out.
void WriteGoodbye(std::span<const Ssrc> sources, std::string_view reason, ByteWriter& out);

void WritePictureLoss(Ssrc sender, Ssrc media, ByteWriter& out);

// At least one number. Rising ones within 16 of the first share an entry; NackReader gives them
// back in this order.
void WriteNack(Ssrc sender, Ssrc media, std::span<const SequenceNumber> lost, ByteWriter& out);

// RFC 5104 section 4.3.1. At least one entry.
void WriteFullIntraRequest(Ssrc sender, std::span<const FullIntraEntry> entries, ByteWriter& out);

// The most sources of a REMB.
inline constexpr size_t kMaxRembSources = 255;

// At most kMaxRembSources. The bit rate keeps its highest 18 bits; the rest is rounded down.
void WriteRemb(Ssrc sender, uint64_t bits_per_second, std::span<const Ssrc> sources,
               ByteWriter& out);

}  // namespace baton::rtp
