// Where the media of one participant belongs in recording time. Pure.
//
// Three clocks take part. A track's media clock counts the ticks of its RTP timestamps. RTCP sender
// reports (RFC 3550 section 6.4.1) tell which instant of the publisher's wall clock belongs to a
// timestamp; all tracks of a participant have that clock in common, so it decides how they lie to
// each other. The arrivals of packets and reports tie it to the node's monotonic clock, which is
// the recording's: that of them all which was held up the least shows where the participant lies
// to others.
//
//   recording time = media clock + (wall clock - media clock) + (arrival - wall clock)
//                                  by the track's reports       by the participant's arrivals
//
// Before a track's first report its own arrivals have to do. What is learned later never tears a
// track: a correction is spread over what follows, slowly for sound and faster for pictures, and is
// made at once only where there is a gap anyway, or where it is too large to be anything but a jump
// of a clock. When reports come to know where sound and pictures lie, the pictures move.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/time_point.h"
#include "record/timestamp_unwrapper.h"
#include "record/windowed_minimum.h"
#include "rtp/types.h"

namespace baton::record {

class Timeline {
 public:
  using TrackId = uint32_t;

  // By how much the wall clock and a media clock may disagree from one report to the next; more is
  // a step of one of them.
  static constexpr Duration kMaxDrift = std::chrono::milliseconds(100);
  // What lies so far from where arrivals say that it belongs is not believed.
  static constexpr Duration kMaxSkew = std::chrono::seconds(3);
  // A packet that seems later than this is not late: its media clock has jumped. Nothing on the way
  // holds packets for so long.
  static constexpr Duration kMaxDelay = std::chrono::seconds(10);
  // Pictures may come in another order than they are shown, but not by more. Sounds never do.
  static constexpr Duration kMaxReordering = std::chrono::seconds(1);
  // A correction that is larger is made at once.
  static constexpr Duration kMaxSlewed = std::chrono::seconds(1);
  // In a pause that is longer, corrections are made at once.
  static constexpr Duration kPause = std::chrono::milliseconds(500);

  // Slower clocks could not tell when a sound was.
  static constexpr uint32_t kMinClockRate = 1000;

  // `start` of the recording, on the clock of all arrivals.
  explicit Timeline(TimePoint start) : start_(start) {}

  // `id` is not taken; `clock_rate` in Hz, at least kMinClockRate.
  void AddTrack(TrackId id, bool audio, uint32_t clock_rate);
  void RemoveTrack(TrackId id);

  // All of these take the id of a track that there is.

  // A packet of the track, in the order of its sequence numbers. Frames of earlier timestamps are
  // mapped before.
  void OnPacket(TrackId id, rtp::RtpTimestamp timestamp, TimePoint received);

  // A sender report of the track. `ntp` is 32.32 fixed point seconds, since whenever the publisher
  // likes; 0 is none (the publisher has no wall clock) and is ignored.
  void OnSenderReport(TrackId id, uint64_t ntp, rtp::RtpTimestamp timestamp, TimePoint arrival);

  // A report has told how the track lies to others of the participant.
  bool IsReported(TrackId id) const { return tracks_.at(id).reported; }

  // Recording time of a frame, after the OnPacket() of its first packet; `received` is of that
  // packet. Not negative. A newer timestamp always gives a later time than all before; an older one
  // (H.264's B-frames) an earlier one than those newer than it, as far as they are near.
  Duration Map(TrackId id, int64_t rtp_time, TimePoint received);

  // What the publisher's wall clock showed at that timestamp. Nothing unless IsReported().
  std::optional<uint64_t> WallClockAt(TrackId id, int64_t rtp_time) const;

 private:
  struct Report {
    uint64_t ntp = 0;
    rtp::RtpTimestamp timestamp;
    TimePoint arrival;
  };
  struct Track {
    bool audio = false;
    uint32_t clock_rate = 1;
    TimestampUnwrapper unwrapper;
    int64_t highest = 0;       // timestamp of a packet
    WindowedMinimum arrivals;  // recording time of arrival - media clock

    std::optional<Report> early_report;  // came before the first packet
    bool reported = false;
    Duration wall{};  // wall clock - media clock, smoothed
    uint32_t reports = 0;
    TimePoint last_report;

    bool mapped = false;
    bool jumped = false;    // the next frame begins anew
    Duration correction{};  // recording time - media clock, as frames have it
    int64_t newest = 0;     // timestamp that was mapped
    Duration latest{};      // time that was given
  };
  // A step of the wall clock that one track's reports showed. If those of another contradict it, it
  // was that track's media clock that stepped.
  struct Step {
    TrackId track;
    Duration size;
  };

  static Duration MediaTime(const Track& track, int64_t rtp_time);
  Duration WallTime(uint64_t ntp) const;
  bool HasJumped(const Track& track, rtp::RtpTimestamp timestamp, TimePoint received) const;
  bool AnyReported() const;
  void TakeFirstReport(TrackId id, Duration wall, uint64_t ntp, TimePoint arrival);
  void TakeReport(TrackId id, Duration wall, TimePoint arrival);
  void TakeStep(TrackId id, Duration size);
  void ChooseReference(TrackId id);
  void AddDelay(Duration delay, TimePoint now);
  Duration Target(const Track& track) const;
  static void Correct(Track& track, Duration target, int64_t rtp_time);

  const TimePoint start_;
  std::map<TrackId, Track> tracks_;

  uint64_t wall_epoch_ = 0;  // NTP timestamp at which wall time is 0; follows the clock's steps
  std::optional<Step> step_;
  WindowedMinimum delays_;   // recording time of arrival - wall time, of all reported tracks
  Duration delay_{};         // follows delays_
  bool delay_used_ = false;  // frames were mapped with it
  TimePoint delay_time_;
};

}  // namespace baton::record
