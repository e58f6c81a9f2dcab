#include "record/timeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"

namespace baton::record {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Timeline::TrackId kAudio = 1;
constexpr Timeline::TrackId kVideo = 2;
constexpr Duration kSync = milliseconds(20);
const TimePoint kStart = TimePoint(seconds(1000));

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }
Duration FromSeconds(double value) { return Duration(static_cast<int64_t>(value * 1e9)); }
Duration Distance(Duration a, Duration b) { return a < b ? b - a : a - b; }

// What a track of the simulated publisher does, and what the network does to it.
struct TrackModel {
  uint32_t clock_rate = 90'000;
  uint32_t first_timestamp = 0;
  double drift_ppm = 0;  // of the media clock, against the node's
  Duration interval = milliseconds(20);
  Duration encoding{};  // from capture until the packet is sent
  Duration report_interval = seconds(5);
  Duration first_report{};  // when, since the start
  double report_loss = 0;
  int64_t timestamp_step = 0;  // ticks, from step_at on
  std::optional<Duration> step_at;
};

struct Model {
  TrackModel audio{.clock_rate = 48'000, .encoding = milliseconds(20)};
  TrackModel video{.interval = milliseconds(40), .encoding = milliseconds(60)};
  double wall_drift_ppm = 0;
  uint64_t ntp_start = uint64_t{3'900'000'000} << 32;
  double wall_step = 0;  // seconds, from wall_step_at on
  Duration wall_step_at = Duration::max();
  Duration delay = milliseconds(30);
  Duration jitter{};  // the mean of what comes on top of `delay`
  Duration length = minutes(1);
  uint64_t seed = 1;
};

// A frame: when it was captured and where the timeline put it.
struct Placed {
  Duration captured;
  Duration time;
};

class Simulation {
 public:
  explicit Simulation(const Model& model) : model_(model), random_(model.seed), timeline_(kStart) {
    timeline_.AddTrack(kAudio, true, model.audio.clock_rate);
    timeline_.AddTrack(kVideo, false, model.video.clock_rate);
    AddTrack(kAudio, model.audio);
    AddTrack(kVideo, model.video);
    std::stable_sort(events_.begin(), events_.end(),
                     [](const Event& a, const Event& b) { return a.arrival < b.arrival; });
    for (const Event& event : events_) Deliver(event);
  }

  const std::vector<Placed>& audio() const { return placed_[0]; }
  const std::vector<Placed>& video() const { return placed_[1]; }
  Timeline& timeline() { return timeline_; }

  // The largest difference between where sound and picture of one instant lie, over the instants
  // from `from` to `to`.
  Duration WorstSync(Duration from, Duration to) const {
    Duration worst{};
    for (const Placed& picture : video()) {
      if (picture.captured < from || picture.captured > to) continue;
      const auto sound = std::lower_bound(
          audio().begin(), audio().end(), picture.captured,
          [](const Placed& placed, Duration captured) { return placed.captured < captured; });
      if (sound == audio().end()) continue;
      const Duration aligned = sound->time - (sound->captured - picture.captured);
      worst = std::max(worst, Distance(aligned, picture.time));
    }
    return worst;
  }

  // How far media lies from where it was captured, the network's delay included.
  Duration WorstPlace(const std::vector<Placed>& frames, Duration from) const {
    Duration worst{};
    for (const Placed& frame : frames) {
      if (frame.captured >= from) worst = std::max(worst, Distance(frame.time, frame.captured));
    }
    return worst;
  }

 private:
  struct Event {
    TimePoint arrival;
    Timeline::TrackId track = 0;
    bool report = false;
    uint64_t ntp = 0;
    uint32_t timestamp = 0;
    Duration captured;
  };

  Duration Jitter() {
    if (model_.jitter == Duration::zero()) return {};
    const double uniform = (random_.U32() + 1.0) / 4294967297.0;
    return FromSeconds(std::min(-std::log(uniform), 8.0) * Seconds(model_.jitter));
  }

  static uint32_t Timestamp(const TrackModel& track, Duration at) {
    const double ticks = Seconds(at) * (1 + track.drift_ppm * 1e-6) * track.clock_rate;
    int64_t timestamp = static_cast<int64_t>(std::llround(ticks)) + track.first_timestamp;
    if (track.step_at && at >= *track.step_at) timestamp += track.timestamp_step;
    return static_cast<uint32_t>(timestamp);
  }

  uint64_t Ntp(Duration at) const {
    double since = Seconds(at) * (1 + model_.wall_drift_ppm * 1e-6);
    if (at >= model_.wall_step_at) since += model_.wall_step;
    return model_.ntp_start + static_cast<uint64_t>(static_cast<int64_t>(since * 4294967296.0));
  }

  void AddTrack(Timeline::TrackId id, const TrackModel& track) {
    TimePoint last = kStart;
    for (Duration at{}; at < model_.length; at += track.interval) {
      last = std::max(last, kStart + at + track.encoding + model_.delay + Jitter());
      events_.push_back(
          {.arrival = last, .track = id, .timestamp = Timestamp(track, at), .captured = at});
    }
    for (Duration at = track.first_report; at < model_.length; at += track.report_interval) {
      if (random_.U32() < track.report_loss * 4294967296.0) continue;
      events_.push_back({.arrival = kStart + at + model_.delay + Jitter(),
                         .track = id,
                         .report = true,
                         .ntp = Ntp(at),
                         .timestamp = Timestamp(track, at)});
    }
  }

  void Deliver(const Event& event) {
    if (event.report) {
      timeline_.OnSenderReport(event.track, event.ntp, rtp::RtpTimestamp(event.timestamp),
                               event.arrival);
      return;
    }
    timeline_.OnPacket(event.track, rtp::RtpTimestamp(event.timestamp), event.arrival);
    const Duration time = timeline_.Map(event.track, event.timestamp, event.arrival);
    auto& placed = placed_[event.track == kAudio ? 0 : 1];
    if (!placed.empty()) {
      EXPECT_GT(time, placed.back().time);
    }
    EXPECT_LE(time, event.arrival - kStart + Timeline::kMaxSkew);
    placed.push_back({event.captured, time});
  }

  const Model model_;
  Random random_;
  Timeline timeline_;
  std::vector<Event> events_;
  std::vector<Placed> placed_[2];
};

// Reports before the second packets, so that all of the recording is held to the bound.
void ReportAtOnce(Model& model) {
  model.audio.first_report = milliseconds(25);
  model.video.first_report = milliseconds(65);
}

TEST(TimelineTest, WithoutReportsArrivalsPlaceTheTracks) {
  Model model;
  model.audio.first_report = model.video.first_report = minutes(5);
  const Simulation simulation(model);
  for (const Placed& frame : simulation.audio()) {
    EXPECT_EQ(frame.time, frame.captured + milliseconds(50));
  }
  for (const Placed& frame : simulation.video()) {
    EXPECT_EQ(frame.time, frame.captured + milliseconds(90));
  }
}

TEST(TimelineTest, ReportsPlaceTracksByCapture) {
  Model model;
  ReportAtOnce(model);
  const Simulation simulation(model);
  EXPECT_LE(simulation.WorstSync(seconds(3), model.length), milliseconds(1));
  EXPECT_LE(simulation.WorstPlace(simulation.audio(), {}), milliseconds(60));
}

TEST(TimelineTest, MediaClocksThatDriftStayTogetherForTenMinutes) {
  for (const auto& [audio_ppm, video_ppm, wall_ppm] :
       {std::tuple{100.0, 0.0, 0.0}, std::tuple{-100.0, 100.0, 0.0}, std::tuple{0.0, 0.0, 100.0},
        std::tuple{100.0, -100.0, -100.0}}) {
    for (uint64_t seed = 1; seed <= 5; ++seed) {
      Model model;
      model.seed = seed;
      Random random(seed);
      ReportAtOnce(model);
      model.audio.first_timestamp = random.U32();
      model.video.first_timestamp = random.U32();
      model.audio.drift_ppm = audio_ppm;
      model.video.drift_ppm = video_ppm;
      model.wall_drift_ppm = wall_ppm;
      model.jitter = milliseconds(10);
      model.length = minutes(10) + seconds(2);
      const Simulation simulation(model);
      EXPECT_LE(simulation.WorstSync(seconds(3), model.length), kSync) << "seed " << seed;
      EXPECT_LE(simulation.WorstPlace(simulation.audio(), {}), milliseconds(150));
    }
  }
}

TEST(TimelineTest, NetworksThatLoseReportsAndDelayThemAreNoMatter) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    Model model;
    model.seed = seed;
    Random random(seed * 1000);
    ReportAtOnce(model);
    model.audio.first_timestamp = random.U32();
    model.video.first_timestamp = random.U32();
    model.audio.drift_ppm = 100;
    model.video.drift_ppm = -100;
    model.audio.report_loss = model.video.report_loss = 0.5;
    model.jitter = milliseconds(40);
    model.length = minutes(3);
    const Simulation simulation(model);
    EXPECT_LE(simulation.WorstSync(seconds(30), model.length), kSync) << "seed " << seed;
  }
}

