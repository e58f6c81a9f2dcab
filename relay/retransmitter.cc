#include "relay/retransmitter.h"

#include <algorithm>

#include "relay/layer_filter.h"
#include "relay/leg_egress.h"
#include "rtp/rtcp_body.h"

namespace baton::relay {

void Retransmitter::Answer(TimePoint now, uint32_t index, const rtp::RtcpPacket& nack,
                           TxBatch& tx) {
  const Leg& leg = registry_.legs().At(index);
  const Endpoint& subscriber = registry_.endpoints().At(leg.subscriber);
  if (leg.paused || subscriber.state != EndpointState::kProven) return;
  rtp::NackReader reader(nack);
  for (size_t i = 0; i < kMaxNumbers; ++i) {
    const auto number = reader.Next();
    if (!number) return;
    AnswerNumber(now, index, *number, tx);
  }
}

void Retransmitter::AnswerNumber(TimePoint now, uint32_t index, rtp::SequenceNumber number,
                                 TxBatch& tx) {
  const Leg& leg = registry_.legs().At(index);
  LegFeedback& feedback = legs_[index];
  ++feedback.nacked;
  const LegCursor& cursor = registry_.CursorOf(leg);
  const auto source = registry_.segments(index).FindByOut(number, cursor.next_out());
  if (!source || !registry_.IsCurrent(source->stream)) {
    return Refuse(RetransmissionRefusal::kUnknown);
  }
  const auto packet = history_.Find(source->stream.index, source->sequence, now);
  if (!packet) {
    // What came, and is kept no longer, would be a duplicate.
    const Stream& stream = registry_.streams().At(source->stream.index);
    if (stream.ingress.IsMissing(source->sequence)) {
      publishers_.WantPacket(source->stream.index, source->sequence, now);
    }
    return Refuse(RetransmissionRefusal::kNotStored);
  }
  const Duration known = registry_.endpoints().At(leg.subscriber).round_trip;
  const Duration round_trip = known > Duration::zero() ? known : kUsualRoundTrip;
  switch (feedback.limiter.Admit(number, packet->size(), registry_.BytesOf(leg), now, round_trip)) {
    case RetransmissionLimiter::Result::kTooSoon:
      return Refuse(RetransmissionRefusal::kTooSoon);
    case RetransmissionLimiter::Result::kOverBudget:
      return Refuse(RetransmissionRefusal::kOverBudget);
    case RetransmissionLimiter::Result::kSend:
      break;
  }
  const size_t size = Send(now, index, number, *source, *packet, tx);
  ++feedback.retransmitted;
  feedback.retransmitted_bytes += size;
  metrics_.retransmitted.Add(size);
  metrics_.out[static_cast<size_t>(PacketKind::kRtp)].Add(size);
}

size_t Retransmitter::Send(TimePoint now, uint32_t index, rtp::SequenceNumber number,
                           const LegSegments::Source& source, const MediaPacket& packet,
                           TxBatch& tx) {
  const Leg& leg = registry_.legs().At(index);
  const Track& track = registry_.tracks().At(registry_.streams().At(source.stream.index).track);
  Endpoint& subscriber = registry_.endpoints().At(leg.subscriber);
  CopyFormat format{leg.parameters.payload_type, leg.parameters.ssrc, track.format,
                    router_.ExtensionsFor(index, source.stream.index), leg.parameters.mid};
  CopyNumbers numbers;
  numbers.sequence = number;
  numbers.mapping = source.mapping;
  const size_t max_header = MaxCopyHeader(packet.payload_offset);
  tx.Open(leg.subscriber, subscriber.flow, 1, max_header);
  // The number was kept for a packet of a layer that turned out to be left out.
  if (!HasLayer(packet.frame, source.mapping)) return AppendEmpty(packet, format, numbers, tx);
  if (leg.parameters.rtx) {
    format.payload_type = leg.parameters.rtx->payload_type;
    format.ssrc = leg.parameters.rtx->ssrc;
    numbers.original_sequence = number;
    numbers.sequence = rtp::SequenceNumber(legs_[index].rtx_sequence++);
  }
  if (format.extensions.transport_sequence() != 0) {
    numbers.transport_sequence = rtp::SequenceNumber(subscriber.transport_sequence++);
  }
  return AppendCopy(packet, format, numbers, now, tx);
}

}  // namespace baton::relay
