#include "tests/sim/peers/receiver.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "rtp/ntp.h"

namespace baton::sim {
namespace {

// After so long without a picture the numbers of a descriptor may have wrapped: only a key frame
// helps.
constexpr Duration kTooLongWithoutPicture = std::chrono::seconds(2);

// How soon after a packet what was missing is looked at again, at the earliest.
constexpr Duration kTick = std::chrono::milliseconds(5);

// With more old packets than this in a row it is not they who are wrong.
constexpr uint32_t kTooManyStale = 30;

// How far back numbers of empty packets are of interest.
constexpr int64_t kFillersKept = 1000;

}  // namespace

Receiver::Receiver(const ReceiverConfig& config, Scheduler& scheduler, Trace& trace,
                   FeedbackSink& feedback, ReceiverObserver& observer)
    : config_(config),
      scheduler_(scheduler),
      trace_(trace),
      feedback_(feedback),
      observer_(observer),
      frames_(config.patience),
      decoder_(config.continuity),
      losses_(config.loss) {}

void Receiver::OnPacket(TimePoint now, const WirePacket& packet) {
  if (stopped_) return;
  ++packets_;
  if (trace_.FollowsNumber(config_.leg, packet.sequence)) {
    trace_.Tell(now, config_.name, absl::StrCat("receives packet ", packet.sequence));
  }
  const int64_t sequence =
      Unwrap(highest_.value_or(int64_t{1} << 20 | packet.sequence), packet.sequence);
  if (!highest_) first_ = sequence;
  highest_ = std::max(highest_.value_or(sequence), sequence);
  const int64_t timestamp =
      newest_timestamp_
          ? *newest_timestamp_ +
                static_cast<int32_t>(packet.timestamp - static_cast<uint32_t>(*newest_timestamp_))
          : int64_t{1} << 40 | packet.timestamp;
  newest_timestamp_ = std::max(newest_timestamp_.value_or(timestamp), timestamp);
  if (!config_.video) return Show(now, packet.timestamp);

  if (config_.nacks && !losses_.Arrived(now, sequence)) WantKeyFrame(now);
  if (packet.payload.empty()) fillers_.insert(sequence);
  const std::optional<PayloadView> payload = PeekPayload(config_.form, packet.payload);
  if (!payload) return;
  stale_ = frames_.Add(now, sequence, timestamp, packet.marker, *payload) ? 0 : stale_ + 1;
  if (stale_ > kTooManyStale) BeginAnew();
  Decode(now);
  PlanTick(now);
}

// RFC 4588: the payload begins with the number of the packet that is sent again.
void Receiver::OnRetransmission(TimePoint now, const WirePacket& packet) {
  if (packet.payload.size() < 2) return;
  WirePacket original = packet;
  original.ssrc = config_.ssrc;
  original.sequence = LoadU16(packet.payload.data());
  original.payload = packet.payload.subspan(2);
  OnPacket(now, original);
}

// A damaged timestamp had put the receiver into the future.
void Receiver::BeginAnew() {
  frames_ = FrameBuffer(config_.patience);
  newest_timestamp_.reset();
  resolved_until_.reset();
  stale_ = 0;
  decoder_.Reset();
}

int64_t Receiver::PassFillers(int64_t sequence) const {
  while (fillers_.contains(sequence)) ++sequence;
  return sequence;
}

void Receiver::Decode(TimePoint now) {
  if (decoder_.started() && now - last_shown_ > kTooLongWithoutPicture) decoder_.Reset();
  const auto continues_at = [this]() -> std::optional<int64_t> {
    if (!decoder_.started() || !resolved_until_) return std::nullopt;
    return PassFillers(*resolved_until_ + 1);
  };
  while (const std::optional<ReceivedFrame> frame = frames_.Take(now, continues_at())) {
    resolved_until_ = frame->last_sequence;
    losses_.ForgetBefore(frame->first_sequence);
    fillers_.erase(fillers_.begin(), fillers_.lower_bound(frame->first_sequence - kFillersKept));
    DecodeFrame(now, *frame);
  }
}

void Receiver::DecodeFrame(TimePoint now, const ReceivedFrame& frame) {
  const int64_t continues_at =
      decoder_.started() ? PassFillers(decoder_.last_sequence() + 1) : frame.first_sequence;
  if (!decoder_.SeemsDecodable(frame, continues_at)) {
    // Of a higher temporal layer, and what it refers to was given up: the lowest one goes on.
    if (decoder_.started() && decoder_.GoesOnWithout(frame)) return;
    return WantKeyFrame(now);
  }
  if (!decoder_.IsDecodable(frame)) {
    observer_.OnGarbage(config_.leg, frame, static_cast<uint16_t>(frame.last_sequence));
  }
  decoder_.Decode(frame);
  wants_key_frame_ = false;
  Show(now, frame.identity.number);
}

void Receiver::Show(TimePoint now, uint64_t what) {
  last_shown_ = now;
  ++shown_;
  trace_.Note(TraceEvent::kFrameShown, config_.leg, what);
  if (config_.video && trace_.FollowsLeg(config_.leg)) {
    trace_.Tell(now, config_.name, absl::StrCat("shows frame ", what));
  }
}

void Receiver::WantKeyFrame(TimePoint now) {
  decoder_.Reset();
  wants_key_frame_ = true;
  if (now - picture_loss_sent_ < config_.picture_loss_interval) return;
  picture_loss_sent_ = now;
  ++picture_losses_;
  if (trace_.FollowsLeg(config_.leg)) trace_.Tell(now, config_.name, "asks for a key frame");
  feedback_.SendPictureLoss(config_.ssrc);
}

void Receiver::Ask(TimePoint now) {
  if (const std::optional<int64_t> oldest = frames_.oldest(); oldest && resolved_until_) {
    losses_.ForgetBefore(std::min(*oldest, *resolved_until_ + 1));
  }
  const std::vector<uint16_t> due = losses_.TakeDue(now);
  if (due.empty()) return;
  nacks_ += due.size();
  for (const uint16_t sequence : due) {
    if (!trace_.FollowsNumber(config_.leg, sequence)) continue;
    trace_.Tell(now, config_.name, absl::StrCat("asks for packet ", sequence, " again"));
  }
  feedback_.SendNack(config_.ssrc, due);
}

void Receiver::PlanTick(TimePoint now) {
  TimePoint next = frames_.deadline();
  if (config_.nacks) next = std::min(next, losses_.next());
  if (wants_key_frame_) next = std::min(next, picture_loss_sent_ + config_.picture_loss_interval);
  if (next == kNever) return;
  next = std::max(next, now + kTick);
  if (next >= next_tick_) return;
  next_tick_ = next;
  scheduler_.At(next, *this);
}

void Receiver::Happen(TimePoint now, uint64_t /*what*/) {
  if (now != next_tick_) return;
  next_tick_ = kNever;
  if (stopped_) return;
  Decode(now);
  if (config_.nacks) Ask(now);
  if (wants_key_frame_) WantKeyFrame(now);
  PlanTick(now);
}

void Receiver::OnSenderReport(TimePoint now, const rtp::SenderInfo& info) {
  last_sender_report_ = rtp::MiddleBits(info.ntp_timestamp);
  sender_report_came_ = now;
}

std::optional<rtp::ReportBlock> Receiver::Report(TimePoint now) {
  if (!highest_ || stopped_) return std::nullopt;
  const int64_t expected = *highest_ - first_ + 1;
  const int64_t expected_now = expected - expected_before_;
  const int64_t lost_now = expected_now - static_cast<int64_t>(packets_ - received_before_);
  expected_before_ = expected;
  received_before_ = packets_;
  rtp::ReportBlock block;
  block.source = rtp::Ssrc(config_.ssrc);
  block.highest_sequence = static_cast<uint32_t>(*highest_);
  block.cumulative_lost = static_cast<int32_t>(
      std::clamp<int64_t>(expected - static_cast<int64_t>(packets_), -0x800000, 0x7fffff));
  if (expected_now > 0 && lost_now > 0) {
    block.fraction_lost =
        static_cast<uint8_t>(std::min<int64_t>(255, lost_now * 256 / expected_now));
  }
  if (last_sender_report_ != 0) {
    block.last_sender_report = last_sender_report_;
    block.delay_since_last = rtp::ShortFromDuration(now - sender_report_came_);
  }
  return block;
}

}  // namespace baton::sim
