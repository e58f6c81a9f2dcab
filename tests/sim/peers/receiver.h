// A subscriber's side of one leg, as a real receiver has it: it reorders, asks for what is missing
// (NACK), asks for a key frame when it is stuck (PLI), reports, and decodes.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>

#include "base/time_point.h"
#include "rtp/rtcp_body.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/media/payload.h"
#include "tests/sim/media/rtp_wire.h"
#include "tests/sim/peers/decoder_model.h"
#include "tests/sim/peers/frame_buffer.h"
#include "tests/sim/peers/loss_list.h"

namespace baton::sim {

// Where a receiver's requests go.
class FeedbackSink {
 public:
  virtual ~FeedbackSink() = default;
  virtual void SendNack(uint32_t ssrc, std::span<const uint16_t> lost) = 0;
  virtual void SendPictureLoss(uint32_t ssrc) = 0;
};

// Whoever has to know what receivers see.
class ReceiverObserver {
 public:
  virtual ~ReceiverObserver() = default;
  // A frame that looked decodable refers to something that was not decoded. `sequence`: its last
  // packet's.
  virtual void OnGarbage(uint32_t leg, const ReceivedFrame& frame, uint16_t sequence) = 0;
};

struct ReceiverConfig {
  uint32_t leg = 0;  // its number in the run
  std::string name;  // of the leg
  uint32_t ssrc = 0;
  std::optional<uint32_t> rtx_ssrc;
  bool video = false;
  PayloadForm form = PayloadForm::kBare;
  DecoderModel::Continuity continuity = DecoderModel::Continuity::kPictureId;
  Duration patience = std::chrono::milliseconds(400);
  bool nacks = true;
  LossList::Config loss;
  Duration picture_loss_interval = std::chrono::milliseconds(700);
};

class Receiver final : public Actor {
 public:
  // The others outlive this.
  Receiver(const ReceiverConfig& config, Scheduler& scheduler, Trace& trace, FeedbackSink& feedback,
           ReceiverObserver& observer);

  const ReceiverConfig& config() const { return config_; }

  // A packet of the leg, in the order of arrival, and one of its RTX.
  void OnPacket(TimePoint now, const WirePacket& packet);
  void OnRetransmission(TimePoint now, const WirePacket& packet);
  // The leg is no more: nothing happens any longer.
  void Stop() { stopped_ = true; }

  // The latest frame that was shown, or packet that was played; TimePoint{}: none.
  TimePoint last_shown() const { return last_shown_; }
  uint64_t shown() const { return shown_; }
  uint64_t packets() const { return packets_; }
  uint64_t nacks() const { return nacks_; }
  uint64_t picture_losses() const { return picture_losses_; }
  // A sender report for the leg; and a block about it for our own report, if there is anything to
  // say.
  void OnSenderReport(TimePoint now, const rtp::SenderInfo& info);
  std::optional<rtp::ReportBlock> Report(TimePoint now);

  void Happen(TimePoint now, uint64_t what) override;

 private:
  void BeginAnew();
  int64_t PassFillers(int64_t sequence) const;
  void Decode(TimePoint now);
  void DecodeFrame(TimePoint now, const ReceivedFrame& frame);
  void Show(TimePoint now, uint64_t what);
  void Ask(TimePoint now);
  void WantKeyFrame(TimePoint now);
  void PlanTick(TimePoint now);

  ReceiverConfig config_;
  Scheduler& scheduler_;
  Trace& trace_;
  FeedbackSink& feedback_;
  ReceiverObserver& observer_;

  FrameBuffer frames_;
  DecoderModel decoder_;
  LossList losses_;
  std::optional<int64_t> highest_;
  std::optional<int64_t> newest_timestamp_;
  std::set<int64_t> fillers_;              // numbers of empty packets, which are part of no frame
  std::optional<int64_t> resolved_until_;  // the last number of the latest frame that was told
  uint32_t stale_ = 0;                     // packets in a row that were too old
  bool wants_key_frame_ = false;
  TimePoint picture_loss_sent_{};
  TimePoint next_tick_ = kNever;
  bool stopped_ = false;

  TimePoint last_shown_{};
  uint64_t shown_ = 0;
  uint64_t packets_ = 0;
  uint64_t nacks_ = 0;
  uint64_t picture_losses_ = 0;
  uint32_t last_sender_report_ = 0;
  TimePoint sender_report_came_{};
  int64_t first_ = 0;
  int64_t expected_before_ = 0;  // as of the latest report
  uint64_t received_before_ = 0;
};

}  // namespace baton::sim
