#include "cmd/batonctl/output/recording_views.h"

#include <time.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/input/terms.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/table.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string LayoutText(v1::RecordingLayout layout) {
  switch (layout) {
    case v1::RECORDING_LAYOUT_TRACK:
      return "track";
    case v1::RECORDING_LAYOUT_RAW:
      return "raw";
    default:
      return "participant";
  }
}

std::string SizeText(uint64_t bytes) {
  constexpr std::array<std::pair<double, const char*>, 3> kUnits = {
      {{1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}};
  const auto value = static_cast<double>(bytes);
  for (const auto& [unit, name] : kUnits) {
    if (value >= unit) return absl::StrFormat("%.1f %s", value / unit, name);
  }
  return absl::StrCat(bytes, " B");
}

std::string SecondsText(uint64_t us) {
  return us == 0 ? "" : absl::StrFormat("%.1f s", static_cast<double>(us) / 1e6);
}

std::string SelectionText(const v1::TrackSelection& selection) {
  std::string text =
      selection.patterns().empty() ? "all" : absl::StrJoin(selection.patterns(), ", ");
  if (selection.kind() == v1::MEDIA_KIND_AUDIO) absl::StrAppend(&text, " (audio)");
  if (selection.kind() == v1::MEDIA_KIND_VIDEO) absl::StrAppend(&text, " (video)");
  return text;
}

std::string TrackLines(const v1::Recording& recording) {
  Table table({{"TRACK"}, {"CODEC"}});
  for (const v1::RecordedTrack& track : recording.tracks()) {
    table.Add({absl::StrCat(track.publisher(), "/", track.track()), FormatCodec(track.codec())});
  }
  return absl::StrCat("\n", table.Render());
}

std::string FileLines(const v1::Recording& recording) {
  Table table(
      {{"FILE"}, {"STATE"}, {"SIZE", Align::kRight}, {"LENGTH", Align::kRight}, {"SHA256"}});
  for (const v1::RecordedFile& file : recording.files()) {
    table.Add({file.name(), file.finished() ? "finished" : "being written",
               file.finished() ? SizeText(file.bytes()) : "", SecondsText(file.duration_us()),
               file.sha256()});
  }
  return absl::StrCat("\n", table.Render());
}

std::string TroubleLines(const v1::Recording& recording) {
  std::string lines = "\n";
  const auto shown = static_cast<uint64_t>(recording.troubles_size());
  if (recording.trouble_count() > shown) {
    absl::StrAppend(&lines, recording.trouble_count() - shown, " troubles more, and then:\n");
  }
  for (const v1::RecordingTroubleNote& trouble : recording.troubles()) {
    absl::StrAppend(&lines, "trouble: ", FormatUnixTime(trouble.at_unix_us()), "  ",
                    SafeText(trouble.code()), "  ", SafeText(trouble.text()), "\n");
  }
  return lines;
}

}  // namespace

std::string FormatUnixTime(uint64_t unix_us) {
  if (unix_us == 0) return "";
  const auto seconds = static_cast<time_t>(unix_us / 1'000'000);
  tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> text;
  return std::string(text.data(), strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc));
}

std::string FormatState(v1::RecordingState state) {
  switch (state) {
    case v1::RECORDING_STATE_STARTING:
      return "starting";
    case v1::RECORDING_STATE_RUNNING:
      return "running";
    case v1::RECORDING_STATE_RESTARTING:
      return "restarting";
    case v1::RECORDING_STATE_STOPPING:
      return "stopping";
    case v1::RECORDING_STATE_ENDED:
      return "ended";
    case v1::RECORDING_STATE_FAILED:
      return "failed";
    default:
      return "unknown";
  }
}

std::string RecordingTable(const List<v1::Recording>& recordings) {
  Table table({{"NAME"},
               {"ROOM"},
               {"STATE"},
               {"STARTED"},
               {"SIZE", Align::kRight},
               {"BACKLOG", Align::kRight},
               {"DROPPED", Align::kRight},
               {"LOST", Align::kRight},
               {"TROUBLES", Align::kRight}});
  for (const v1::Recording& recording : recordings) {
    table.Add({recording.name(), recording.room(), FormatState(recording.state()),
               FormatUnixTime(recording.started_unix_us()), SizeText(recording.bytes()),
               SizeText(recording.backlog_bytes()), absl::StrCat(recording.dropped()),
               absl::StrCat(recording.lost()), absl::StrCat(recording.trouble_count())});
  }
  return table.Render();
}

std::string RecordingView(const v1::Recording& recording) {
  FieldList fields;
  fields.Add("recording", recording.name());
  fields.Add("room", recording.room());
  fields.Add("state", FormatState(recording.state()));
  fields.Add("directory", recording.directory());
  fields.Add("tracks", SelectionText(recording.selection()));
  fields.Add("layout", LayoutText(recording.layout()));
  fields.Add("segment", absl::StrCat(recording.segment()));
  fields.Add("started", FormatUnixTime(recording.started_unix_us()));
  fields.Add("ended", FormatUnixTime(recording.ended_unix_us()));
  fields.Add("end reason", recording.end_reason());
  fields.Add("size", SizeText(recording.bytes()));
  fields.Add("backlog", SizeText(recording.backlog_bytes()));
  fields.Add("dropped packets", absl::StrCat(recording.dropped()));
  fields.Add("lost packets", absl::StrCat(recording.lost()));
  std::string view = fields.Render();
  if (!recording.tracks().empty()) absl::StrAppend(&view, TrackLines(recording));
  if (!recording.files().empty()) absl::StrAppend(&view, FileLines(recording));
  if (recording.trouble_count() > 0) absl::StrAppend(&view, TroubleLines(recording));
  return view;
}

}  // namespace baton::cli