TEST(TimelineTest, LateFirstReportsBringTracksTogetherWithoutATear) {
  Model model;
  model.video.encoding = milliseconds(300);
  model.audio.first_report = seconds(7);
  model.video.first_report = seconds(12);
  const Simulation simulation(model);
  EXPECT_GT(simulation.WorstSync({}, seconds(5)), milliseconds(200));
  EXPECT_LE(simulation.WorstSync(seconds(20), model.length), milliseconds(2));
  for (const auto* frames : {&simulation.audio(), &simulation.video()}) {
    const bool audio = frames == &simulation.audio();
    for (size_t i = 1; i < frames->size(); ++i) {
      const Duration step = (*frames)[i].time - (*frames)[i - 1].time;
      const Duration expected = (*frames)[i].captured - (*frames)[i - 1].captured;
      EXPECT_LE(Distance(step, expected), expected * (audio ? 8 : 60) / 1000);
    }
  }
}

TEST(TimelineTest, AVideoReportThatComesFirstLeavesSoundWhereItIs) {
  Model model;
  model.video.encoding = milliseconds(200);
  model.video.first_report = seconds(3);
  model.audio.first_report = seconds(8);
  const Simulation simulation(model);
  EXPECT_LE(simulation.WorstSync(seconds(15), model.length), milliseconds(2));
  for (const Placed& frame : simulation.audio()) {
    EXPECT_LE(Distance(frame.time, frame.captured), milliseconds(60));
  }
}

