// A media file of a recording: WebM (VP8, VP9, AV1, Opus only) or Matroska, without transcoding.
//
//   auto file = MediaFile::Create(directory, FileStem("alice"), {microphone, camera});
//   file->Write(0, opus_packet, time, duration, true);  // as they come, of all streams
//   file->AdvanceTo(1, time);                           // "the camera will have nothing before
//   that" file->Sync();                                       // each second at least FinishedFile
//   finished = *file->Finish();
//
// Time is recording time: 0 is the start of the recording, in every file of it, and nothing is
// shifted. A stream that begins late has its first time stamp there; pauses stay gaps. Containers
// have milliseconds.
//
// Frames of all streams are put in order of time, which costs a wait: a frame is held until each
// other stream has come as far, by a frame or by AdvanceTo(), or until a frame has come that is
// kMaxHold later. What comes later still is written where the file is then, with its own time; no
// frame is ever left out for being late.
//
// After a crash of the process at any moment, everything up to the last cluster is in the file and
// can be read: a cluster is a quarter of a second of recording time, is written as a whole, and
// ends earlier at Sync(). An index and the duration come with Finish(), or by Repair().
//
// A full disk is RESOURCE_EXHAUSTED, for that frame and all later ones. Room for what has been
// taken and for the index is set aside (where the file system can do that), so that Finish() gives
// a whole file of what came before. Any other error of the disk is the answer of every later call;
// then the file is cut back to its last whole cluster, and stays `NAME.part`.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "record/finished_file.h"
#include "record/recording_directory.h"
#include "record/stream_parameters.h"

namespace baton::record {

class Interleaver;
class Muxer;

class MediaFile {
 public:
  // More than the longest that a receiver waits for a retransmission.
  static constexpr Duration kMaxHold = std::chrono::seconds(2);

  // Frames held beyond that are written although their turn has not come.
  static constexpr size_t kMaxHeldBytes = size_t{32} << 20;

  // Creates `STEM.webm.part` or `STEM.mkv.part`, with its header. INVALID_ARGUMENT: a stream that
  // no container takes, or parameters that are missing.
  static absl::StatusOr<MediaFile> Create(RecordingDirectory& directory, std::string_view stem,
                                          const std::vector<StreamParameters>& streams);
  MediaFile(MediaFile&&) noexcept;
  MediaFile& operator=(MediaFile&&) noexcept;
  // Writes what is held, without index and duration: the file stays `NAME.part`.
  ~MediaFile();

  // What it will be called: "alice-2.webm".
  const std::string& name() const { return part_.name(); }

  // Takes one frame of the stream with this index in `streams`: in decoding order, so that the
  // time, which is that of presentation, may go back a little (H.264 with B-frames). `duration` may
  // be 0. Times before 0 become 0; times that go back by more than 10 s within a stream are brought
  // up to that.
  absl::Status Write(size_t stream, Bytes data, Duration time, Duration duration, bool key_frame);

  // No frame of the stream before `time` is still to come.
  absl::Status AdvanceTo(size_t stream, Duration time);

  // Ends the cluster and waits until what is written is on the disk.
  absl::Status Sync();

  // Writes what is held, the index and the duration, and gives the file its name. Reads it once as
  // a whole, for its SHA-256. After an error it is still `NAME.part`. Call at most once.
  absl::StatusOr<FinishedFile> Finish();

  uint64_t bytes_written() const;

 private:
  MediaFile(PartFile part, std::unique_ptr<Muxer> muxer, size_t streams);
  absl::Status WriteHeld(bool all);

  PartFile part_;
  std::unique_ptr<Muxer> muxer_;
  std::unique_ptr<Interleaver> interleaver_;
  // Of fdatasync(2), which tells it once.
  absl::Status sync_error_;
};

}  // namespace baton::record
