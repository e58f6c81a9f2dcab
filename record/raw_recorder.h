// The packets of one track as they came, in a file of their own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "record/media_series.h"
#include "record/recording_files.h"
#include "record/track_recorder.h"

namespace baton::record {

class RawRecorder {
 public:
  // All of these outlive this. `start_us`: the recording's start in UTC, since 1970.
  RawRecorder(TrackRecorder& track, std::string stem, int64_t start_us, RecordingFiles& files,
              FileListener& listener);

  // The file is begun with the first packet. `arrived` is recording time.
  void OnRtp(Bytes packet, Duration arrived) { Write(packet, arrived, true); }
  // A compound packet with a report about the track.
  void OnRtcp(Bytes packet, Duration arrived) { Write(packet, arrived, false); }
  void Sync();
  void Finish();

  uint64_t bytes_written() const { return target_ ? target_->bytes_written() : 0; }
  bool is_open() const { return target_ != nullptr; }

 private:
  void Write(Bytes packet, Duration arrived, bool rtp);
  bool Begin(Duration now);
  void Fail(const absl::Status& status);

  TrackRecorder& track_;
  const std::string stem_;
  const int64_t start_us_;
  RecordingFiles& output_;
  FileListener& listener_;
  std::unique_ptr<RawTarget> target_;
  v1::Manifest::File* notes_ = nullptr;
  Duration now_{};
  std::optional<Duration> retry_at_;
};

}  // namespace baton::record
