// RTP and RTCP of one track as they arrived, in the format of rtpdump, which Wireshark and rtptools
// read. Integers are big endian.
//
//   "#!rtpplay1.0 ADDRESS/PORT\n"
//   RD_hdr_t     u32 seconds, u32 microseconds (UTC, the start of the recording);
//                u32 source address; u16 source port; u16 zero
//   RD_packet_t  u16 length of this record, header included; u16 length of the packet, 0 for RTCP;
//                u32 milliseconds since the start; then the packet
//
// The same rules as for a MediaFile: `NAME.rtpdump.part` until Finish(), and the first error stays.
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

namespace baton::record {

class RawFile {
 public:
  // The longest packet that a record can have.
  static constexpr size_t kMaxPacketSize = 65535 - 8;

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

  uint64_t bytes_written() const { return bytes_written_; }

 private:
  explicit RawFile(PartFile part) : part_(std::move(part)) {}
  absl::Status Write(Bytes packet, Duration arrived, bool rtp);

  PartFile part_;
  std::vector<uint8_t> pending_;
  absl::Status error_;
  uint64_t bytes_written_ = 0;
  Duration duration_{};
};

}  // namespace baton::record
