// Frames of the control protocol: 4 bytes of length, big endian, then that many bytes of one
// protobuf message. Pure: no I/O.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace google::protobuf {
class MessageLite;
}

namespace baton::control {

inline constexpr size_t kFrameHeaderSize = 4;
// What a node accepts before a client's Hello, and what either side accepts and sends after it.
inline constexpr size_t kMaxHelloSize = 4 * 1024;
inline constexpr size_t kMaxMessageSize = 1024 * 1024;

// Takes a stream of bytes in pieces of any size and gives whole messages. Its memory grows with the
// bytes that have arrived, never with the length that a peer claims.
class FrameDecoder {
 public:
  enum class Result {
    kNeedMore,  // all input is consumed
    kMessage,   // message() is whole
    kEmpty,     // a length of 0: a broken peer
    kTooLong,   // a length above the limit; length() says which
  };

  explicit FrameDecoder(size_t max_message_size) : max_message_size_(max_message_size) {}

  // May only grow. Applies at once.
  void set_max_message_size(size_t size) { max_message_size_ = size; }

  // Takes bytes from the front of `input`, up to the end of one message at most. After kEmpty or
  // kTooLong the stream cannot be followed any more, and each further call gives the same.
  Result Next(Bytes& input);

  // Valid after kMessage, until the next call of Next().
  const std::string& message() const { return message_; }
  // What the last header said.
  uint32_t length() const { return LoadU32(header_.data()); }
  // A frame has begun and is not whole.
  bool in_frame() const { return !complete_ && header_size_ > 0; }

 private:
  bool TakeHeader(Bytes& input);

  size_t max_message_size_;
  std::array<uint8_t, kFrameHeaderSize> header_{};
  size_t header_size_ = 0;
  bool complete_ = false;
  std::string message_;
};

// False if `bytes` are not such a message. Writes nothing to the log, as protobuf itself would for
// text that is not UTF-8: peers could fill a disk with that.
bool ParseMessage(const std::string& bytes, google::protobuf::MessageLite* message);

// A frame around `message`, which is not empty on the wire and at most kMaxMessageSize: the
// caller's duty.
std::string EncodeFrame(const google::protobuf::MessageLite& message);

}  // namespace baton::control
