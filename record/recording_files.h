// What a session writes into. The sink gives it a recording's directory, tests what they like.
//
// The contracts are those of MediaFile (record/media_file.h) and RawFile (record/raw_file.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "record/finished_file.h"
#include "record/stream_parameters.h"

namespace baton::record {

class MediaTarget {
 public:
  virtual ~MediaTarget() = default;

  virtual const std::string& name() const = 0;
  virtual absl::Status Write(size_t stream, Bytes data, Duration time, Duration duration,
                             bool key_frame) = 0;
  virtual absl::Status AdvanceTo(size_t stream, Duration time) = 0;
  virtual absl::Status Sync() = 0;
  virtual absl::StatusOr<FinishedFile> Finish() = 0;
  virtual uint64_t bytes_written() const = 0;
};

class RawTarget {
 public:
  virtual ~RawTarget() = default;

  virtual const std::string& name() const = 0;
  virtual absl::Status WriteRtp(Bytes packet, Duration arrived) = 0;
  virtual absl::Status WriteRtcp(Bytes packet, Duration arrived) = 0;
  virtual absl::Status Sync() = 0;
  virtual absl::StatusOr<FinishedFile> Finish() = 0;
  virtual uint64_t bytes_written() const = 0;
};

class RecordingFiles {
 public:
  virtual ~RecordingFiles() = default;

  // `stem` is any text; it is made a file's name. Where that is taken, another one is.
  virtual absl::StatusOr<std::unique_ptr<MediaTarget>> CreateMedia(
      std::string_view stem, const std::vector<StreamParameters>& streams) = 0;
  // `start_us` in UTC since 1970, not negative.
  virtual absl::StatusOr<std::unique_ptr<RawTarget>> CreateRaw(std::string_view stem,
                                                               int64_t start_us) = 0;

  // The manifest of the segment before; NOT_FOUND if there is none.
  virtual absl::StatusOr<std::string> ReadManifest() = 0;
  // Replaces the manifest of a recording that runs.
  virtual absl::Status UpdateManifest(std::string_view json) = 0;
  // The recording has ended, and this is all that there is to say about it.
  virtual absl::Status FinishManifest(std::string_view json) = 0;
};

}  // namespace baton::record
