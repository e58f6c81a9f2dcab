#include "cmd/batond/collect.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "relay/drop_reason.h"
#include "relay/metrics.h"
#include "relay/packet_history.h"
#include "rtp/rtcp.h"

namespace baton {
namespace {

// Adds counters to the values of a metric, one for each value of an enum.
template <typename Enum, typename Counters>
void AddByEnum(const Counters& counters, std::string_view (*label)(Enum),
               std::vector<LabelledCount>& sums) {
  if (sums.empty()) {
    for (size_t i = 0; i < std::size(counters); ++i) {
      sums.push_back({std::string(label(static_cast<Enum>(i))), 0});
    }
  }
  for (size_t i = 0; i < std::size(counters); ++i) sums[i].value += counters[i].value();
}

void AddTraffic(const relay::CoreMetrics& core, std::vector<LabelledTraffic>& sums) {
  const auto add = [&](const auto& counters, const char* direction, size_t first) {
    for (size_t i = 0; i < counters.size(); ++i) {
      LabelledTraffic& sum = sums[first + i];
      sum.direction = direction;
      sum.kind = Label(static_cast<relay::PacketKind>(i));
      sum.packets += counters[i].packets.value();
      sum.bytes += counters[i].bytes.value();
    }
  };
  sums.resize(core.in.size() + core.out.size());
  add(core.in, "in", 0);
  add(core.out, "out", core.in.size());
}

// Where the histograms of a scrape begin, in ns; shorter times are in the first bucket. Below a
// microsecond nothing is forwarded, and a stage is not worth telling apart below 256 ns.
constexpr size_t kFirstLatencyBucket = 10;
constexpr size_t kFirstStageBucket = 8;

// The histogram's last bucket holds all that is more; those before `first` are joined to it.
template <size_t kBuckets>
void AddHistogram(const PowerHistogram<kBuckets>& histogram, size_t first, HistogramBuckets& sums) {
  constexpr size_t kLast = kBuckets - 1;
  sums.buckets.resize(kLast - first);
  for (size_t i = 0; i < kLast; ++i) {
    sums.buckets[i < first ? 0 : i - first].count += histogram.bucket(i);
  }
  for (size_t i = 0; i < sums.buckets.size(); ++i) {
    sums.buckets[i].upper_bound = histogram.UpperBound(first + i);
  }
  sums.beyond += histogram.bucket(kLast);
  sums.sum += histogram.sum();
}

void AddStages(const StageTimer& stages, std::vector<LabelledHistogram>& sums) {
  sums.resize(kBatchStages);
  for (size_t i = 0; i < kBatchStages; ++i) {
    const auto stage = static_cast<BatchStage>(i);
    sums[i].label = Label(stage);
    AddHistogram(stages.histogram(stage), kFirstStageBucket, sums[i].histogram);
  }
}

// Keeps the smallest.
void AddBuffers(std::string_view port, std::span<const net::BoundSocket> sockets,
                std::vector<SocketBuffers>& buffers) {
  for (const net::BoundSocket& socket : sockets) {
    const auto receive = static_cast<uint64_t>(socket.receive_buffer_bytes);
    const auto send = static_cast<uint64_t>(socket.send_buffer_bytes);
    if (buffers.empty() || buffers.back().port != port) {
      buffers.push_back({std::string(port), receive, send});
    }
    buffers.back().receive_bytes = std::min(buffers.back().receive_bytes, receive);
    buffers.back().send_bytes = std::min(buffers.back().send_bytes, send);
  }
}

void AddSockets(const net::LoopCounters& loop, SocketMetrics& sums) {
  sums.messages_sent += loop.tx_messages.value();
  sums.send_calls += loop.tx_submissions.value();
  sums.receive_shortages += loop.rx_shortages.value();
  sums.receive_rearms += loop.rx_rearms.value();
  sums.runs_refused += loop.tx_runs_refused.value();
  if (sums.received_lost.empty()) {
    sums.received_lost = {{"queue_full", 0}, {"too_long", 0}, {"error", 0}};
    for (size_t i = 0; i < net::kSendFailures; ++i) {
      sums.send_failures.push_back({std::string(ToString(static_cast<net::SendFailure>(i))), 0});
    }
  }
  sums.received_lost[0].value += loop.rx_kernel_drops.value();
  sums.received_lost[1].value += loop.rx_truncated.value();
  sums.received_lost[2].value += loop.rx_errors.value();
  for (size_t i = 0; i < net::kSendFailures; ++i) {
    sums.send_failures[i].value += loop.tx_failures[i].value();
  }
}

bool IsFeedback(rtp::RtcpKind kind) {
  switch (kind) {
    case rtp::RtcpKind::kNack:
    case rtp::RtcpKind::kTmmbr:
    case rtp::RtcpKind::kTransportWide:
    case rtp::RtcpKind::kOtherTransportFeedback:
    case rtp::RtcpKind::kPictureLoss:
    case rtp::RtcpKind::kFullIntraRequest:
    case rtp::RtcpKind::kRemb:
    case rtp::RtcpKind::kOtherPayloadFeedback:
      return true;
    default:
      return false;
  }
}

std::vector<LabelledCount> FeedbackOf(const std::vector<LabelledCount>& rtcp) {
  std::vector<LabelledCount> feedback;
  for (size_t i = 0; i < rtcp.size(); ++i) {
    if (IsFeedback(static_cast<rtp::RtcpKind>(i))) feedback.push_back(rtcp[i]);
  }
  return feedback;
}

uint64_t Count(const Gauge& gauge) { return static_cast<uint64_t>(gauge.value()); }

void AddCore(const relay::CoreMetrics& core, NodeMetrics& sums) {
  sums.rooms += core.rooms.value();
  sums.endpoints += core.endpoints.value();
  sums.legs += core.legs.value();
  sums.tracks[0].value += Count(core.audio_tracks);
  sums.tracks[1].value += Count(core.video_tracks);
  sums.events_deferred += core.events_deferred.value();
  AddTraffic(core, sums.traffic);
  sums.recordings.packets += core.tapped.packets.value();
  sums.recordings.bytes += core.tapped.bytes.value();
  AddByEnum<relay::DropReason>(core.drops, relay::Label, sums.dropped);
  AddByEnum<relay::IceResult>(core.ice, relay::Label, sums.ice);
  AddByEnum<rtp::RtcpKind>(core.rtcp_in, rtp::Name, sums.rtcp);
  AddByEnum<rtp::RtcpKind>(core.rtcp_out, rtp::Name, sums.rtcp_sent);
  sums.retransmitted_packets += core.retransmitted.packets.value();
  sums.retransmitted_bytes += core.retransmitted.bytes.value();
  AddByEnum<relay::RetransmissionRefusal>(core.retransmissions_refused, relay::Label,
                                          sums.retransmissions_refused);
  sums.repaired_packets += core.repaired.value();
  sums.filler_packets += core.fillers.value();
  sums.copies_due += core.copies_due.value();
  sums.streams += Count(core.streams);
  sums.history_bytes += Count(core.history_blocks) * relay::PacketHistory::kBlockSize;
}

}  // namespace

NodeMetrics CollectNode(const Node& node) {
  NodeMetrics sums;
  sums.io_backend = ToString(node.backend());
  sums.tracks = {{"audio", 0}, {"video", 0}};
  for (size_t i = 0; i < node.shard_count(); ++i) {
    const Shard& shard = node.shard(i);
    sums.shard_busy_ratio.push_back(node.busy_ratio(i));
    AddCore(shard.metrics(), sums);
    sums.recordings.packets_dropped += shard.taps_dropped();
    AddHistogram(shard.forward_latency(), kFirstLatencyBucket, sums.forward_latency);
    AddStages(shard.stages(), sums.forward_stages);
    AddSockets(shard.loop_counters(), sums.sockets);
    // Not the STUN server's: its replies go one by one, and would hide how long media's runs are.
    AddHistogram(shard.loop_counters().tx_segments, 0, sums.sockets.datagrams_per_message);
    AddBuffers("media", shard.sockets(), sums.sockets.buffers);
  }
  sums.recordings.backlog_bytes = node.taps().backlog_bytes();
  sums.rtcp_feedback = FeedbackOf(sums.rtcp);
  if (const StunServer* stun = node.stun_server()) {
    AddByEnum<stun::BindingResult>(stun->results(), stun::Name, sums.stun_requests);
    AddSockets(stun->loop_counters(), sums.sockets);
    AddBuffers("stun", stun->sockets(), sums.sockets.buffers);
  }
  return sums;
}

ControlMetrics CollectControl(const control::Counters& counters) {
  ControlMetrics metrics;
  metrics.unauthenticated = counters.unauthenticated.value();
  metrics.sessions = counters.sessions.value();
  metrics.watchers = counters.watchers.value();
  metrics.connections_accepted = counters.connections_accepted.value();
  metrics.events = counters.events.value();
  AddByEnum<control::CloseReason>(counters.connections_closed, control::Name,
                                  metrics.connections_closed);
  for (size_t i = 0; i < counters.requests.size(); ++i) {
    metrics.requests.push_back(
        {absl::StatusCodeToString(static_cast<absl::StatusCode>(i)), counters.requests[i].value()});
  }
  return metrics;
}

RecorderMetrics CollectRecordings(const control::RecordingCounters& counters) {
  RecorderMetrics metrics;
  for (size_t i = 0; i < control::kLiveStates; ++i) {
    const int64_t live = counters.live[i].value();
    metrics.live.push_back({std::string(Name(static_cast<control::LiveState>(i))),
                            static_cast<uint64_t>(std::max<int64_t>(live, 0))});
  }
  metrics.started = counters.started.value();
  metrics.ended = {{"ended", counters.ended.value()}, {"failed", counters.failed.value()}};
  metrics.restarts = counters.restarts.value();
  AddByEnum<control::RecordingFailure>(counters.failures, control::Name, metrics.failures);
  metrics.bytes = counters.bytes.value();
  metrics.files = counters.files.value();
  metrics.lost_packets = counters.lost_packets.value();
  metrics.hooks = {{"ok", counters.hooks_succeeded.value()},
                   {"failed", counters.hooks_failed.value()}};
  AddByEnum<control::Deletion>(counters.deleted, control::Name, metrics.deleted);
  return metrics;
}

}  // namespace baton
