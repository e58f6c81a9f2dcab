// Writes packets into a WebM or Matroska file, in the order in which they come.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "record/libav.h"
#include "record/media_output.h"

extern "C" {
struct AVFormatContext;
}

namespace baton::record {

// A file is a header and clusters; each cluster is handed to the system as a whole, when the next
// one begins or at EndCluster(). Errors of the disk stay: see MediaFile. One thread.
class Muxer {
 public:
  // Of recording time; then a new cluster begins, and so it does at a key frame of video.
  static constexpr Duration kMaxCluster = std::chrono::milliseconds(250);
  // A packet may go back behind an earlier one of its stream so far (B-frames); the time of one
  // that goes further is raised to that.
  static constexpr Duration kMaxStepBack = std::chrono::seconds(10);

  enum class Container { kWebM, kMatroska };

  // Writes the header. `fd` is open for writing and empty, and stays its owner's; `name` is for
  // messages.
  static absl::StatusOr<std::unique_ptr<Muxer>> Create(
      int fd, const std::string& name, Container container,
      const std::vector<CodecParametersPtr>& streams);
  ~Muxer();

  // `time` is recording time; what is below 0 becomes 0.
  absl::Status Write(size_t stream, Bytes data, Duration time, Duration duration, bool key_frame);

  // Hands over the cluster that has been begun, but for its last audio packet: the library keeps
  // that back until it knows whether a key frame of video follows.
  absl::Status EndCluster();

  // Hands over everything, and adds index and duration.
  absl::Status Finish();

  // That the file has: all but what is not handed over yet.
  uint64_t size() const { return output_.size(); }
  // Of the earliest packet, and the latest end of one. Both 0 if there is none.
  Duration start() const { return std::min(start_, end_); }
  Duration end() const { return end_; }

 private:
  struct FreeContext {
    void operator()(AVFormatContext* context) const;
  };

  Muxer(int fd, std::string name);
  bool IsVideo(size_t stream) const;
  // Sets space aside for a packet of so many bytes, what is not handed over yet, and the index.
  absl::Status ReserveSpace(size_t bytes);
  absl::Status Result(int error, const char* action);

  std::string name_;
  MediaOutput output_;
  std::unique_ptr<AVFormatContext, FreeContext> context_;
  PacketPtr packet_;
  // By stream, in milliseconds: what the library requires never to fall.
  std::vector<int64_t> decoding_times_;
  // The disk was full.
  absl::Status full_;
  uint64_t pending_bytes_ = 0;  // of the cluster that has been begun, at most
  uint64_t index_entries_ = 0;  // at most
  Duration start_ = Duration::max();
  Duration end_{};
};

}  // namespace baton::record
