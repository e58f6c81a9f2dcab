#include "tests/sim/peers/publication.h"

#include <algorithm>

#include "tests/sim/engine/random_stream.h"

namespace baton::sim {

Publication::Publication(const PublicationConfig& config, Random random, Scheduler& scheduler,
                         PacketSink& sink)
    : config_(config), random_(random), scheduler_(scheduler) {
  for (const RtpSender::Config& encoding : config_.encodings) {
    senders_.push_back(std::make_unique<RtpSender>(encoding, Random(random_()), sink));
  }
  for (const VideoEncoder::Config& encoder : config_.encoders) {
    encoders_.emplace_back(encoder, Random(random_()));
  }
  active_ = encoders_.size();
}

void Publication::Start() {
  if (running_) return;
  running_ = true;
  scheduler_.After(Between(random_, Duration{}, config_.frame_interval), *this, generation_);
}

void Publication::Restart(TimePoint now, Duration pause) {
  if (running_) scheduler_.At(now + pause, *this, ++generation_);
  for (const auto& sender : senders_) sender->Restart(now + pause);
  for (VideoEncoder& encoder : encoders_) encoder.RequestKeyFrame();
}

bool Publication::Resend(uint32_t ssrc, uint16_t sequence) {
  for (const auto& sender : senders_) {
    if (sender->ssrc() != ssrc) continue;
    sender->Resend(sequence);
    return true;
  }
  return false;
}

bool Publication::RequestKeyFrame(uint32_t ssrc) {
  for (size_t i = 0; i < encoders_.size(); ++i) {
    if (senders_[i]->ssrc() != ssrc) continue;
    encoders_[i].RequestKeyFrame();
    return true;
  }
  return false;
}

void Publication::Happen(TimePoint now, uint64_t what) {
  if (what != generation_) return;
  if (config_.kind == relay::MediaKind::kVideo) {
    SendVideo(now);
  } else {
    SendAudio(now);
  }
  scheduler_.After(config_.frame_interval, *this, generation_);
}

void Publication::LimitEncodings(size_t count) {
  count = std::min(count, encoders_.size());
  // One that comes back begins with a key frame.
  for (size_t i = active_; i < count; ++i) encoders_[i].RequestKeyFrame();
  active_ = count;
}

void Publication::SendVideo(TimePoint now) {
  for (size_t i = 0; i < active_; ++i) {
    senders_[i]->SendFrame(now, encoders_[i].NextFrame());
  }
}

void Publication::SendAudio(TimePoint now) {
  if (silent_frames_ > 0) {
    --silent_frames_;
    return;
  }
  if (config_.silences && random_.OneIn(200)) {
    silent_frames_ = static_cast<uint32_t>(Between(random_, 10, 150));
  }
  SourceFrame frame;
  frame.identity.number = next_audio_frame_++;
  frame.identity.key = true;
  frame.payload_sizes = {config_.audio_payload / 2 + random_.Below(config_.audio_payload)};
  senders_[0]->SendFrame(now, frame);
}

}  // namespace baton::sim
