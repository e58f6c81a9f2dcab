#include "control/recording_tap.h"

#include <utility>

#include "base/bytes.h"
#include "record/tap_protocol.h"

namespace baton::control {
namespace {

void AppendFrame(const record::v1::ToSink& message, std::string& out) {
  const std::string bytes = message.SerializeAsString();
  record::AppendMessageFrame(Bytes(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()),
                             out);
}

std::string FrameOf(const record::v1::ToSink& message) {
  std::string frame;
  AppendFrame(message, frame);
  return frame;
}

}  // namespace

absl::StatusOr<RecordingTap> RecordingTap::Open(Taps& taps, size_t queue_bytes) {
  const absl::StatusOr<TapNumber> number = taps.Open(queue_bytes);
  if (!number.ok()) return number.status();
  return RecordingTap(taps, *number);
}

RecordingTap::RecordingTap(RecordingTap&& other) noexcept
    : taps_(std::exchange(other.taps_, nullptr)),
      number_(other.number_),
      messages_sent_(other.messages_sent_) {}

RecordingTap::~RecordingTap() {
  if (taps_ != nullptr) taps_->Close(number_);
}

void RecordingTap::Attach(int fd, const std::vector<record::v1::ToSink>& first) {
  std::string frames;
  for (const record::v1::ToSink& message : first) AppendFrame(message, frames);
  taps_->Attach(number_, fd, std::move(frames));
}

bool RecordingTap::Send(const record::v1::ToSink& message) {
  if (!taps_->SendMessage(number_, FrameOf(message))) return false;
  ++messages_sent_;
  return true;
}

void RecordingTap::Finish(const record::v1::ToSink& message) {
  taps_->Finish(number_, FrameOf(message));
}

}  // namespace baton::control
