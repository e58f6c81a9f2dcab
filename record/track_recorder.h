// One track of a recording: from its packets to frames with their place in recording time.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/time_point.h"
#include "record/clock_log.h"
#include "record/depacketize/depacketizer.h"
#include "record/gap_log.h"
#include "record/media.h"
#include "record/reorder_buffer.h"
#include "record/timeline.h"
#include "record/track_info.h"
#include "rtp/packet.h"
#include "rtp/rtcp_body.h"

#include "proto/record.pb.h"

namespace baton::record {

class TrackRecorder;

// Where the frames of tracks go.
class FrameSink {
 public:
  // In decoding order.
  virtual void OnFrame(TrackRecorder& track, Frame frame) = 0;

 protected:
  ~FrameSink() = default;
};

class TrackRecorder final : private PacketSink {
 public:
  struct Counters {
    uint64_t packets = 0;
    uint64_t lost = 0;
    uint64_t late = 0;    // and duplicates
    uint64_t frames = 0;  // placed
    uint64_t frames_left_out = 0;
  };

  // Without `frames` (a raw recording) packets are counted and their gaps and clocks noted, and
  // nothing more. All of these outlive this; `start` is the recording's.
  TrackRecorder(TrackInfo info, TimePoint start, Timeline& timeline, FrameSink* frames,
                v1::Manifest::Track& notes);
  ~TrackRecorder();
  TrackRecorder(const TrackRecorder&) = delete;
  TrackRecorder& operator=(const TrackRecorder&) = delete;

  const TrackInfo& info() const { return info_; }
  v1::Manifest::Track& notes() { return notes_; }

  // Times do not go back, in all of these together.
  void OnRtp(const rtp::PacketView& packet, TimePoint now);
  void OnSenderReport(const rtp::SenderInfo& report, TimePoint now);
  void OnDropped(TimePoint now) { gaps_.OnDropped(now - start_); }
  void HandleDeadline(TimePoint now) { reorder_.HandleDeadline(now); }
  // No packet follows: hands on all that there is.
  void Flush(TimePoint now);

  // Where a frame that the sink was given belongs. Once for each frame that is written, in order.
  Duration Place(const Frame& frame);
  // A frame was given to the sink and will not be written.
  void LeaveOut() { ++left_out_; }

  // Of a frame of audio; 0 of video.
  Duration DurationOf(const Frame& frame) const;

  // Its frames lie to those of other tracks as the publisher's reports say.
  bool is_reported() const { return timeline_.IsReported(info_.id); }
  // Nothing is waited for: there is no packet that could be older than the last one.
  bool is_in_order() const { return reorder_.NextDeadline() == kNever; }
  // Until the publisher sends a key frame, nothing more comes.
  bool key_frame_wanted() const { return depacketizer_ && depacketizer_->key_frame_wanted(); }

  Counters counters() const;
  // Writes the counters into the notes.
  void UpdateNotes();

 private:
  void OnPacket(const TrackPacket& packet) override;
  void OnGap(const Gap& gap) override;
  void NoteClock(rtp::RtpTimestamp timestamp, Duration time);

  const TrackInfo info_;
  const TimePoint start_;
  Timeline& timeline_;
  FrameSink* const frames_;
  v1::Manifest::Track& notes_;
  GapLog gaps_;
  ClockLog clock_;
  ReorderBuffer reorder_{*this};
  std::unique_ptr<Depacketizer> depacketizer_;
  std::vector<Frame> ready_;
  uint64_t placed_ = 0;
  uint64_t left_out_ = 0;
  bool lost_ = false;  // packets before the next one; raw recordings
};

}  // namespace baton::record
