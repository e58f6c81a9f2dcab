#include "relay/leg_egress.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "rtp/extension_values.h"
#include "rtp/packet.h"
#include "rtp/rewrite.h"
#include "rtp/rtx.h"
#include "rtp/sequence.h"

namespace baton::relay {
namespace {

constexpr uint8_t kPaddingBit = 0x20;
constexpr uint8_t kExtensionBit = 0x10;
constexpr uint8_t kMarkerBit = 0x80;

constexpr size_t kExtensionHeader = 4;
// A longer one is not passed on. Those in use have a few dozen bytes.
constexpr size_t kMaxExtension = 256;
constexpr size_t kMaxCsrcsSize = 4 * rtp::kMaxCsrcs;

constexpr size_t MaxHeader(size_t extension) {
  return rtp::kFixedHeaderSize + kMaxCsrcsSize + rtp::MaxMappedExtensionsSize(extension) +
         rtp::kRtxHeaderSize + rtp::kMaxRewrittenSize;
}

// A header that grows to the end.
class Header {
 public:
  void Append(Bytes bytes) {
    std::memcpy(bytes_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  MutableBytes room() { return MutableBytes(bytes_).subspan(size_); }
  void Grow(size_t size) { size_ += size; }
  rtp::MutableFixedHeader fixed() { return rtp::MutableFixedHeader(bytes_.data(), 12); }
  uint8_t& operator[](size_t i) { return bytes_[i]; }
  Bytes bytes() const { return {bytes_.data(), size_}; }

 private:
  std::array<uint8_t, MaxHeader(kMaxExtension)> bytes_;
  size_t size_ = rtp::kFixedHeaderSize;
};

// False if no extension is left.
bool WriteExtensions(const MediaPacket& packet, const CopyFormat& format,
                     const CopyNumbers& numbers, TimePoint now, Header& out) {
  uint16_t profile = rtp::kOneByteExtensions;
  Bytes source;
  if (packet.has_extension()) {
    const Bytes block = packet.rest.first(packet.payload_offset).subspan(packet.csrcs_size());
    profile = LoadU16(block.data());
    source = block.subspan(kExtensionHeader);
    if (source.size() > kMaxExtension) source = {};
  }
  rtp::ExtensionOverrides own;
  own.mid = format.mid;
  own.transport_sequence = numbers.transport_sequence;
  if (format.extensions.absolute_send_time() != 0) {
    own.absolute_send_time = rtp::AbsoluteSendTime(now);
  }
  if (format.extensions.dependency_descriptor() != 0 && numbers.mapping.picture_id != 0) {
    own.frame_number = static_cast<uint16_t>(packet.frame.picture_id + numbers.mapping.picture_id);
  }
  const size_t size =
      rtp::WriteMappedExtensions(profile, source, format.extensions, own, out.room());
  out.Grow(size);
  return size > 0;
}

// How many bytes of the payload the header replaces.
size_t WriteDescriptor(const MediaPacket& packet, rtp::PayloadFormat format,
                       const LegMapping& mapping, Header& out) {
  if (!mapping.renumbers_pictures()) return 0;
  std::array<uint8_t, rtp::kMaxRewrittenSize> descriptor;
  const size_t size = rtp::RewriteDescriptor(
      format, packet.rest.subspan(packet.payload_offset, packet.payload_size()),
      {static_cast<uint16_t>(packet.frame.picture_id + mapping.picture_id),
       static_cast<uint8_t>(packet.frame.tl0_picture_index + mapping.tl0_picture_index)},
      descriptor);
  out.Append(Bytes(descriptor).first(size));
  return size;
}

void WriteFixedHeader(const MediaPacket& packet, const CopyFormat& format,
                      const CopyNumbers& numbers, bool extended, Header& out) {
  rtp::HeaderStart start = packet.header;
  if (!extended) start.first &= static_cast<uint8_t>(~kExtensionBit);
  if (extended) start.first |= kExtensionBit;
  // Where upper spatial layers are left out, the picture ends with the highest that is not.
  if (packet.frame.ends_frame && packet.frame.spatial == numbers.mapping.spatial()) {
    start.second |= kMarkerBit;
  }
  rtp::RewriteFixedHeader(
      start,
      {format.payload_type, numbers.sequence,
       rtp::RtpTimestamp(packet.timestamp.value() + numbers.mapping.timestamp), format.ssrc},
      out.fixed());
}

}  // namespace

size_t MaxCopyHeader(size_t payload_offset) {
  return MaxHeader(std::min(payload_offset, kMaxExtension));
}

size_t AppendCopy(const MediaPacket& packet, const CopyFormat& format, const CopyNumbers& numbers,
                  TimePoint now, TxBatch& tx) {
  Header header;
  header.Append(packet.rest.first(packet.csrcs_size()));
  const bool extended = WriteExtensions(packet, format, numbers, now, header);
  WriteFixedHeader(packet, format, numbers, extended, header);
  if (numbers.original_sequence) {
    rtp::WriteRtxHeader(*numbers.original_sequence, header.room().first<rtp::kRtxHeaderSize>());
    header.Grow(rtp::kRtxHeaderSize);
  }
  const size_t replaced = WriteDescriptor(packet, format.format, numbers.mapping, header);
  const Bytes payload = packet.rest.subspan(packet.payload_offset + replaced);
  const Bytes bytes = header.bytes();
  std::memcpy(tx.Append(bytes.size(), payload), bytes.data(), bytes.size());
  return bytes.size() + payload.size();
}

size_t AppendEmpty(const MediaPacket& packet, const CopyFormat& format, const CopyNumbers& numbers,
                   TxBatch& tx) {
  constexpr size_t kSize = rtp::kFixedHeaderSize + 1;
  uint8_t* const out = tx.Append(kSize, {});
  rtp::RewriteFixedHeader(
      {uint8_t{0x80} | kPaddingBit, 0},
      {format.payload_type, numbers.sequence,
       rtp::RtpTimestamp(packet.timestamp.value() + numbers.mapping.timestamp), format.ssrc},
      rtp::MutableFixedHeader(out, rtp::kFixedHeaderSize));
  out[rtp::kFixedHeaderSize] = 1;
  return kSize;
}

}  // namespace baton::relay
