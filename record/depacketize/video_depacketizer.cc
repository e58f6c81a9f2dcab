#include "record/depacketize/video_depacketizer.h"

#include <algorithm>
#include <utility>

namespace baton::record {

VideoDepacketizer::VideoDepacketizer(std::unique_ptr<FrameBuilder> builder)
    : builder_(std::move(builder)) {}

void VideoDepacketizer::Take(const TrackPacket& packet, std::vector<Frame>& frames) {
  if (packet.payload.empty()) return;
  if (picture_ && lost_ > 0) Damage();
  if (picture_ && picture_->timestamp != packet.timestamp) End(frames);
  const bool first = !picture_;
  if (first) Begin(packet);
  const bool ends = Add(packet, first);
  if (ends || packet.marker) End(frames);
}

void VideoDepacketizer::Lost(const Gap& gap) {
  lost_ += gap.count;
  counters_.packets_lost += gap.count;
  discontinuity_ = true;
}

void VideoDepacketizer::Flush(std::vector<Frame>& frames) {
  if (picture_ && lost_ > 0) Damage();
  if (picture_) End(frames);
}

void VideoDepacketizer::Begin(const TrackPacket& packet) {
  picture_ = Picture{.timestamp = packet.timestamp,
                     .received = packet.received,
                     .lost_before = std::exchange(lost_, 0)};
  builder_->Reset();
}

bool VideoDepacketizer::Add(const TrackPacket& packet, bool first) {
  const bool beginning_may_be_missing = first && (!joined_ || picture_->lost_before > 0);
  joined_ = true;
  lost_ = 0;
  picture_->received = std::min(picture_->received, packet.received);
  const FrameBuilder::Part part = builder_->Add(packet.payload);
  if (!part.ok) ++counters_.packets_malformed;
  if (!part.ok || (beginning_may_be_missing && !part.begins_picture)) Damage();
  return part.ends_picture;
}

void VideoDepacketizer::Damage() {
  if (std::exchange(picture_->damaged, true)) return;
  builder_->Break();
}

void VideoDepacketizer::End(std::vector<Frame>& frames) {
  const Picture picture = *std::exchange(picture_, std::nullopt);
  const int64_t rtp_time = timestamps_.Unwrap(picture.timestamp);
  Frame frame;
  auto outcome = FrameBuilder::Outcome::kBroken;
  if (!picture.damaged) outcome = builder_->Finish(frame);
  if (outcome == FrameBuilder::Outcome::kNoPicture) {
    lost_ += picture.lost_before;
    return;
  }
  const bool complete = outcome == FrameBuilder::Outcome::kFrame;
  if (!gate_.Pass(builder_->facts(), {.complete = complete,
                                      .key_frame = complete && frame.key_frame,
                                      .lost_before = picture.lost_before})) {
    ++counters_.frames_left_out;
    discontinuity_ = true;
    return;
  }
  frame.rtp_time = rtp_time;
  frame.received = picture.received;
  frame.discontinuity = std::exchange(discontinuity_, false);
  ++counters_.frames;
  if (frame.key_frame) ++counters_.key_frames;
  frames.push_back(std::move(frame));
}

}  // namespace baton::record
