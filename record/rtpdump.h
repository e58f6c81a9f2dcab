// The format of rtpdump files, pure. Integers are big endian.
//
//   "#!rtpplay1.0 ADDRESS/PORT\n"
//   RD_hdr_t     u32 seconds, u32 microseconds (UTC, the start of the recording);
//                u32 source address; u16 source port; u16 zero
//   RD_packet_t  u16 length of this record, header included; u16 length of the packet, 0 for RTCP;
//                u32 milliseconds since the start; then the packet
//
// A recorder's packets have no address any more. Readers want one, and Wireshark (which reads such
// files from 4.2 on) a port that is not 0: it is 0.0.0.0/5004, RTP's own (RFC 3551 section 8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace baton::record {

inline constexpr uint16_t kRtpdumpPort = 5004;
inline constexpr std::string_view kRtpdumpExtension = "rtpdump";
inline constexpr std::string_view kRtpdumpLine = "#!rtpplay1.0 0.0.0.0/5004\n";
inline constexpr size_t kRtpdumpHeaderSize = kRtpdumpLine.size() + 16;
inline constexpr size_t kRtpdumpRecordHeaderSize = 8;
inline constexpr size_t kMaxRtpdumpRecordSize = 65535;

// `start_us` is in microseconds since 1970, in UTC.
void AppendRtpdumpHeader(uint64_t start_us, std::vector<uint8_t>& out);

// `packet` has at most kMaxRtpdumpRecordSize - kRtpdumpRecordHeaderSize bytes.
void AppendRtpdumpRecord(Bytes packet, uint32_t offset_ms, bool rtp, std::vector<uint8_t>& out);

// Whether a file of ours can begin so.
bool IsRtpdumpHeader(Bytes header);

struct RtpdumpRecord {
  size_t size = 0;  // header included
  uint32_t offset_ms = 0;
};

// Of a record's header. Nothing if no record begins so.
std::optional<RtpdumpRecord> ReadRtpdumpRecord(Bytes header);

}  // namespace baton::record
