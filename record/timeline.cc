#include "record/timeline.h"

#include <algorithm>

#include "base/check.h"

namespace baton::record {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;

// Reports are averaged over about this long: they err by a frame where a publisher takes the
// timestamp of its last one, and drift moves them by a millisecond in that time.
constexpr Duration kSmoothing = std::chrono::seconds(10);

// How fast corrections are made: parts of 1000 of the time that passes. Nobody hears or sees it.
constexpr int64_t kAudioSlew = 5;
constexpr int64_t kVideoSlew = 50;
// All tracks of a participant together. Slower, because they are not all mapped up to the same
// instant.
constexpr int64_t kDelaySlew = 2;

constexpr Duration kLeastStep = std::chrono::microseconds(1);

constexpr Duration Clamp(Duration value, Duration limit) {
  return std::clamp(value, -limit, limit);
}

}  // namespace

Duration Timeline::MediaTime(const Track& track, int64_t rtp_time) {
  const int64_t rate = track.clock_rate;
  return std::chrono::seconds(rtp_time / rate) +
         Duration(rtp_time % rate * kNanosecondsPerSecond / rate);
}

// Within 68 years of wall_epoch_, across NTP's eras.
Duration Timeline::WallTime(uint64_t ntp) const {
  const auto since = static_cast<int64_t>(ntp - wall_epoch_);
  const int64_t fraction = since & 0xffffffff;
  return std::chrono::seconds(since >> 32) + Duration(fraction * kNanosecondsPerSecond >> 32);
}

std::optional<uint64_t> Timeline::WallClockAt(TrackId id, int64_t rtp_time) const {
  const Track& track = tracks_.at(id);
  if (!track.reported) return std::nullopt;
  const int64_t r = track.unwrapper.Near(rtp::RtpTimestamp(static_cast<uint32_t>(rtp_time)));
  const int64_t ns = (MediaTime(track, r) + track.wall).count();
  // Rounded down, so that the fraction is not negative.
  int64_t seconds = ns / kNanosecondsPerSecond;
  if (ns % kNanosecondsPerSecond < 0) --seconds;
  const auto fraction = static_cast<uint64_t>(ns - seconds * kNanosecondsPerSecond);
  return wall_epoch_ + (static_cast<uint64_t>(seconds) << 32) +
         (fraction << 32) / kNanosecondsPerSecond;
}

void Timeline::AddTrack(TrackId id, bool audio, uint32_t clock_rate) {
  BATON_CHECK(clock_rate >= kMinClockRate);
  Track track;
  track.audio = audio;
  track.clock_rate = clock_rate;
  BATON_CHECK(tracks_.emplace(id, track).second);
}

void Timeline::RemoveTrack(TrackId id) {
  if (step_ && step_->track == id) step_.reset();
  tracks_.erase(id);
}

bool Timeline::AnyReported() const {
  return std::any_of(tracks_.begin(), tracks_.end(),
                     [](const auto& entry) { return entry.second.reported; });
}

void Timeline::OnPacket(TrackId id, rtp::RtpTimestamp timestamp, TimePoint received) {
  Track& track = tracks_.at(id);
  if (track.unwrapper.started() && HasJumped(track, timestamp, received)) {
    track.arrivals.Reset();
    track.reported = false;
    track.jumped = true;
    // Timestamps are unwrapped anew, so that no number of jumps leads out of the range.
    track.unwrapper = {};
  }
  const bool begins = !track.unwrapper.started();
  const int64_t r = track.unwrapper.Unwrap(timestamp);
  track.highest = begins ? r : std::max(track.highest, r);
  const Duration arrival = received - start_ - MediaTime(track, r);
  track.arrivals.Add(arrival, received);
  if (track.reported) AddDelay(arrival - track.wall, received);
  if (track.early_report) {
    const Report report = *track.early_report;
    track.early_report.reset();
    OnSenderReport(id, report.ntp, report.timestamp, report.arrival);
  }
}

bool Timeline::HasJumped(const Track& track, rtp::RtpTimestamp timestamp,
                         TimePoint received) const {
  const int64_t r = track.unwrapper.Near(timestamp);
  const Duration back = MediaTime(track, track.highest) - MediaTime(track, r);
  if (back > (track.audio ? Duration::zero() : kMaxReordering)) return true;
  const Duration late = received - start_ - MediaTime(track, r) - *track.arrivals.value();
  return late < -kMaxSkew || late > kMaxDelay;
}

void Timeline::OnSenderReport(TrackId id, uint64_t ntp, rtp::RtpTimestamp timestamp,
                              TimePoint arrival) {
  Track& track = tracks_.at(id);
  if (ntp == 0) return;
  if (!track.unwrapper.started()) {
    track.early_report = Report{ntp, timestamp, arrival};
    return;
  }
  const Duration media = MediaTime(track, track.unwrapper.Near(timestamp));
  const Duration skew = arrival - start_ - media - *track.arrivals.value();
  if (skew < -kMaxSkew || skew > kMaxSkew) return;

  if (!AnyReported()) {
    wall_epoch_ = ntp;
    step_.reset();
    delays_.Reset();
    delay_used_ = false;
  }
  const Duration wall = WallTime(ntp) - media;
  if (track.reported) {
    TakeReport(id, wall, arrival);
  } else {
    TakeFirstReport(id, wall, ntp, arrival);
  }
  if (track.reported) AddDelay(arrival - start_ - WallTime(ntp), arrival);
}

