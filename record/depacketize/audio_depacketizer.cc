#include "record/depacketize/audio_depacketizer.h"

#include <utility>

#include "base/check.h"
#include "record/depacketize/opus_packet.h"

namespace baton::record {
namespace {

// In bytes, of each channel in a tick of the clock. A tick of G.722 at 8 kHz is two samples, and
// these are a byte (RFC 3551 section 4.5.2).
size_t BytesPerTick(MediaFormat format) { return format == MediaFormat::kL16 ? 2 : 1; }

}  // namespace

AudioDepacketizer::AudioDepacketizer(MediaFormat format, uint8_t channels)
    : format_(format), channels_(channels) {
  BATON_CHECK(!IsVideo(format) && channels > 0);
}

void AudioDepacketizer::Take(const TrackPacket& packet, std::vector<Frame>& frames) {
  if (packet.payload.empty()) return;
  const uint32_t duration = DurationOf(packet.payload);
  if (duration == 0) {
    ++counters_.packets_malformed;
    discontinuity_ = true;
    return;
  }
  ++counters_.frames;
  frames.push_back({.data = {packet.payload.begin(), packet.payload.end()},
                    .rtp_time = timestamps_.Unwrap(packet.timestamp),
                    .duration = duration,
                    .key_frame = true,
                    .discontinuity = std::exchange(discontinuity_, false),
                    .received = packet.received});
}

void AudioDepacketizer::Lost(const Gap& gap) {
  counters_.packets_lost += gap.count;
  discontinuity_ = true;
}

// In ticks; 0 if the payload is none of the format.
uint32_t AudioDepacketizer::DurationOf(Bytes payload) const {
  if (format_ == MediaFormat::kOpus) return OpusDuration(payload);
  const size_t tick = BytesPerTick(format_) * channels_;
  return payload.size() % tick == 0 ? static_cast<uint32_t>(payload.size() / tick) : 0;
}

}  // namespace baton::record
