// RTP and RTCP of one track as they arrived, in the format of rtpdump (record/rtpdump.h), which
// Wireshark (from 4.2 on) and rtptools read.
//
// The same rules as for a MediaFile: `NAME.rtpdump.part` until Finish(); a full disk keeps packets
// out, and the file can be finished all the same; other errors stay. At any moment it has whole
// records only, but for a crash in the middle of a write, which Repair() cuts off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "record/finished_file.h"
#include "record/recording_directory.h"
#include "record/rtpdump.h"

namespace baton::record {

class RawFile {
 public:
  // The longest packet that a record can have.
  static constexpr size_t kMaxPacketSize = kMaxRtpdumpRecordSize - kRtpdumpRecordHeaderSize;

  // `start_us` is the wall clock at the start of the recording, in microseconds since 1970.
  static absl::StatusOr<RawFile> Create(RecordingDirectory& directory, std::string_view stem,
                                        uint64_t start_us);

  // What it will be called: "alice-microphone.rtpdump".
  const std::string& name() const { return part_.name(); }

  // `arrived` is recording time. Longer packets are INVALID_ARGUMENT, which does not stay.
  absl::Status WriteRtp(Bytes packet, Duration arrived) { return Write(packet, arrived, true); }
  absl::Status WriteRtcp(Bytes packet, Duration arrived) { return Write(packet, arrived, false); }

  // Hands everything to the system: after a crash of the process it is there.
  absl::Status Flush();
  // The same, and waits until it is on the disk.
  absl::Status Sync();
  absl::StatusOr<FinishedFile> Finish();

  // What is not handed over yet included.
  uint64_t bytes_written() const { return flushed_bytes_ + pending_.size(); }

 private:
  explicit RawFile(PartFile part) : part_(std::move(part)) {}
  absl::Status Write(Bytes packet, Duration arrived, bool rtp);

  PartFile part_;
  std::vector<uint8_t> pending_;
  absl::Status error_;
  uint64_t flushed_bytes_ = 0;
  Duration start_ = Duration::max();
  Duration end_{};
};

}  // namespace baton::record
