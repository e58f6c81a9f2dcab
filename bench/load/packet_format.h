// What the RTP payload of a packet of the bench is, so that whoever receives it can say which
// packet it is, when it was due, and whether it is unharmed. Integers in network byte order.
//
//    0   magic                   8   stream                     16  number
//    4   run                     12  flags, payload size        24  scheduled send time, ns
//    32  checksum of bytes 0..31 40  body: a piece of a fixed random block, where it begins
//                                    depends on stream and number
//
// The body is compared with the block, which costs less than a hash and finds every difference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/packet.h"

namespace baton::bench {

inline constexpr size_t kTagSize = 40;
inline constexpr size_t kMinPacketSize = rtp::kFixedHeaderSize + kTagSize;
inline constexpr size_t kMaxPacketSize = 1472;  // what an Ethernet frame carries

struct PacketTag {
  uint32_t run = 0;     // drawn for each run, so that late packets of another one are told apart
  uint32_t stream = 0;  // index in Topology::streams
  uint64_t number = 0;  // in the stream, from 0
  TimePoint scheduled;
  bool warm_up = false;  // not measured
  bool marker = false;   // the RTP header's
};

// Fills `payload`, of kTagSize to kMaxPacketSize bytes.
void WritePayload(const PacketTag& tag, MutableBytes payload);

// Nothing if these are not the bytes of a tag, or of a payload of another size.
std::optional<PacketTag> ReadTag(Bytes payload);

// Whether the body of `payload`, whose tag is `tag`, is what WritePayload() wrote.
bool BodyHolds(const PacketTag& tag, Bytes payload);

}  // namespace baton::bench
