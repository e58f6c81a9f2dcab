#include "cmd/node/tap_stream.h"

#include <errno.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.h"

namespace baton {

void TapStream::Attach(net::UniqueFd fd, std::string first) {
  Detach();
  fd_ = std::move(fd);
  first_ = std::move(first);
  progress_->attached.Set(1);
}

void TapStream::Detach() {
  fd_ = net::UniqueFd();
  first_.clear();
  message_written_ = 0;
  position_ = frame_;
  progress_->attached.Set(0);
}

TapStream::Outcome TapStream::Write() {
  if (!fd_) return Outcome::kDone;
  std::array<iovec, kPieces> pieces;
  for (size_t turn = 0; turn < kBytesOfTurn;) {
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = Gather(pieces);
    if (message.msg_iovlen == 0) return Outcome::kDone;
    const ssize_t written = sendmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (written >= 0) {
      Advance(static_cast<size_t>(written));
      turn += static_cast<size_t>(written);
    } else if (errno == EAGAIN) {
      return Outcome::kBlocked;
    } else if (errno != EINTR) {
      return Outcome::kGone;
    }
  }
  return Outcome::kMore;
}

bool TapStream::HasMore() const {
  return fd_ && (Current() != nullptr || position_ < queue_->bytes().written());
}

const std::string* TapStream::Current() const {
  if (!first_.empty()) return &first_;
  const bool due =
      !messages_.empty() && messages_.front().position <= position_ && position_ == frame_;
  return due ? &messages_.front().bytes : nullptr;
}

uint64_t TapStream::EndOfFrame(uint64_t begin) const {
  std::array<uint8_t, 4> length;
  queue_->bytes().Copy(begin, length);
  return begin + length.size() + LoadU32(length.data());
}

uint64_t TapStream::Limit() const {
  if (messages_.empty()) return queued_;
  const uint64_t message = messages_.front().position;
  return message > position_ ? std::min(queued_, message) : EndOfFrame(frame_);
}

size_t TapStream::Gather(std::span<iovec, kPieces> pieces) const {
  if (const std::string* message = Current()) {
    const size_t rest = message->size() - message_written_;
    // sendmsg() does not write there.
    pieces[0] = {const_cast<char*>(message->data()) + message_written_, rest};
    return 1;
  }
  std::array<Bytes, kPieces> queued;
  const size_t count = queue_->bytes().Pieces(position_, Limit(), queued);
  for (size_t i = 0; i < count; ++i) {
    pieces[i] = {const_cast<uint8_t*>(queued[i].data()), queued[i].size()};
  }
  return count;
}

void TapStream::Advance(size_t bytes) {
  progress_->written_bytes.Add(bytes);
  if (Current() != nullptr) {
    AdvanceMessage(bytes);
  } else {
    AdvanceQueue(bytes);
  }
}

void TapStream::AdvanceMessage(size_t bytes) {
  message_written_ += bytes;
  if (message_written_ < Current()->size()) return;
  message_written_ = 0;
  if (!first_.empty()) return first_.clear();
  progress_->messages.Add();
  progress_->message_bytes.Add(messages_.front().bytes.size());
  messages_.pop_front();
}

// What is released is whole frames: where one begins is where its length stands.
void TapStream::AdvanceQueue(size_t bytes) {
  position_ += bytes;
  while (frame_ < position_) {
    const uint64_t end = EndOfFrame(frame_);
    if (end > position_) break;
    frame_ = end;
  }
  queue_->bytes().Release(frame_);
}

}  // namespace baton
