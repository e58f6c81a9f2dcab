// A leg's copy of a packet: its own header, header extensions and picture numbers in front of bytes
// that all copies share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/leg_numbering.h"
#include "relay/media_packet.h"
#include "rtp/extension_map.h"
#include "rtp/payload/payload_format.h"
#include "rtp/types.h"

namespace baton::relay {

// What all copies of one leg have in common.
struct CopyFormat {
  rtp::PayloadType payload_type;
  rtp::Ssrc ssrc;
  rtp::PayloadFormat format = rtp::PayloadFormat::kOther;
  rtp::ExtensionMap extensions;
  std::string_view mid;
};

// The numbers of one copy.
struct CopyNumbers {
  rtp::SequenceNumber sequence;
  LegMapping mapping;
  // What the subscriber's transport counts its packets with, if it has negotiated that.
  std::optional<rtp::SequenceNumber> transport_sequence;
  // As RTX (RFC 4588): the number that is sent again.
  std::optional<rtp::SequenceNumber> original_sequence;
};

// The longest header that AppendCopy() writes for a packet of which `payload_offset` bytes precede
// the payload.
size_t MaxCopyHeader(size_t payload_offset);

// Appends the copy to `tx`, which is open for its destination with headers of MaxCopyHeader(), and
// returns its size. `now` is for the header extension that tells it.
size_t AppendCopy(const MediaPacket& packet, const CopyFormat& format, const CopyNumbers& numbers,
                  TimePoint now, TxBatch& tx);

// Appends a packet with nothing but a byte of padding: in the place of one that the leg leaves out
// after it has kept a number for it.
size_t AppendEmpty(const MediaPacket& packet, const CopyFormat& format, const CopyNumbers& numbers,
                   TxBatch& tx);

}  // namespace baton::relay
