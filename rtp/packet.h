// RTP packets (RFC 3550 section 5.1) and their header extensions (RFC 8285), read as a view over
// the datagram: offsets, no copy.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |V=2|P|X|  CC   |M|     PT      |       sequence number         |
//   |                           timestamp                           |
//   |                             SSRC                              |
//   |                   CSRC, CC times                              |
//   |      extension profile        |  length in 32-bit words       |  if X
//   |                   extension data                              |
//   |                   payload ...                                 |
//   |               padding, its last byte is its size              |  if P
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "rtp/types.h"

namespace baton::rtp {

inline constexpr size_t kFixedHeaderSize = 12;
inline constexpr size_t kMaxCsrcs = 15;
// Larger than any UDP payload; ParsePacket() refuses more.
inline constexpr size_t kMaxPacketSize = 65535;

// Valid as long as the datagram's bytes are. header + payload + padding is the whole datagram.
struct PacketView {
  Bytes datagram;
  SequenceNumber sequence;
  RtpTimestamp timestamp;
  Ssrc ssrc;
  PayloadType payload_type;
  bool marker = false;
  bool has_extension = false;
  uint8_t csrc_count = 0;
  uint8_t padding_size = 0;        // with the byte that tells it; 0: the P bit is not set
  uint16_t extension_profile = 0;  // "defined by profile": 0xBEDE, 0x1000, ...
  uint16_t header_size = 0;        // fixed header, CSRCs and extension: where the payload begins

  Bytes header() const { return datagram.first(header_size); }
  Bytes payload() const {
    return datagram.subspan(header_size, datagram.size() - header_size - padding_size);
  }
  // The extension's data, without its profile and length; empty if there is none.
  Bytes extension() const;
  // `i` < csrc_count.
  Ssrc csrc(size_t i) const { return Ssrc(LoadU32(datagram.data() + kFixedHeaderSize + 4 * i)); }
};

// Nothing if the bytes are not one well-formed RTP packet: another version, lengths that do not
// fit, a padding of 0 bytes or longer than what follows the header.
std::optional<PacketView> ParsePacket(Bytes datagram);

// RFC 8285 sections 4.2 and 4.3.
inline constexpr uint16_t kOneByteExtensions = 0xBEDE;
constexpr bool IsTwoByteExtensions(uint16_t profile) { return (profile & 0xFFF0) == 0x1000; }

struct ExtensionElement {
  uint8_t id = 0;  // 1..14 in the one-byte form, 1..255 in the two-byte form
  Bytes data;      // 1..16 bytes in the one-byte form, 0..255 in the two-byte form
};

// Walks the elements of a packet's header extension in the order of the wire. It ends where the
// extension ends, or at the first element that is reserved (id 15, or id 0 with a length, in the
// one-byte form) or does not fit: what came before is still good (RFC 8285 section 4.2). There are
// no elements in an extension of another profile.
class ExtensionReader {
 public:
  explicit ExtensionReader(const PacketView& packet);
  ExtensionReader(uint16_t profile, Bytes extension);

  std::optional<ExtensionElement> Next();

 private:
  bool two_byte_form_;
  ByteReader reader_;
};

// What WritePacketHeader() writes.
struct PacketHeader {
  SequenceNumber sequence;
  RtpTimestamp timestamp;
  Ssrc ssrc;
  PayloadType payload_type;
  bool marker = false;
  bool padding = false;  // the P bit; the padding itself is the caller's
  std::span<const Ssrc> csrcs;
  std::optional<uint16_t> extension_profile;  // none: no extension, and extension_data is ignored
  Bytes extension_data;
};

// Returns the header's size, or 0 and writes nothing of use if it does not fit into `out`, there
// are more than kMaxCsrcs, or extension_data is not a multiple of 4 bytes below 256 KiB.
size_t WritePacketHeader(const PacketHeader& header, MutableBytes out);

}  // namespace baton::rtp
