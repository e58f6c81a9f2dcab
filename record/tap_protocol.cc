#include "record/tap_protocol.h"

#include <cstring>

#include "base/check.h"

namespace baton::record {
namespace {

constexpr size_t kLengthSize = 4;
constexpr size_t kTypeSize = 1;
constexpr size_t kTimeSize = 8;
constexpr size_t kCountSize = 8;

void StoreHeader(uint8_t* out, FrameType type, size_t body_size) {
  StoreU32(out, static_cast<uint32_t>(kTypeSize + body_size));
  out[kLengthSize] = static_cast<uint8_t>(type);
}

}  // namespace

std::array<uint8_t, kPacketFrameHeaderSize> PacketFrameHeader(TimePoint left, size_t packet_size) {
  BATON_CHECK(packet_size <= kMaxPacketSize);
  std::array<uint8_t, kPacketFrameHeaderSize> header;
  StoreHeader(header.data(), FrameType::kPacket, kTimeSize + packet_size);
  StoreU64(header.data() + kFrameHeaderSize,
           static_cast<uint64_t>(left.time_since_epoch().count()));
  return header;
}

std::array<uint8_t, kDroppedFrameSize> DroppedFrame(uint64_t packets) {
  std::array<uint8_t, kDroppedFrameSize> frame;
  StoreHeader(frame.data(), FrameType::kDropped, kCountSize);
  StoreU64(frame.data() + kFrameHeaderSize, packets);
  return frame;
}

std::array<uint8_t, kFrameHeaderSize> MessageFrameHeader(size_t message_size) {
  BATON_CHECK(message_size <= kMaxMessageSize);
  std::array<uint8_t, kFrameHeaderSize> header;
  StoreHeader(header.data(), FrameType::kMessage, message_size);
  return header;
}

void AppendMessageFrame(Bytes message, std::string& out) {
  const auto header = MessageFrameHeader(message.size());
  out.append(reinterpret_cast<const char*>(header.data()), header.size());
  out.append(reinterpret_cast<const char*>(message.data()), message.size());
}

FrameReader::FrameReader(Accept accept, size_t capacity) : accept_(accept), buffer_(capacity) {
  BATON_CHECK(capacity >= kNodeCapacity);
}

MutableBytes FrameReader::Space() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return MutableBytes(buffer_).subspan(end_);
}

void FrameReader::Filled(size_t size) {
  BATON_CHECK(size <= buffer_.size() - end_);
  end_ += size;
}

// Whether a frame with the type at buffer_[begin_ + kLengthSize] may say that `length`.
bool FrameReader::IsAllowed(size_t length) const {
  const size_t body = length - kTypeSize;
  switch (static_cast<FrameType>(buffer_[begin_ + kLengthSize])) {
    case FrameType::kMessage:
      return body <= kMaxMessageSize;
    case FrameType::kPacket:
      return accept_ == Accept::kAll && body >= kTimeSize && body - kTimeSize <= kMaxPacketSize;
    case FrameType::kDropped:
      return accept_ == Accept::kAll && body == kCountSize;
  }
  return false;
}

FrameReader::Result FrameReader::Next(TapFrame& frame) {
  const Bytes pending = Bytes(buffer_).subspan(begin_, end_ - begin_);
  if (pending.size() < kFrameHeaderSize) return Result::kNeedMore;
  const size_t length = LoadU32(pending.data());
  if (length < kTypeSize || !IsAllowed(length)) return Result::kBroken;
  if (pending.size() - kLengthSize < length) return Result::kNeedMore;

  begin_ += kLengthSize + length;
  ByteReader reader(pending.subspan(kFrameHeaderSize, length - kTypeSize));
  frame = {.type = static_cast<FrameType>(pending[kLengthSize])};
  switch (frame.type) {
    case FrameType::kMessage:
      frame.message = reader.Rest();
      break;
    case FrameType::kPacket:
      // Any 64 bits are a time; those that no clock can show are the session's to judge.
      frame.left = TimePoint(Duration(static_cast<int64_t>(reader.U64())));
      frame.packet = reader.Rest();
      break;
    case FrameType::kDropped:
      frame.dropped = reader.U64();
      break;
  }
  return Result::kFrame;
}

}  // namespace baton::record
