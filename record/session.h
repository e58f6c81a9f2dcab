// A recording, from the node's frames to its files. No thread, clock or socket: whoever reads the
// frames hands them in, and says how late it is when there are none.
//
// Time is the node's monotonic clock, as the frames of packets have it. A caller that has read all
// that there was tells the time by OnTime(); as long as frames wait to be read, their time is the
// session's, however far behind that is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/time_point.h"
#include "record/manifest.h"
#include "record/media_series.h"
#include "record/raw_recorder.h"
#include "record/recording_files.h"
#include "record/reports.h"
#include "record/tap_protocol.h"
#include "record/timeline.h"
#include "record/track_recorder.h"
#include "rtp/types.h"

#include "proto/record.pb.h"

namespace baton::record {

class Session {
 public:
  // More tracks at a time than this are not recorded.
  static constexpr size_t kMaxTracks = 1024;
  // Packets of this age may still be on their way through the node when nothing can be read.
  static constexpr Duration kMaxTransit = std::chrono::milliseconds(200);
  // How often what is due by time is done.
  static constexpr Duration kTick = std::chrono::milliseconds(50);
  static constexpr Duration kKeyFrameInterval = std::chrono::seconds(1);
  // A manifest on disk is not older.
  static constexpr Duration kManifestInterval = std::chrono::seconds(10);
  // The longest recording; times beyond it are no times.
  static constexpr Duration kMaxLength = std::chrono::hours(24 * 366 * 10);

  // `files` outlives this. `send` is called from within the functions below.
  Session(RecordingFiles& files, Reports::SendMessage send);
  ~Session();

  // INVALID_ARGUMENT: the frame makes no sense, and nothing can be made of those behind it. What a
  // packet has in it is never an error.
  absl::Status OnFrame(const TapFrame& frame);

  // There is nothing to read at `now`.
  void OnTime(TimePoint now);

  // Begin has come.
  bool has_begun() const { return keeper_ != nullptr; }
  // What End said, if it has come.
  const std::optional<std::string>& end_reason() const { return end_reason_; }

  // Finishes all files and the manifest, and sends Ended. Nothing may be called after it.
  void Finish(const std::string& reason);

 private:
  struct Track {
    std::unique_ptr<TrackRecorder> recorder;
    MediaSeries* series = nullptr;     // or
    std::unique_ptr<RawRecorder> raw;  // in a raw recording
    std::optional<TimePoint> key_frame_asked;
  };
  // Everything of one participant that is recorded now.
  struct Participant {
    explicit Participant(TimePoint start) : timeline(start) {}
    Timeline timeline;
    std::map<std::string, MediaSeries> series;  // by the stem of their files
    size_t tracks = 0;
  };

  absl::Status OnMessage(const v1::ToSink& message);
  absl::Status OnBegin(const v1::Begin& begin);
  std::optional<v1::Manifest> ReadEarlierManifest();
  void OnTrackAdded(const v1::TrackAdded& message);
  void OnTrackRemoved(const v1::TrackRemoved& message);
  absl::Status OnPacket(TimePoint left, Bytes packet);
  void OnRtp(Bytes packet);
  void OnRtcp(Bytes packet);
  void OnDropped(uint64_t packets);

  MediaSeries& SeriesOf(Participant& participant, const TrackInfo& info);
  void RemoveTrack(std::map<uint32_t, Track>::iterator track);
  Track* FindBySsrc(rtp::Ssrc ssrc);
  Duration position() const { return now_ - start_; }

  void Advance(TimePoint time);
  void HandleTick();
  void HandleSecond();
  void AskForKeyFrame(Track& track);
  static void Add(const TrackRecorder::Counters& counters, v1::Statistics& statistics);
  void SendStatistics();
  void WriteManifest();
  template <class Visit>
  void ForEachSeries(Visit visit);

  RecordingFiles& files_;
  Reports reports_;
  v1::Layout layout_ = v1::PARTICIPANT;
  int64_t start_us_ = 0;
  TimePoint start_;
  TimePoint now_;
  TimePoint next_tick_;
  TimePoint next_second_;

  std::unique_ptr<ManifestKeeper> keeper_;
  bool started_ = false;  // as the node has been told
  bool manifest_changed_ = false;
  TimePoint manifest_written_;

  std::map<std::string, Participant> participants_;
  std::map<uint32_t, Track> tracks_;  // by id
  std::map<rtp::Ssrc, uint32_t> ids_by_ssrc_;
  v1::Statistics past_;  // counts of what has been removed
  std::optional<std::string> end_reason_;
};

}  // namespace baton::record
