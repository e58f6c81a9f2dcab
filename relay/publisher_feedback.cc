#include "relay/publisher_feedback.h"

#include <algorithm>
#include <array>
#include <span>

#include "rtp/rtcp_write.h"
#include "rtp/sequence.h"
#include "rtp/transport_feedback.h"

namespace baton::relay {
namespace {

// What one NACK asks for at most; more is left for the next tick.
constexpr size_t kMaxNacked = 64;

}  // namespace

PublisherFeedback::PublisherFeedback(const Limits& limits, Registry& registry, RtcpSender& rtcp,
                                     CoreMetrics& metrics)
    : registry_(registry),
      rtcp_(rtcp),
      metrics_(metrics),
      losses_(limits.streams),
      arrivals_(limits.endpoints),
      streams_(limits.streams),
      endpoints_(limits.endpoints) {}

void PublisherFeedback::OnPacket(uint32_t index, rtp::ExtendedSequence sequence, TimePoint now) {
  LossRequests& losses = losses_[index];
  const LossRequests::Result result = losses.OnPacket(sequence, now);
  if (result.kind == LossRequests::Kind::kInOrder) [[likely]]
    return;
  Stream& stream = registry_.streams().At(index);
  if (result.kind == LossRequests::Kind::kFilled && result.was_requested) {
    ++stream.counters.retransmitted;
    metrics_.repaired.Add();
  }
  if (result.round_trip) {
    registry_.NoteRoundTrip(registry_.tracks().At(stream.track).publisher, *result.round_trip);
  }
  if (losses.empty()) return;
  streams_.Add(index);
  WakeAt(now + kTick);
}

void PublisherFeedback::OnArrival(uint32_t endpoint, rtp::SequenceNumber sequence, TimePoint now) {
  arrivals_[endpoint].OnPacket(sequence, now);
  endpoints_.Add(endpoint);
  WakeAt(arrivals_[endpoint].NextReport());
}

void PublisherFeedback::WantPacket(uint32_t stream, rtp::ExtendedSequence sequence, TimePoint now) {
  if (!losses_[stream].Want(sequence, now)) return;
  streams_.Add(stream);
  WakeAt(now);
}

void PublisherFeedback::WantKeyFrame(uint32_t index) {
  Stream& stream = registry_.streams().At(index);
  if (registry_.tracks().At(stream.track).parameters.kind != MediaKind::kVideo) return;
  stream.key_frames.Want();
  streams_.Add(index);
  WakeAt(stream.key_frames.NextDue());
}

void PublisherFeedback::HandleDeadline(TimePoint now, TxBatch& tx) {
  if (now < next_tick_) return;
  next_tick_ = kNever;
  const auto stays = [&](TimePoint next) {
    if (next != kNever) WakeAt(std::max(next, now + kTick));
    return next != kNever;
  };
  streams_.Filter([&](uint32_t stream) { return stays(ServeStream(stream, now, tx)); });
  endpoints_.Filter([&](uint32_t endpoint) { return stays(ServeEndpoint(endpoint, now, tx)); });
}

TimePoint PublisherFeedback::ServeStream(uint32_t index, TimePoint now, TxBatch& tx) {
  if (!registry_.streams().IsTaken(index)) return kNever;
  AskForLost(index, now, tx);
  AskForKeyFrame(index, now, tx);
  return std::min(losses_[index].NextDue(), registry_.streams().At(index).key_frames.NextDue());
}

void PublisherFeedback::AskForLost(uint32_t index, TimePoint now, TxBatch& tx) {
  LossRequests& losses = losses_[index];
  if (losses.empty()) return;
  Stream& stream = registry_.streams().At(index);
  const Track& track = registry_.tracks().At(stream.track);
  const Endpoint& publisher = registry_.endpoints().At(track.publisher);
  std::array<rtp::ExtendedSequence, kMaxNacked> due;
  const Duration round_trip =
      publisher.round_trip > Duration::zero() ? publisher.round_trip : kUsualRoundTrip;
  const size_t count = losses.TakeDue(now, round_trip, due);
  if (losses.TakeGivenUp() > 0) WantKeyFrame(index);
  if (!track.parameters.feedback.nack) return;

  std::array<rtp::SequenceNumber, kMaxNacked> lost;
  size_t asked = 0;
  for (const rtp::ExtendedSequence sequence : std::span(due).first(count)) {
    if (const auto number = stream.ingress.ToSender(sequence)) lost[asked++] = *number;
  }
  if (asked == 0) return;
  stream.counters.nacked += asked;
  rtcp_.Send(track.publisher, rtp::RtcpKind::kNack, tx, [&](ByteWriter& out) {
    rtp::WriteNack(publisher.relay_ssrc, stream.ssrc, std::span(lost).first(asked), out);
  });
}

void PublisherFeedback::AskForKeyFrame(uint32_t index, TimePoint now, TxBatch& tx) {
  Stream& stream = registry_.streams().At(index);
  const Track& track = registry_.tracks().At(stream.track);
  const Endpoint& publisher = registry_.endpoints().At(track.publisher);
  const Feedback& feedback = track.parameters.feedback;
  // A stream that has not been heard of cannot be named; it begins with a key frame.
  if (stream.ssrc == kUnknownSsrc) return stream.key_frames.OnKeyFrame();
  // What cannot be sent now is tried again.
  const bool reachable = publisher.state == EndpointState::kProven;
  const bool answerable = !reachable || track.format != rtp::PayloadFormat::kOther;
  if (!stream.key_frames.TakeDue(now, answerable)) return;
  if (!reachable || (!feedback.picture_loss && !feedback.full_intra)) return;
  ++stream.counters.key_frame_requests;
  const rtp::Ssrc relay = publisher.relay_ssrc;
  if (feedback.picture_loss) {
    rtcp_.Send(track.publisher, rtp::RtcpKind::kPictureLoss, tx,
               [&](ByteWriter& out) { rtp::WritePictureLoss(relay, stream.ssrc, out); });
  } else {
    const auto request = static_cast<uint8_t>(stream.counters.key_frame_requests);
    rtcp_.Send(track.publisher, rtp::RtcpKind::kFullIntraRequest, tx, [&](ByteWriter& out) {
      const rtp::FullIntraEntry entry{stream.ssrc, request};
      rtp::WriteFullIntraRequest(relay, {&entry, 1}, out);
    });
  }
}

TimePoint PublisherFeedback::ServeEndpoint(uint32_t index, TimePoint now, TxBatch& tx) {
  if (!registry_.endpoints().IsTaken(index)) return kNever;
  TransportArrivals& arrivals = arrivals_[index];
  if (now >= arrivals.NextReport()) TellArrivals(index, tx);
  return arrivals.NextReport();
}

void PublisherFeedback::TellArrivals(uint32_t index, TxBatch& tx) {
  TransportArrivals::Arrivals buffer;
  const auto report = arrivals_[index].MakeReport(buffer);
  if (!report) return;
  const Endpoint& publisher = registry_.endpoints().At(index);
  // The media source is that of all of the transport's: any of its streams.
  const rtp::Ssrc media = publisher.sources.empty() ? rtp::Ssrc{} : publisher.sources[0].ssrc;
  size_t told = 0;
  rtcp_.Send(index, rtp::RtcpKind::kTransportWide, tx, [&](ByteWriter& out) {
    told = rtp::WriteTransportFeedback(
        {publisher.relay_ssrc, media, report->base, report->feedback_count}, report->arrivals, out);
  });
  if (told > 0) arrivals_[index].OnReported(report->arrivals[told - 1].sequence);
}

}  // namespace baton::relay
