#include "cmd/batonctl/output/statistics_view.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cmd/batonctl/output/table.h"
#include "cmd/batonctl/output/views.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string JitterText(uint32_t jitter, uint32_t clock_rate) {
  return absl::StrFormat("%.1f", JitterMs(jitter, clock_rate));
}

// Empty: not known.
std::string RoundTripText(uint64_t round_trip_us) {
  if (round_trip_us == 0) return "";
  return absl::StrFormat("%.1f", static_cast<double>(round_trip_us) / 1000);
}

std::string TrackStatisticsTable(const v1::RoomStatistics& statistics) {
  Table table({{"TRACK"},
               {"RID"},
               {"PACKETS", Align::kRight},
               {"BYTES", Align::kRight},
               {"LOST", Align::kRight},
               {"JITTER MS", Align::kRight},
               {"RTT MS", Align::kRight},
               {"IDLE MS", Align::kRight},
               {"NACKED", Align::kRight},
               {"RESENT", Align::kRight},
               {"PLI", Align::kRight},
               {"KEY FRAMES", Align::kRight},
               {"LEVEL", Align::kRight}});
  for (const v1::TrackStatistics& track : statistics.tracks()) {
    const bool audio = track.kind() == v1::MEDIA_KIND_AUDIO;
    for (const v1::EncodingStatistics& encoding : track.encodings()) {
      table.Add({absl::StrCat(track.endpoint(), "/", track.track()), encoding.rid(),
                 absl::StrCat(encoding.packets()), absl::StrCat(encoding.bytes()),
                 absl::StrCat(encoding.lost()), JitterText(encoding.jitter(), track.clock_rate()),
                 RoundTripText(track.round_trip_us()), absl::StrCat(encoding.idle_ms()),
                 absl::StrCat(encoding.nacked()), absl::StrCat(encoding.retransmitted()),
                 absl::StrCat(encoding.key_frame_requests()), absl::StrCat(encoding.key_frames()),
                 audio ? absl::StrCat("-", track.level()) : ""});
    }
  }
  return table.Render();
}

std::string LegStatisticsTable(const v1::RoomStatistics& statistics) {
  std::map<std::string, uint32_t> clock_rates;
  for (const v1::TrackStatistics& track : statistics.tracks()) {
    clock_rates[absl::StrCat(track.endpoint(), "/", track.track())] = track.clock_rate();
  }
  Table table({{"SUBSCRIBER"},
               {"TRACK"},
               {"LAYER"},
               {"WANTED"},
               {"PACKETS", Align::kRight},
               {"BYTES", Align::kRight},
               {"DROPPED", Align::kRight},
               {"LOST", Align::kRight},
               {"JITTER MS", Align::kRight},
               {"RTT MS", Align::kRight},
               {"NACKED", Align::kRight},
               {"RESENT", Align::kRight},
               {"PLI", Align::kRight},
               {"PAUSED"}});
  for (const v1::LegStatistics& leg : statistics.legs()) {
    const std::string track = FormatTrack(leg.leg());
    table.Add({leg.leg().subscriber(), track, leg.has_current() ? FormatLayer(leg.current()) : "",
               FormatLayer(leg.wanted()), absl::StrCat(leg.packets()), absl::StrCat(leg.bytes()),
               absl::StrCat(leg.dropped()), absl::StrCat(leg.lost()),
               JitterText(leg.jitter(), clock_rates[track]), RoundTripText(leg.round_trip_us()),
               absl::StrCat(leg.nacked()), absl::StrCat(leg.retransmitted()),
               absl::StrCat(leg.key_frame_requests()), leg.paused() ? "yes" : "no"});
  }
  return table.Render();
}

}  // namespace

std::string RoomStatisticsView(const v1::RoomStatistics& statistics) {
  return absl::StrCat(TrackStatisticsTable(statistics), "\n", LegStatisticsTable(statistics));
}

double JitterMs(uint32_t jitter, uint32_t clock_rate) {
  return clock_rate == 0 ? 0 : jitter * 1000.0 / clock_rate;
}

}  // namespace baton::cli