TEST(TimelineTest, TimestampsWrap) {
  Model model;
  ReportAtOnce(model);
  model.audio.first_timestamp = 0xffffffff - 5 * 48'000;
  model.video.first_timestamp = 0xffffffff - 20 * 90'000;
  const Simulation simulation(model);
  EXPECT_LE(simulation.WorstSync(seconds(3), model.length), milliseconds(1));
  EXPECT_LE(simulation.WorstPlace(simulation.audio(), {}), milliseconds(60));
}

TEST(TimelineTest, AMediaClockThatJumpsGoesOnWhereItsPacketsArrive) {
  for (const int64_t step : {int64_t{-1'000'000'000}, int64_t{1'000'000'000}, int64_t{-90'000} * 11,
                             int64_t{90'000} * 4}) {
    Model model;
    ReportAtOnce(model);
    model.video.step_at = seconds(20);
    model.video.timestamp_step = step;
    const Simulation simulation(model);
    EXPECT_LE(simulation.WorstPlace(simulation.video(), {}), milliseconds(200)) << step;
    EXPECT_LE(simulation.WorstSync(seconds(3), seconds(19)), milliseconds(1)) << step;
    EXPECT_LE(simulation.WorstSync(seconds(35), model.length), kSync) << step;
    EXPECT_LE(simulation.WorstPlace(simulation.audio(), {}), milliseconds(60)) << step;
  }
}

TEST(TimelineTest, AMediaClockThatJumpsALittleIsCorrectedByReports) {
  for (const int64_t step : {90'000, -135'000, 45'000, 20'000}) {
    Model model;
    ReportAtOnce(model);
    model.video.step_at = seconds(20);
    model.video.timestamp_step = step;
    const Simulation simulation(model);
    EXPECT_LE(simulation.WorstSync(seconds(50), model.length), kSync) << step;
    EXPECT_LE(simulation.WorstPlace(simulation.audio(), {}), milliseconds(60)) << step;
  }
}

TEST(TimelineTest, SoundWhoseClockStepsBackGoesOn) {
  Model model;
  ReportAtOnce(model);
  model.audio.step_at = seconds(20);
  model.audio.timestamp_step = -4800;
  const Simulation simulation(model);
  EXPECT_LE(simulation.WorstSync(seconds(35), model.length), kSync);
}

TEST(TimelineTest, TheWrongYearIsNoMatter) {
  // Also 0.5 s before NTP's era ends, and a clock that began at almost 0.
  for (const uint64_t ntp : {uint64_t{1}, uint64_t{3'000'000'000} << 32,
                             uint64_t{0xffffffff} << 32 | 0x80000000, uint64_t{12345} << 32}) {
    Model model;
    ReportAtOnce(model);
    model.ntp_start = ntp;
    const Simulation simulation(model);
    EXPECT_LE(simulation.WorstSync(seconds(3), model.length), milliseconds(1)) << ntp;
  }
}

TEST(TimelineTest, AWallClockThatStepsMovesNothing) {
  for (const double step : {0.3, -0.3, 3600.0, -86400.0 * 365 * 40}) {
    for (const int at : {20, 22, 24}) {
      Model model;
      ReportAtOnce(model);
      model.video.first_report = seconds(2);
      model.jitter = milliseconds(20);
      model.wall_step = step;
      model.wall_step_at = seconds(at);
      const Simulation simulation(model);
      EXPECT_LE(simulation.WorstSync(seconds(10), model.length), kSync) << step << " at " << at;
      EXPECT_LE(simulation.WorstPlace(simulation.audio(), {}), milliseconds(120));
      EXPECT_LE(simulation.WorstPlace(simulation.video(), {}), milliseconds(250));
    }
  }
}

TEST(TimelineTest, AFirstReportThatWasWrongIsForgotten) {
  Timeline timeline(kStart);
  timeline.AddTrack(kAudio, true, 48'000);
  timeline.AddTrack(kVideo, false, 90'000);
  Duration audio{};
  Duration video{};
  for (int64_t ms = 0; ms < 30'000; ms += 20) {
    const TimePoint now = kStart + milliseconds(ms);
    const rtp::RtpTimestamp audio_timestamp(static_cast<uint32_t>(ms * 48));
    const rtp::RtpTimestamp video_timestamp(static_cast<uint32_t>(ms * 90));
    timeline.OnPacket(kAudio, audio_timestamp, now);
    timeline.OnPacket(kVideo, video_timestamp, now);
    if (ms % 1000 == 0) {
      const uint64_t ntp = (uint64_t{1000} + static_cast<uint64_t>(ms) / 1000) << 32;
      timeline.OnSenderReport(kAudio, ntp, audio_timestamp, now);
      // By 400 ms.
      const uint32_t error = ms == 0 ? 36'000 : 0;
      timeline.OnSenderReport(kVideo, ntp, rtp::RtpTimestamp(video_timestamp.value() + error), now);
    }
    audio = timeline.Map(kAudio, audio_timestamp.value(), now);
    video = timeline.Map(kVideo, video_timestamp.value(), now);
  }
  EXPECT_LE(Distance(audio, video), milliseconds(5));
}

TEST(TimelineTest, PausesStayGaps) {
  Timeline timeline(kStart);
  timeline.AddTrack(kAudio, true, 48'000);
  timeline.OnPacket(kAudio, rtp::RtpTimestamp(1000), kStart + milliseconds(10));
  EXPECT_EQ(timeline.Map(kAudio, 1000, kStart + milliseconds(10)), milliseconds(10));
  const TimePoint later = kStart + minutes(20) + milliseconds(10);
  const auto timestamp = static_cast<uint32_t>(1000 + 20 * 60 * 48'000);
  timeline.OnPacket(kAudio, rtp::RtpTimestamp(timestamp), later);
  EXPECT_EQ(timeline.Map(kAudio, timestamp, later), minutes(20) + milliseconds(10));
}

TEST(TimelineTest, PausesInWhichTheMediaClockStandsStayGaps) {
  Timeline timeline(kStart);
  timeline.AddTrack(kVideo, false, 90'000);
  timeline.OnPacket(kVideo, rtp::RtpTimestamp(0), kStart);
  timeline.Map(kVideo, 0, kStart);
  timeline.OnPacket(kVideo, rtp::RtpTimestamp(3000), kStart + minutes(1));
  EXPECT_EQ(timeline.Map(kVideo, 3000, kStart + minutes(1)), minutes(1));
}

TEST(TimelineTest, ABurstAfterAStallIsWhereItWasCaptured) {
  Timeline timeline(kStart);
  timeline.AddTrack(kAudio, true, 48'000);
  for (int64_t ms = 0; ms < 20'000; ms += 20) {
    const bool stalled = ms >= 5'000 && ms < 13'000;
    const TimePoint arrival = kStart + milliseconds(stalled ? 13'000 : ms);
    const auto timestamp = static_cast<uint32_t>(ms * 48);
    timeline.OnPacket(kAudio, rtp::RtpTimestamp(timestamp), arrival);
    EXPECT_EQ(timeline.Map(kAudio, timestamp, arrival), milliseconds(ms));
  }
}

TEST(TimelineTest, OlderTimestampsAreEarlier) {
  Timeline timeline(kStart);
  timeline.AddTrack(kVideo, false, 90'000);
  Duration times[4];
  const uint32_t order[] = {0, 9000, 3000, 6000};
  for (size_t i = 0; i < 4; ++i) {
    const TimePoint now = kStart + milliseconds(100 * i);
    timeline.OnPacket(kVideo, rtp::RtpTimestamp(order[i]), now);
    times[i] = timeline.Map(kVideo, order[i], now);
  }
  EXPECT_LT(times[0], times[2]);
  EXPECT_LT(times[2], times[3]);
  EXPECT_LT(times[3], times[1]);
}

TEST(TimelineTest, TheWallClockOfAFrameIsTold) {
  Timeline timeline(kStart);
  timeline.AddTrack(kVideo, false, 90'000);
  timeline.OnPacket(kVideo, rtp::RtpTimestamp(90'000), kStart);
  EXPECT_EQ(timeline.WallClockAt(kVideo, 90'000), std::nullopt);
  timeline.OnSenderReport(kVideo, 0, rtp::RtpTimestamp(90'000), kStart);  // no wall clock
  EXPECT_FALSE(timeline.IsReported(kVideo));
  const uint64_t ntp = uint64_t{3'900'000'000} << 32;
  timeline.OnSenderReport(kVideo, ntp, rtp::RtpTimestamp(90'000), kStart);
  EXPECT_EQ(timeline.WallClockAt(kVideo, 90'000), ntp);
  EXPECT_EQ(timeline.WallClockAt(kVideo, 135'000), ntp + 0x80000000);
  EXPECT_EQ(timeline.WallClockAt(kVideo, 45'000), ntp - 0x80000000);
}

TEST(TimelineTest, AnotherWallClockThanThatOfTheOtherTracksIsNotUsed) {
  Model model;
  ReportAtOnce(model);
  Simulation simulation(model);
  Timeline& timeline = simulation.timeline();
  timeline.AddTrack(3, false, 90'000);
  const TimePoint now = kStart + model.length;
  timeline.OnPacket(3, rtp::RtpTimestamp(5), now);
  timeline.OnSenderReport(3, uint64_t{77} << 32, rtp::RtpTimestamp(5), now);
  EXPECT_FALSE(timeline.IsReported(3));
  EXPECT_EQ(timeline.Map(3, 5, now), model.length);
}

TEST(TimelineTest, JumpsBeyondCountStayInRange) {
  Timeline timeline(kStart);
  timeline.AddTrack(kVideo, false, Timeline::kMinClockRate);
  Random random(5);
  uint32_t timestamp = 0;
  TimePoint now = kStart;
  for (int i = 0; i < 100'000; ++i) {
    timestamp += 0x7fffffff;
    now += milliseconds(1);
    timeline.OnPacket(kVideo, rtp::RtpTimestamp(timestamp), now);
    timeline.OnSenderReport(kVideo, random(), rtp::RtpTimestamp(timestamp), now);
    const Duration time = timeline.Map(kVideo, timestamp, now);
    ASSERT_LE(Distance(time, now - kStart), Timeline::kMaxSkew);
  }
}

}  // namespace
}  // namespace baton::record
