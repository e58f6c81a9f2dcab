#include "record/rtpdump.h"

#include <algorithm>

#include "base/check.h"

namespace baton::record {

void AppendRtpdumpHeader(uint64_t start_us, std::vector<uint8_t>& out) {
  out.insert(out.end(), kRtpdumpLine.begin(), kRtpdumpLine.end());
  uint8_t header[kRtpdumpHeaderSize - kRtpdumpLine.size()] = {};
  ByteWriter writer(header);
  writer.U32(static_cast<uint32_t>(start_us / 1'000'000));
  writer.U32(static_cast<uint32_t>(start_us % 1'000'000));
  writer.U32(0);
  writer.U16(kRtpdumpPort);
  out.insert(out.end(), std::begin(header), std::end(header));
}

void AppendRtpdumpRecord(Bytes packet, uint32_t offset_ms, bool rtp, std::vector<uint8_t>& out) {
  const size_t size = packet.size() + kRtpdumpRecordHeaderSize;
  BATON_CHECK(size <= kMaxRtpdumpRecordSize);
  uint8_t header[kRtpdumpRecordHeaderSize] = {};
  ByteWriter writer(header);
  writer.U16(static_cast<uint16_t>(size));
  writer.U16(rtp ? static_cast<uint16_t>(packet.size()) : uint16_t{0});
  writer.U32(offset_ms);
  out.insert(out.end(), std::begin(header), std::end(header));
  out.insert(out.end(), packet.begin(), packet.end());
}

bool IsRtpdumpHeader(Bytes header) {
  return header.size() >= kRtpdumpHeaderSize &&
         std::equal(kRtpdumpLine.begin(), kRtpdumpLine.end(), header.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

std::optional<RtpdumpRecord> ReadRtpdumpRecord(Bytes header) {
  ByteReader reader(header);
  const size_t size = reader.U16();
  const size_t packet_size = reader.U16();
  const uint32_t offset_ms = reader.U32();
  if (!reader.ok() || size < kRtpdumpRecordHeaderSize) return std::nullopt;
  if (packet_size != 0 && packet_size != size - kRtpdumpRecordHeaderSize) return std::nullopt;
  return RtpdumpRecord{size, offset_ms};
}

}  // namespace baton::record
