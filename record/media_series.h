// The media files of one participant (or of its screen, or of one track), one after another.
//
// The header of a file names its streams, so a file is begun when the tracks are known that have
// media: when both sound and pictures have come, and the publisher's reports have told how they lie
// to each other; or kPatience after the first frame. Until then frames are held. A track that comes
// later begins the next file in the same way, and then the others go over to it: sound at once,
// pictures at their next key frame. The earlier file is finished when nothing writes into it any
// more. A track that is published again as it was goes on in its stream, as long as the file is
// there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/time_point.h"
#include "record/finished_file.h"
#include "record/recording_files.h"
#include "record/stream_parameters.h"
#include "record/track_recorder.h"

#include "proto/record.pb.h"

namespace baton::record {

// Who is told what becomes of files, of media and of raw packets.
class FileListener {
 public:
  struct Begun {
    std::string name;
    std::string participant;
    std::vector<TrackRecorder*> tracks;
  };
  // A file has been begun; `notes` in the manifest are what it is known by from then on.
  virtual v1::Manifest::File& OnFileBegun(const Begun& file) = 0;
  virtual void OnFileFinished(v1::Manifest::File& notes, const FinishedFile& file) = 0;
  // A file (`name`, or one that could not be begun) has met an error. What was written stays.
  virtual void OnFileError(std::string_view name, const absl::Status& status) = 0;

 protected:
  ~FileListener() = default;
};

class MediaSeries final : public FrameSink {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(2);
  // After an error it is tried again, with a new file.
  static constexpr Duration kRetry = std::chrono::seconds(5);
  // Frames that are held; more begin the file.
  static constexpr size_t kMaxHeldBytes = size_t{32} << 20;
  // What is this much older than now comes no more, if nothing is waited for.
  static constexpr Duration kMaxDelay = std::chrono::milliseconds(500);

  struct Settings {
    std::string participant;
    std::string stem;           // of the files' names
    bool wait_for_both = true;  // sound and pictures are expected
  };

  // All of these outlive this.
  MediaSeries(Settings settings, RecordingFiles& files, FileListener& listener);

  void AddTrack(TrackRecorder& track);
  // Its last frame has come.
  void RemoveTrack(TrackRecorder& track, Duration now);
  bool empty() const { return tracks_.empty(); }

  // Of a track that was added.
  void OnFrame(TrackRecorder& track, Frame frame) override;

  // Recording time is `now`: several times a second.
  void HandleTick(Duration now);
  // Each second.
  void Sync();
  // All tracks have been removed, or the recording ends.
  void Finish();

  // A track is to go over to another file, or into its first.
  bool IsKeyFrameWanted(const TrackRecorder& track) const;

  uint64_t bytes_written() const;
  size_t open_files() const { return files_.size(); }

 private:
  struct File;
  struct Track {
    TrackRecorder* recorder = nullptr;
    bool has_media = false;
    bool needs_key_frame = false;  // before anything else is written
    StreamParameters parameters;
    File* file = nullptr;  // that it writes into
    size_t stream = 0;
  };
  struct File {
    std::unique_ptr<MediaTarget> target;
    v1::Manifest::File* notes = nullptr;
    std::vector<StreamParameters> streams;
    std::vector<std::string> names;         // of their tracks
    std::vector<TrackRecorder*> recorders;  // whose they are; null: it has been removed
    std::optional<Duration> first;          // time in it
  };
  struct Held {
    TrackRecorder* recorder;
    Frame frame;
  };

  Track& Find(const TrackRecorder& recorder);
  File* newest() { return files_.empty() ? nullptr : &files_.back(); }

  static void LearnParameters(Track& track, const Frame& frame);
  void Route(Track& track, const Frame& frame);
  bool TakeFreeStream(Track& track, File& file);
  void Hold(Track& track, Frame frame);
  bool IsComplete() const;
  void Begin();
  void WriteHeld();
  void GiveUpHeld();
  static void Lose(Track& track);
  void Write(Track& track, const Frame& frame);
  absl::Status Advance(File& file);
  bool IsUsed(const File& file) const;
  void FinishUnused();
  void FinishFile(std::list<File>::iterator file);
  void Fail(File& file, const absl::Status& status);

  const Settings settings_;
  RecordingFiles& output_;
  FileListener& listener_;
  std::vector<Track> tracks_;
  std::list<File> files_;  // the newest last
  std::deque<Held> held_;
  size_t held_bytes_ = 0;
  Duration now_{};
  std::optional<Duration> begin_by_;  // frames are held
  std::optional<Duration> retry_at_;
};

}  // namespace baton::record