void Timeline::TakeFirstReport(TrackId id, Duration wall, uint64_t ntp, TimePoint arrival) {
  // Another wall clock than that of the other tracks, or one that has just stepped, which they will
  // tell too.
  if (const auto usual = delays_.value()) {
    const Duration skew = arrival - start_ - WallTime(ntp) - *usual;
    if (skew < -kMaxSkew || skew > kMaxSkew) return;
  }
  Track& track = tracks_.at(id);
  track.wall = wall;
  track.reports = 1;
  track.last_report = arrival;
  ChooseReference(id);
  track.reported = true;
}

// Called before the track counts as reported. Where frames were mapped by arrivals, sound stays
// where it is, and the wall clock is put so that it does.
void Timeline::ChooseReference(TrackId id) {
  const Track& track = tracks_.at(id);
  const bool audio_known = std::any_of(tracks_.begin(), tracks_.end(), [](const auto& entry) {
    return entry.second.reported && entry.second.audio;
  });
  if (!track.mapped || track.jumped || audio_known || (!track.audio && AnyReported())) return;
  delay_ = track.correction - track.wall;
  delay_used_ = true;
}

void Timeline::TakeReport(TrackId id, Duration wall, TimePoint arrival) {
  Track& track = tracks_.at(id);
  const Duration difference = wall - track.wall;
  if (Clamp(difference, kMaxDrift) != difference) {
    TakeStep(id, difference);
    track.last_report = arrival;
    return;
  }
  if (step_ && step_->track != id) step_.reset();  // these reports have stepped too, or agree
  ++track.reports;
  const Duration passed = std::max(arrival - track.last_report, Duration::zero());
  const double by_time =
      static_cast<double>(passed.count()) / static_cast<double>((passed + kSmoothing).count());
  const double weight = std::max(1.0 / track.reports, by_time);
  track.wall += Duration(static_cast<int64_t>(weight * static_cast<double>(difference.count())));
  track.last_report = arrival;
}

// One of two clocks has stepped. If it is the wall clock, nothing moves: the epoch steps with it,
// by exactly as much, whichever track's report comes first. If another track then disagrees by the
// same in the other direction, it was the media clock of the first one.
void Timeline::TakeStep(TrackId id, Duration size) {
  if (step_ && step_->track != id && Clamp(size + step_->size, kMaxDrift) == size + step_->size) {
    Track& stepped = tracks_.at(step_->track);
    stepped.wall += step_->size;
    stepped.reports = 1;
    size = -step_->size;
    step_.reset();
  } else {
    step_ = Step{id, size};
  }
  // Multiplied in two parts, for the range.
  const int64_t seconds = size.count() / kNanosecondsPerSecond;
  const int64_t rest = size.count() % kNanosecondsPerSecond;
  wall_epoch_ += static_cast<uint64_t>(seconds) << 32;
  wall_epoch_ += static_cast<uint64_t>(rest * (int64_t{1} << 32) / kNanosecondsPerSecond);
}

void Timeline::AddDelay(Duration delay, TimePoint now) {
  delays_.Add(delay, now);
  const Duration difference = *delays_.value() - delay_;
  const Duration passed = now - delay_time_;
  if (!delay_used_ || Clamp(difference, kMaxSkew) != difference) {
    delay_ += difference;
  } else if (passed > Duration::zero()) {
    delay_ += Clamp(difference, std::min(passed, Duration(kMaxSlewed)) * kDelaySlew / 1000);
  }
  delay_time_ = std::max(delay_time_, now);
}

Duration Timeline::Target(const Track& track) const {
  return track.reported ? track.wall + delay_ : *track.arrivals.value();
}

// Moves the track towards `target`, as far as it may before the frame at `rtp_time`.
void Timeline::Correct(Track& track, Duration target, int64_t rtp_time) {
  const Duration missing = target - track.correction;
  const Duration passed = MediaTime(track, rtp_time) - MediaTime(track, track.newest);
  if (passed > kPause || Clamp(missing, kMaxSlewed) != missing) {
    track.correction = target;
  } else if (passed > Duration::zero()) {
    track.correction += Clamp(missing, passed * (track.audio ? kAudioSlew : kVideoSlew) / 1000);
  }
}

Duration Timeline::Map(TrackId id, int64_t rtp_time, TimePoint received) {
  Track& track = tracks_.at(id);
  BATON_CHECK(track.unwrapper.started());
  const int64_t r = track.unwrapper.Near(rtp::RtpTimestamp(static_cast<uint32_t>(rtp_time)));
  const Duration target = Target(track);
  const bool begins = !track.mapped || track.jumped;
  if (begins) {
    track.correction = target;
  } else {
    Correct(track, target, r);
  }
  if (track.reported) delay_used_ = true;

  // A frame of before a jump, or a clock that nobody should believe, does not reach into the
  // future.
  const Duration latest_possible = received - start_ + kMaxSkew;
  Duration time = std::min(MediaTime(track, r) + track.correction, latest_possible);
  time = std::max(time, Duration::zero());
  if (track.mapped && (begins || r > track.newest)) {
    time = std::max(time, track.latest + kLeastStep);
  }
  if (begins || r > track.newest) {
    track.newest = r;
    track.latest = time;
  }
  track.mapped = true;
  track.jumped = false;
  return time;
}

}  // namespace baton::record
