// A track as its publisher sends it: one or several encodings of a picture, or sound. It answers
// what subscribers ask for by way of the relay: packets again, key frames.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "base/time_point.h"
#include "relay/model.h"
#include "rtp/types.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/media/frame_source.h"
#include "tests/sim/peers/rtp_sender.h"

namespace baton::sim {

struct PublicationConfig {
  uint32_t track = 0;  // its number in the run
  relay::MediaKind kind = relay::MediaKind::kAudio;
  std::vector<RtpSender::Config> encodings;    // from the lowest
  std::vector<VideoEncoder::Config> encoders;  // of video: one for each
  Duration frame_interval = std::chrono::milliseconds(20);
  size_t audio_payload = 100;  // bytes
  // Sound stops from time to time, as it does without a voice.
  bool silences = false;
};

class Publication final : public Actor {
 public:
  Publication(const PublicationConfig& config, Random random, Scheduler& scheduler,
              PacketSink& sink);

  uint32_t track() const { return config_.track; }
  bool running() const { return running_; }
  std::span<const std::unique_ptr<RtpSender>> senders() const { return senders_; }

  void Start();
  // Sends nothing any more; Start() goes on.
  void Pause() { ++generation_, running_ = false; }
  // The program that sends starts anew, which takes it a while.
  void Restart(TimePoint now, Duration pause);
  // Encodings of a picture come and go with what the publisher's network can carry; the lowest is
  // always there. `count`: 1..encodings.
  void LimitEncodings(size_t count);

  // Each is false if the SSRC is of none of the track's encodings.
  bool Resend(uint32_t ssrc, uint16_t sequence);
  bool RequestKeyFrame(uint32_t ssrc);

  // The next frame is due.
  void Happen(TimePoint now, uint64_t what) override;

 private:
  void SendVideo(TimePoint now);
  void SendAudio(TimePoint now);

  PublicationConfig config_;
  Random random_;
  Scheduler& scheduler_;
  std::vector<std::unique_ptr<RtpSender>> senders_;
  std::vector<VideoEncoder> encoders_;
  size_t active_ = 0;  // encodings, from the lowest
  uint32_t next_audio_frame_ = 0;
  uint32_t silent_frames_ = 0;
  uint64_t generation_ = 0;
  bool running_ = false;
};

}  // namespace baton::sim
