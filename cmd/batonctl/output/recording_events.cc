#include "cmd/batonctl/output/recording_events.h"

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/output/recording_views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string Track(const std::string& publisher, const std::string& track) {
  return absl::StrCat(publisher, "/", track);
}

std::string HookText(const v1::RecordingHookDone& done) {
  return absl::StrCat(done.file(), done.ok() ? " done" : " failed: ", done.text());
}

}  // namespace

EventDescription DescribeRecording(const v1::Event& event) {
  switch (event.body_case()) {
    case v1::Event::kRecordingStarted: {
      const v1::Recording& recording = event.recording_started().recording();
      return {recording.name(), absl::StrCat("room ", recording.room())};
    }
    case v1::Event::kRecordingRestarted:
      return {event.recording_restarted().recording(),
              absl::StrCat("segment ", event.recording_restarted().segment())};
    case v1::Event::kRecordingTrackAdded: {
      const v1::RecordingTrackAdded& added = event.recording_track_added();
      return {added.recording(), Track(added.track().publisher(), added.track().track())};
    }
    case v1::Event::kRecordingTrackRemoved: {
      const v1::RecordingTrackRemoved& removed = event.recording_track_removed();
      return {removed.recording(), Track(removed.publisher(), removed.track())};
    }
    case v1::Event::kRecordingFileFinished: {
      const v1::RecordingFileFinished& finished = event.recording_file_finished();
      return {finished.recording(),
              absl::StrCat(finished.file().name(), " ", finished.file().bytes(), " bytes")};
    }
    case v1::Event::kRecordingTrouble: {
      const v1::RecordingTrouble& trouble = event.recording_trouble();
      return {trouble.recording(),
              absl::StrCat(trouble.trouble().code(), ": ", trouble.trouble().text())};
    }
    case v1::Event::kRecordingStopping:
      return {event.recording_stopping().recording(), event.recording_stopping().reason()};
    case v1::Event::kRecordingEnded: {
      const v1::Recording& recording = event.recording_ended().recording();
      return {recording.name(),
              absl::StrCat(FormatState(recording.state()), ": ", recording.end_reason())};
    }
    case v1::Event::kRecordingHookDone:
      return {event.recording_hook_done().recording(), HookText(event.recording_hook_done())};
    case v1::Event::kRecordingDeleted:
      return {event.recording_deleted().recording(), event.recording_deleted().reason()};
    default:
      return {};
  }
}

}  // namespace baton::cli
