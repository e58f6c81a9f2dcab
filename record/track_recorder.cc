#include "record/track_recorder.h"

#include <algorithm>
#include <utility>

namespace baton::record {

TrackRecorder::TrackRecorder(TrackInfo info, TimePoint start, Timeline& timeline, FrameSink* frames,
                             v1::Manifest::Track& notes)
    : info_(std::move(info)),
      start_(start),
      timeline_(timeline),
      frames_(frames),
      notes_(notes),
      gaps_(notes),
      clock_(notes, info_.codec.clock_rate) {
  timeline_.AddTrack(info_.id, info_.audio, info_.codec.clock_rate);
  if (frames_) depacketizer_ = MakeDepacketizer(info_.codec);
}

TrackRecorder::~TrackRecorder() { timeline_.RemoveTrack(info_.id); }

void TrackRecorder::OnRtp(const rtp::PacketView& packet, TimePoint now) {
  reorder_.Insert(packet, now);
}

void TrackRecorder::OnSenderReport(const rtp::SenderInfo& report, TimePoint now) {
  timeline_.OnSenderReport(info_.id, report.ntp_timestamp, report.rtp_timestamp, now);
}

void TrackRecorder::OnPacket(const TrackPacket& packet) {
  if (!depacketizer_) {
    timeline_.OnPacket(info_.id, packet.timestamp, packet.received);
    const Duration time = timeline_.Map(info_.id, packet.timestamp.value(), packet.received);
    NoteClock(packet.timestamp, time);
    gaps_.OnFrame(time, {}, std::exchange(lost_, false));
    return;
  }
  depacketizer_->Take(packet, ready_);
  // The timeline learns of the packet between the frames of before and its own.
  const auto own = std::find_if(ready_.begin(), ready_.end(), [&](const Frame& frame) {
    return static_cast<uint32_t>(frame.rtp_time) == packet.timestamp.value();
  });
  for (auto frame = ready_.begin(); frame != own; ++frame)
    frames_->OnFrame(*this, std::move(*frame));
  timeline_.OnPacket(info_.id, packet.timestamp, packet.received);
  for (auto frame = own; frame != ready_.end(); ++frame) frames_->OnFrame(*this, std::move(*frame));
  ready_.clear();
}

void TrackRecorder::OnGap(const Gap& gap) {
  if (depacketizer_) depacketizer_->Lost(gap);
  gaps_.OnLost(gap.count);
  lost_ = true;
}

void TrackRecorder::Flush(TimePoint now) {
  reorder_.Flush();
  if (depacketizer_) {
    depacketizer_->Flush(ready_);
    for (Frame& frame : ready_) frames_->OnFrame(*this, std::move(frame));
    ready_.clear();
  }
  gaps_.OnEnd(now - start_);
}

Duration TrackRecorder::DurationOf(const Frame& frame) const {
  return Duration(int64_t{frame.duration} * 1'000'000'000 / info_.codec.clock_rate);
}

Duration TrackRecorder::Place(const Frame& frame) {
  const Duration time = timeline_.Map(info_.id, frame.rtp_time, frame.received);
  NoteClock(rtp::RtpTimestamp(static_cast<uint32_t>(frame.rtp_time)), time);
  gaps_.OnFrame(time, DurationOf(frame), frame.discontinuity);
  ++placed_;
  return time;
}

void TrackRecorder::NoteClock(rtp::RtpTimestamp timestamp, Duration time) {
  if (!clock_.IsDue(timestamp.value(), time)) return;
  clock_.Add(timestamp.value(), time, timeline_.WallClockAt(info_.id, timestamp.value()));
}

TrackRecorder::Counters TrackRecorder::counters() const {
  const ReorderBuffer::Counters& order = reorder_.counters();
  Counters counters;
  counters.packets = order.delivered + order.duplicates + order.late + order.stray;
  counters.lost = order.lost;
  counters.late = order.duplicates + order.late + order.stray;
  counters.frames = placed_;
  counters.frames_left_out = left_out_;
  if (depacketizer_) counters.frames_left_out += depacketizer_->counters().frames_left_out;
  return counters;
}

void TrackRecorder::UpdateNotes() {
  const Counters now = counters();
  notes_.set_packets(now.packets);
  notes_.set_lost(now.lost);
  notes_.set_frames(now.frames);
  notes_.set_frames_left_out(now.frames_left_out);
}

}  // namespace baton::record
