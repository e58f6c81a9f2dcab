// The manifest of a recording, as it grows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "record/finished_file.h"
#include "record/track_info.h"

#include "proto/record.pb.h"

namespace baton::record {

// What it hands out as references stays where it is.
class ManifestKeeper {
 public:
  // `earlier` is the manifest of the segment before: what it says is kept.
  ManifestKeeper(const v1::Begin& begin, std::optional<v1::Manifest> earlier);

  v1::Manifest::Track& AddTrack(const TrackInfo& info, Duration time);
  static void RemoveTrack(v1::Manifest::Track& track, const std::string& reason, Duration time);

  // `tracks` get the file's name too.
  v1::Manifest::File& AddFile(const std::string& name, const std::string& participant,
                              const std::vector<v1::Manifest::Track*>& tracks);
  void FinishFile(v1::Manifest::File& notes, const FinishedFile& file);

  void AddDropped(uint64_t packets);

  // The time that the segment has come to, and its length so far.
  void Advance(Duration time);
  // The segment has ended, and the recording with it.
  void End(const std::string& reason, Duration time);

  const v1::Manifest& manifest() const { return manifest_; }

 private:
  v1::Manifest::Participant& ParticipantOf(const std::string& name);
  void Rename(const std::string& from, const std::string& to);

  v1::Manifest manifest_;
  v1::Manifest::Segment* segment_ = nullptr;
  const int64_t start_us_;
};

}  // namespace baton::record
