// The tap of one recording: counts the messages that go into it, and makes frames of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/datagram.h"
#include "control/taps.h"

#include "proto/record.pb.h"

namespace baton::control {

class RecordingTap {
 public:
  // `taps` outlives the tap.
  static absl::StatusOr<RecordingTap> Open(Taps& taps, size_t queue_bytes);
  RecordingTap(RecordingTap&& other) noexcept;
  RecordingTap& operator=(RecordingTap&&) = delete;
  // Closes it; see Taps::Close().
  ~RecordingTap();

  TapNumber number() const { return number_; }

  // `fd` and `first` as in Taps::Attach().
  void Attach(int fd, const std::vector<record::v1::ToSink>& first);
  void Detach() { taps_->Detach(number_); }

  // False if too many messages wait.
  bool Send(const record::v1::ToSink& message);
  void Finish(const record::v1::ToSink& message);

  TapCounters counters() const { return taps_->Counters(number_); }
  // Messages that Send() took. The process has not been written the last
  // messages_sent() - counters().messages_written of them.
  uint64_t messages_sent() const { return messages_sent_; }

 private:
  RecordingTap(Taps& taps, TapNumber number) : taps_(&taps), number_(number) {}

  Taps* taps_;  // null: moved from
  TapNumber number_;
  uint64_t messages_sent_ = 0;
};

}  // namespace baton::control
