#include "tests/sim/peers/rtp_sender.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

#include "rtp/ntp.h"
#include "tests/sim/engine/random_stream.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {

RtpSender::RtpSender(const Config& config, Random random, PacketSink& sink)
    : config_(config), random_(random), sink_(sink), kept_(kKept) {
  ChooseNumbers(VirtualClock::now());
  next_rtx_sequence_ = random_.U16();
}

void RtpSender::ChooseNumbers(TimePoint now) {
  next_sequence_ =
      random_.OneIn(2) ? static_cast<uint16_t>(65535 - random_.Below(100)) : random_.U16();
  first_timestamp_ =
      random_.OneIn(2) ? static_cast<uint32_t>(0 - random_.Below(20 * uint64_t{config_.clock_rate}))
                       : random_.U32();
  numbers_since_ = now;
}

// Nobody could tell a start that is next to an earlier number from a gap, and whoever listens may
// have missed all of some numberings.
void RtpSender::Restart(TimePoint now) {
  if (!has_sent_) return;
  constexpr int kFar = 4'000;
  has_sent_ = false;
  kept_.assign(kKept, {});
  ends_.push_back(next_sequence_);
  const auto is_near = [this](uint16_t end) {
    return std::abs(static_cast<int16_t>(static_cast<uint16_t>(next_sequence_ - end))) < kFar;
  };
  do {
    ChooseNumbers(now);
  } while (std::any_of(ends_.begin(), ends_.end(), is_near));
  if (ends_.size() == kEndsRemembered) ends_.erase(ends_.begin());
}

uint32_t RtpSender::TimestampAt(TimePoint time) const {
  const int64_t us =
      std::chrono::duration_cast<std::chrono::microseconds>(time - numbers_since_).count();
  return first_timestamp_ + static_cast<uint32_t>(us * int64_t{config_.clock_rate} / 1'000'000);
}

void RtpSender::SendFrame(TimePoint now, const SourceFrame& frame) {
  has_sent_ = true;
  const size_t packets = frame.payload_sizes.size();
  for (size_t i = 0; i < packets; ++i) {
    Kept& kept = kept_[next_sequence_ % kKept];
    kept.identity = {{config_.stream, next_index_++},
                     frame.identity,
                     static_cast<uint8_t>(i),
                     static_cast<uint8_t>(packets)};
    kept.payload.resize(frame.payload_sizes[i]);
    WritePayload(config_.form, kept.identity, frame.numbers, kept.payload);
    kept.header = {config_.payload_type, kept.identity.ends_frame(),
                   next_sequence_++,     TimestampAt(now),
                   config_.ssrc,         kept.payload};
    octets_ += static_cast<uint32_t>(kept.payload.size());
    sink_.SendPacket(kept.identity, config_.labels, kept.header, false);
  }
}

void RtpSender::Resend(uint16_t sequence) {
  const Kept& kept = kept_[sequence % kKept];
  if (kept.payload.empty() || kept.header.sequence != sequence) return;
  if (!config_.rtx_ssrc || !config_.rtx_payload_type) {
    return sink_.SendPacket(kept.identity, config_.labels, kept.header, false);
  }
  rtx_payload_.resize(2);
  StoreU16(rtx_payload_.data(), sequence);
  rtx_payload_.insert(rtx_payload_.end(), kept.payload.begin(), kept.payload.end());
  WirePacket packet = kept.header;
  packet.ssrc = *config_.rtx_ssrc;
  packet.payload_type = *config_.rtx_payload_type;
  packet.sequence = next_rtx_sequence_++;
  packet.payload = rtx_payload_;
  sink_.SendPacket(kept.identity, config_.labels, packet, true);
}

std::optional<rtp::SenderInfo> RtpSender::Report(TimePoint now) const {
  if (!has_sent_) return std::nullopt;
  return rtp::SenderInfo{rtp::Ssrc(config_.ssrc), rtp::NtpFromTime(now, 0),
                         rtp::RtpTimestamp(TimestampAt(now)), next_index_, octets_};
}

}  // namespace baton::sim
