#include "cmd/baton-record/sink.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "base/clock.h"

namespace baton::record {
namespace {

// How long the node may take to read that the recording has ended.
constexpr Duration kFarewell = std::chrono::seconds(5);
// Once told to stop, what is in the socket is still taken, but not what goes on coming.
constexpr int kLastReads = 256;

}  // namespace

Sink::Sink(int socket, int stop, RecordingFiles& files)
    : socket_(socket),
      stop_(stop),
      outbox_(socket),
      session_(files, [this](const v1::FromSink& message) { outbox_.Send(message); }) {}

Sink::Input Sink::Read() {
  const MutableBytes space = reader_.Space();
  ssize_t size;
  do {
    size = recv(socket_, space.data(), space.size(), MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return Input::kNone;
  if (size <= 0) return Input::kEnd;
  reader_.Filled(static_cast<size_t>(size));
  TakeFrames();
  return Input::kSome;
}

void Sink::TakeFrames() {
  TapFrame frame;
  while (broken_.ok() && !session_.end_reason()) {
    switch (reader_.Next(frame)) {
      case FrameReader::Result::kNeedMore:
        return;
      case FrameReader::Result::kBroken:
        broken_ = absl::InvalidArgumentError("what came is no frame");
        return;
      case FrameReader::Result::kFrame:
        broken_ = session_.OnFrame(frame);
        break;
    }
  }
}

bool Sink::IsStopped() const {
  pollfd readable{.fd = stop_, .events = POLLIN, .revents = 0};
  return poll(&readable, 1, 0) > 0;
}

void Sink::Wait() {
  const auto tick = std::chrono::duration_cast<std::chrono::milliseconds>(Session::kTick);
  pollfd waited[] = {
      {.fd = socket_, .events = POLLIN, .revents = 0},
      {.fd = stop_, .events = POLLIN, .revents = 0},
  };
  if (outbox_.has_pending()) waited[0].events |= POLLOUT;
  poll(waited, 2, static_cast<int>(tick.count()));
}

std::optional<std::string> Sink::EndReason() {
  Input input = Read();
  if (IsStopped()) {
    for (int i = 0; i < kLastReads && input == Input::kSome; ++i) input = Read();
    return session_.end_reason().value_or("terminated");
  }
  if (!broken_.ok()) return "protocol error";
  if (session_.end_reason()) return session_.end_reason();
  if (input == Input::kEnd) return "node gone";
  if (input == Input::kNone) {
    session_.OnTime(MonotonicNow());
    outbox_.Flush();
    Wait();
  }
  return std::nullopt;
}

absl::Status Sink::Run() {
  std::optional<std::string> reason;
  while (!reason) reason = EndReason();
  if (!broken_.ok()) {
    v1::FromSink message;
    message.mutable_trouble()->set_code(v1::PROTOCOL_ERROR);
    message.mutable_trouble()->set_text(std::string(broken_.message()));
    outbox_.Send(message);
  }
  session_.Finish(*reason);
  outbox_.FlushAll(kFarewell);
  shutdown(socket_, SHUT_RDWR);
  return broken_;
}

}  // namespace baton::record
