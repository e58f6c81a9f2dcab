#include "control/framing.h"

#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace baton::control {
namespace {

// A message that has outgrown this gives its memory back when the next one starts.
constexpr size_t kKeptCapacity = 16 * 1024;

}  // namespace

bool FrameDecoder::TakeHeader(Bytes& input) {
  const size_t n = std::min(kFrameHeaderSize - header_size_, input.size());
  if (n > 0) std::memcpy(header_.data() + header_size_, input.data(), n);
  header_size_ += n;
  input = input.subspan(n);
  return header_size_ == kFrameHeaderSize;
}

FrameDecoder::Result FrameDecoder::Next(Bytes& input) {
  if (complete_) {
    complete_ = false;
    header_size_ = 0;
    message_.clear();
    if (message_.capacity() > kKeptCapacity) message_.shrink_to_fit();
  }
  if (header_size_ < kFrameHeaderSize && !TakeHeader(input)) return Result::kNeedMore;
  if (length() == 0) return Result::kEmpty;
  // A frame that has begun was within the limit of its time, and limits only grow.
  if (length() > max_message_size_) return Result::kTooLong;

  const size_t n = std::min(size_t{length()} - message_.size(), input.size());
  if (n > 0) message_.append(reinterpret_cast<const char*>(input.data()), n);
  input = input.subspan(n);
  complete_ = message_.size() == length();
  return complete_ ? Result::kMessage : Result::kNeedMore;
}

bool ParseMessage(const std::string& bytes, google::protobuf::MessageLite* message) {
  const google::protobuf::LogSilencer silencer;
  return message->ParseFromString(bytes);
}

std::string EncodeFrame(const google::protobuf::MessageLite& message) {
  const size_t size = message.ByteSizeLong();
  BATON_CHECK(size > 0 && size <= kMaxMessageSize);
  std::string frame(kFrameHeaderSize + size, '\0');
  auto* bytes = reinterpret_cast<uint8_t*>(frame.data());
  StoreU32(bytes, static_cast<uint32_t>(size));
  message.SerializeWithCachedSizesToArray(bytes + kFrameHeaderSize);
  return frame;
}

}  // namespace baton::control
