// What there is to know about one recording: its message in the control protocol, kept within
// bounds. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "control/recording_failure.h"

#include "proto/control.pb.h"
#include "proto/record.pb.h"

namespace baton::control {

class RecordingStatus {
 public:
  static constexpr int kMaxTroubles = 64;  // the last ones
  static constexpr int kMaxFiles = 4096;   // likewise

  explicit RecordingStatus(v1::Recording recording) : recording_(std::move(recording)) {}

  void set_state(v1::RecordingState state) { recording_.set_state(state); }
  void set_end_reason(const std::string& reason) { recording_.set_end_reason(reason); }
  void set_ended(int64_t unix_us) { recording_.set_ended_unix_us(static_cast<uint64_t>(unix_us)); }
  void set_backlog_bytes(uint64_t bytes) { recording_.set_backlog_bytes(bytes); }
  void set_dropped(uint64_t packets) { recording_.set_dropped(packets); }

  // Keeps the trouble, and gives it back.
  v1::RecordingTroubleNote AddTrouble(RecordingFailure failure, const std::string& text,
                                      int64_t unix_us);
  // One that is only counted.
  void CountTrouble() { recording_.set_trouble_count(recording_.trouble_count() + 1); }

  void OnFileBegun(const std::string& name);
  v1::RecordedFile OnFileFinished(const record::v1::FileFinished& finished);
  // What a repair has finished.
  v1::RecordedFile OnFileRepaired(const std::string& name, uint64_t bytes);

  std::vector<std::string> UnfinishedFiles() const;

  // What a process counts, each segment from 0. Gives what has come since the last call.
  struct Growth {
    uint64_t bytes = 0;
    uint64_t lost = 0;
  };
  Growth OnStatistics(const record::v1::Statistics& statistics);
  // Another process goes on.
  void BeginSegment();

  const v1::Recording& recording() const { return recording_; }
  // For lists and events: without files, troubles and tracks.
  v1::Recording Brief() const;

 private:
  v1::RecordedFile& File(const std::string& name);

  v1::Recording recording_;
  Growth segment_;  // of the process that writes now
};

}  // namespace baton::control
