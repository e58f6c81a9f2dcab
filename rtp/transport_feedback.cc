#include "rtp/transport_feedback.h"

#include <algorithm>

#include "rtp/rtcp_body.h"
#include "rtp/sequence.h"

namespace baton::rtp {
namespace {

constexpr size_t kFixedSize = 8;

int32_t SignExtend24(uint32_t value) { return static_cast<int32_t>(value << 8) >> 8; }

// The bytes of deltas that go with the first `count` symbols of a chunk; nothing if one of them is
// reserved.
std::optional<size_t> DeltaBytes(FeedbackChunk chunk, size_t count) {
  if (count > 0 && chunk.is_run()) {
    if (chunk.At(0) == FeedbackSymbol::kReserved) return std::nullopt;
    return count * DeltaSize(chunk.At(0));
  }
  size_t size = 0;
  for (size_t i = 0; i < count; ++i) {
    if (chunk.At(i) == FeedbackSymbol::kReserved) return std::nullopt;
    size += DeltaSize(chunk.At(i));
  }
  return size;
}

}  // namespace

TransportFeedbackReader::TransportFeedbackReader(Bytes control, size_t chunks_size)
    : chunks_(control.subspan(kFixedSize, chunks_size)),
      deltas_(control.subspan(kFixedSize + chunks_size)) {
  ByteReader fixed(control);
  base_ = SequenceNumber(fixed.U16());
  count_ = fixed.U16();
  reference_time_ = SignExtend24(fixed.U24());
  feedback_count_ = fixed.U8();
}

std::optional<TransportFeedbackReader> ParseTransportFeedback(const RtcpPacket& packet) {
  if (packet.kind != RtcpKind::kTransportWide) return std::nullopt;
  const Bytes control = FeedbackControl(packet);
  ByteReader reader(control);
  reader.Skip(2);
  size_t left = reader.U16();
  reader.Skip(4);
  size_t delta_bytes = 0;
  while (left > 0) {
    const FeedbackChunk chunk(reader.U16());
    const size_t count = std::min(left, chunk.size());
    const std::optional<size_t> deltas = DeltaBytes(chunk, count);
    if (!reader.ok() || !deltas) return std::nullopt;
    delta_bytes += *deltas;
    left -= count;
  }
  if (!reader.ok() || reader.remaining() < delta_bytes) return std::nullopt;
  return TransportFeedbackReader(control, reader.position() - kFixedSize);
}

std::optional<FeedbackStatus> TransportFeedbackReader::Next() {
  if (told_ == count_) return std::nullopt;
  while (in_chunk_ == chunk_.size()) {
    chunk_ = FeedbackChunk(chunks_.U16());
    in_chunk_ = 0;
  }
  const FeedbackSymbol symbol = chunk_.At(in_chunk_++);
  FeedbackStatus status;
  status.sequence = Add(base_, static_cast<int32_t>(told_++));
  status.received = symbol != FeedbackSymbol::kNotReceived;
  if (symbol == FeedbackSymbol::kSmallDelta) status.delta = FeedbackTicks(deltas_.U8());
  if (symbol == FeedbackSymbol::kLargeDelta) {
    status.delta = FeedbackTicks(static_cast<int16_t>(deltas_.U16()));
  }
  return status;
}

}  // namespace baton::rtp
