// The tap protocol: what a node and its recording process say to each other over a pair of stream
// sockets. Pure: no I/O.
//
// Each direction is a sequence of frames:
//
//    u32  length of all that follows, big endian
//    u8   FrameType
//    ...  body:
//         kMessage  a protobuf message: ToSink or FromSink (proto/record.proto)
//         kPacket   u64 big endian: when the packet left the relay, in ns on the node's monotonic
//                   clock; then an RTP or RTCP packet exactly as a UDP peer would get it. Its SSRC
//                   names the track.
//         kDropped  u64 big endian: so many packets found no room in the node's queue and are
//                   missing at this place, of whatever tracks
//
// kPacket and kDropped go from the node to the sink only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time_point.h"

namespace baton::record {

enum class FrameType : uint8_t { kMessage = 1, kPacket = 2, kDropped = 3 };

inline constexpr size_t kFrameHeaderSize = 5;  // length and type
inline constexpr size_t kMaxMessageSize = 64 * 1024;
// Any UDP payload fits.
inline constexpr size_t kMaxPacketSize = 65535;
inline constexpr size_t kPacketFrameHeaderSize = kFrameHeaderSize + 8;
inline constexpr size_t kDroppedFrameSize = kFrameHeaderSize + 8;

// ------------------------------------------------------------------------------------- writing

// What goes before a packet of `packet_size` bytes, at most kMaxPacketSize. `left` is not before
// the clock's epoch.
std::array<uint8_t, kPacketFrameHeaderSize> PacketFrameHeader(TimePoint left, size_t packet_size);

std::array<uint8_t, kDroppedFrameSize> DroppedFrame(uint64_t packets);

// What goes before a serialized message of `message_size` bytes, at most kMaxMessageSize.
std::array<uint8_t, kFrameHeaderSize> MessageFrameHeader(size_t message_size);

// Appends the frame of a serialized message, at most kMaxMessageSize bytes, to `out`.
void AppendMessageFrame(Bytes message, std::string& out);

// ------------------------------------------------------------------------------------- reading

struct TapFrame {
  FrameType type = FrameType::kMessage;
  Bytes message;         // kMessage; may be empty
  TimePoint left;        // kPacket
  Bytes packet;          // kPacket; any bytes
  uint64_t dropped = 0;  // kDropped
};

// Takes a stream of bytes in pieces of any size, read straight into its buffer, and gives whole
// frames as views of that. The buffer has a fixed size.
class FrameReader {
 public:
  enum class Accept : uint8_t { kAll, kMessagesOnly };
  enum class Result : uint8_t {
    kNeedMore,  // there is no whole frame
    kFrame,
    kBroken,  // no such frame may come here: the stream cannot be followed any more
  };

  // As the sink needs it: large pieces save system calls.
  static constexpr size_t kSinkCapacity = 1024 * 1024;
  // As the node needs it: the smallest that is allowed.
  static constexpr size_t kNodeCapacity = kPacketFrameHeaderSize + kMaxPacketSize;
  static_assert(kNodeCapacity >= kFrameHeaderSize + kMaxMessageSize);

  // `capacity` >= kNodeCapacity.
  FrameReader(Accept accept, size_t capacity);

  // Where to read into; never empty if Next() has been called until it gave kNeedMore. Frames that
  // Next() gave are invalid from here on.
  MutableBytes Space();
  // `size` bytes were written to the front of Space().
  void Filled(size_t size);

  // After kFrame `frame` is valid until the next call of Space(). After kBroken each further call
  // gives the same.
  Result Next(TapFrame& frame);

  // Bytes of a frame that has begun and is not whole: where a stream was cut off.
  size_t pending() const { return end_ - begin_; }

 private:
  bool IsAllowed(size_t length) const;

  Accept accept_;
  std::vector<uint8_t> buffer_;
  size_t begin_ = 0;  // buffer_[begin_, end_) has not been taken
  size_t end_ = 0;
};

}  // namespace baton::record
