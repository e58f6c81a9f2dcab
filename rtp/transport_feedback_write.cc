#include <algorithm>
#include <limits>

#include "base/check.h"
#include "rtp/feedback_chunk.h"
#include "rtp/rtcp_packet_scope.h"
#include "rtp/transport_feedback.h"

namespace baton::rtp {
namespace {

// RTCP header, sender and media, then what precedes the chunks.
constexpr size_t kHeaderSize = 4 + 8 + 8;
constexpr size_t kMaxCount = std::numeric_limits<uint16_t>::max();

// Walks arrivals as the format tells them: what is missing before each, and its time since the one
// before.
class ArrivalReader {
 public:
  struct Told {
    size_t missing = 0;
    FeedbackSymbol symbol = FeedbackSymbol::kReserved;
    int16_t delta = 0;
  };

  ArrivalReader(ExtendedSequence base, std::span<const PacketArrival> arrivals)
      : base_(base.value()),
        next_(base.value()),
        arrivals_(arrivals),
        reference_(std::chrono::floor<FeedbackReferenceTicks>(
            arrivals.front().arrival.time_since_epoch())),
        previous_(reference_) {}

  FeedbackReferenceTicks reference() const { return reference_; }

  // The next one; nothing at the end, or if it cannot be told in this packet.
  std::optional<Told> Next() {
    if (arrivals_.empty()) return std::nullopt;
    const PacketArrival& arrival = arrivals_.front();
    const uint64_t sequence = arrival.sequence.value();
    BATON_CHECK(sequence >= next_);
    const auto ticks = std::chrono::floor<FeedbackTicks>(arrival.arrival.time_since_epoch());
    const int64_t delta = (ticks - previous_).count();
    const bool fits = delta >= std::numeric_limits<int16_t>::min() &&
                      delta <= std::numeric_limits<int16_t>::max();
    if (!fits || sequence - base_ >= kMaxCount) return std::nullopt;

    const bool small = delta >= 0 && delta <= std::numeric_limits<uint8_t>::max();
    const Told told = {sequence - next_,
                       small ? FeedbackSymbol::kSmallDelta : FeedbackSymbol::kLargeDelta,
                       static_cast<int16_t>(delta)};
    next_ = sequence + 1;
    previous_ = ticks;
    arrivals_ = arrivals_.subspan(1);
    return told;
  }

 private:
  uint64_t base_;
  uint64_t next_;
  std::span<const PacketArrival> arrivals_;
  FeedbackReferenceTicks reference_;
  FeedbackTicks previous_;
};

void AddTo(FeedbackChunkPacker& packer, const ArrivalReader::Told& told) {
  packer.Add(FeedbackSymbol::kNotReceived, told.missing);
  packer.Add(told.symbol, 1);
}

// How many of the first arrivals fit into `room` bytes.
size_t CountFitting(ArrivalReader reader, size_t room) {
  ByteWriter nowhere({});
  FeedbackChunkPacker packer(nowhere);
  size_t delta_bytes = 0;
  for (size_t count = 0;; ++count) {
    const std::optional<ArrivalReader::Told> told = reader.Next();
    if (!told) return count;
    AddTo(packer, *told);
    delta_bytes += DeltaSize(told->symbol);
    if (kHeaderSize + packer.size() + delta_bytes > room) return count;
  }
}

}  // namespace

size_t WriteTransportFeedback(const TransportFeedbackHeader& header,
                              std::span<const PacketArrival> arrivals, ByteWriter& out) {
  if (arrivals.empty()) return 0;
  const size_t whole_words = out.room() - out.room() % 4;
  const size_t fitting = CountFitting(ArrivalReader(header.base, arrivals), whole_words);
  if (fitting == 0) return 0;
  arrivals = arrivals.first(fitting);

  const RtcpPacketScope scope(kTypeTransportFeedback, kFormatTransportWide, out);
  out.U32(header.sender.value());
  out.U32(header.media.value());
  out.U16(static_cast<uint16_t>(header.base.value()));
  const uint64_t count = arrivals.back().sequence.value() - header.base.value() + 1;
  out.U16(static_cast<uint16_t>(count));
  ArrivalReader for_chunks(header.base, arrivals);
  out.U24(static_cast<uint32_t>(for_chunks.reference().count()) & 0xffffff);
  out.U8(header.feedback_count);
  FeedbackChunkPacker packer(out);
  while (const auto told = for_chunks.Next()) AddTo(packer, *told);
  packer.Finish();
  ArrivalReader for_deltas(header.base, arrivals);
  while (const auto told = for_deltas.Next()) {
    if (told->symbol == FeedbackSymbol::kSmallDelta) {
      out.U8(static_cast<uint8_t>(told->delta));
    } else {
      out.U16(static_cast<uint16_t>(told->delta));
    }
  }
  out.Zeros(scope.Misalignment());
  return fitting;
}

}  // namespace baton::rtp
