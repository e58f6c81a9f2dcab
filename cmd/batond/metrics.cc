#include "cmd/batond/metrics.h"

#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>

namespace baton {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

ClientMetric CounterValue(double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.counter.value = value;
  return metric;
}
ClientMetric CounterValue(uint64_t value, Labels labels = {}) {
  return CounterValue(static_cast<double>(value), std::move(labels));
}

ClientMetric GaugeValue(double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}
ClientMetric GaugeValue(int64_t value) { return GaugeValue(static_cast<double>(value)); }
ClientMetric GaugeValue(uint64_t value, Labels labels = {}) {
  return GaugeValue(static_cast<double>(value), std::move(labels));
}

MetricFamily CounterFamily(const char* name, const char* help, std::vector<ClientMetric> values) {
  return {name, help, MetricType::Counter, std::move(values)};
}
MetricFamily CounterFamily(const char* name, const char* help, const char* label,
                           const std::vector<LabelledCount>& counts) {
  MetricFamily family{name, help, MetricType::Counter, {}};
  for (const auto& [value, count] : counts) {
    family.metric.push_back(CounterValue(count, {{label, value}}));
  }
  return family;
}

MetricFamily GaugeFamily(const char* name, const char* help, std::vector<ClientMetric> values) {
  return {name, help, MetricType::Gauge, std::move(values)};
}

void Append(std::vector<MetricFamily> families, std::vector<MetricFamily>& out) {
  std::move(families.begin(), families.end(), std::back_inserter(out));
}

// Divided, not multiplied by 1e-9: the quotient is the double nearest to the decimal number, so
// bounds read as 8.192e-06 and stay the same label for ever.
double Seconds(uint64_t ns) { return static_cast<double>(ns) / 1e9; }

double Number(uint64_t n) { return static_cast<double>(n); }

// Counts become cumulative, and the last bucket +Inf: the serializer adds it.
ClientMetric HistogramValue(const HistogramBuckets& histogram, double (*to_unit)(uint64_t),
                            Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  uint64_t cumulative = 0;
  for (const HistogramBuckets::Bucket& bucket : histogram.buckets) {
    cumulative += bucket.count;
    metric.histogram.bucket.push_back({cumulative, to_unit(bucket.upper_bound)});
  }
  metric.histogram.sample_count = cumulative + histogram.beyond;
  metric.histogram.sample_sum = to_unit(histogram.sum);
  return metric;
}

MetricFamily HistogramFamily(const char* name, const char* help, std::vector<ClientMetric> values) {
  return {name, help, MetricType::Histogram, std::move(values)};
}

std::vector<MetricFamily> StateFamilies(const NodeMetrics& node) {
  MetricFamily tracks = GaugeFamily("baton_tracks", "Tracks published now.", {});
  for (const auto& [kind, count] : node.tracks) {
    tracks.metric.push_back(GaugeValue(count, {{"kind", kind}}));
  }
  MetricFamily busy = GaugeFamily(
      "baton_shard_busy_ratio", "Part of the last second that the shard's thread was at work.", {});
  for (size_t i = 0; i < node.shard_busy_ratio.size(); ++i) {
    busy.metric.push_back(GaugeValue(node.shard_busy_ratio[i], {{"shard", std::to_string(i)}}));
  }
  return {
      GaugeFamily("baton_rooms", "Rooms open now.", {GaugeValue(node.rooms)}),
      GaugeFamily("baton_endpoints", "Endpoints in rooms now.", {GaugeValue(node.endpoints)}),
      std::move(tracks),
      GaugeFamily("baton_streams", "RTP streams that tracks consist of now: their encodings.",
                  {GaugeValue(node.streams)}),
      GaugeFamily("baton_legs", "Legs now: one for each subscriber of each track.",
                  {GaugeValue(node.legs)}),
      std::move(busy),
      GaugeFamily("baton_io_backend", "1 for the back end that datagrams go through.",
                  {GaugeValue(1.0, {{"backend", node.io_backend}})}),
  };
}

std::vector<MetricFamily> TrafficFamilies(const NodeMetrics& node) {
  MetricFamily packets =
      CounterFamily("baton_packets_total", "Packets accepted and sent on media ports.", {});
  MetricFamily bytes =
      CounterFamily("baton_bytes_total", "UDP payload of the packets in baton_packets_total.", {});
  for (const LabelledTraffic& traffic : node.traffic) {
    const Labels labels = {{"direction", traffic.direction}, {"kind", traffic.kind}};
    packets.metric.push_back(CounterValue(traffic.packets, labels));
    bytes.metric.push_back(CounterValue(traffic.bytes, labels));
  }
  MetricFamily stages = HistogramFamily(
      "baton_forward_stage_seconds",
      "What a batch of datagrams took to reach a stage since the stage before; one in 16 batches.",
      {});
  for (const LabelledHistogram& stage : node.forward_stages) {
    stages.metric.push_back(HistogramValue(stage.histogram, Seconds, {{"stage", stage.label}}));
  }
  return {
      std::move(packets),
      std::move(bytes),
      CounterFamily("baton_packets_dropped_total",
                    "Datagrams, or single copies for one leg, that went no further.", "reason",
                    node.dropped),
      HistogramFamily("baton_forward_latency_seconds",
                      "From the kernel's receive time stamp of a packet to the end of the sends "
                      "that carried its copies.",
                      {HistogramValue(node.forward_latency, Seconds)}),
      std::move(stages),
      CounterFamily("baton_stun_requests_total",
                    "Datagrams at the public STUN server, by what became of them.", "result",
                    node.stun_requests),
      CounterFamily("baton_ice_checks_total", "STUN on media ports, by what became of it.",
                    "result", node.ice),
  };
}

std::vector<MetricFamily> FeedbackFamilies(const NodeMetrics& node) {
  MetricFamily rtcp =
      CounterFamily("baton_rtcp_packets_total", "RTCP packets, each of a compound.", {});
  for (const LabelledCount& type : node.rtcp) {
    rtcp.metric.push_back(CounterValue(type.value, {{"direction", "in"}, {"type", type.label}}));
  }
  for (const LabelledCount& type : node.rtcp_sent) {
    rtcp.metric.push_back(CounterValue(type.value, {{"direction", "out"}, {"type", type.label}}));
  }
  return {
      std::move(rtcp),
      CounterFamily("baton_rtcp_feedback_total", "RTCP feedback messages received.", "type",
                    node.rtcp_feedback),
      CounterFamily("baton_retransmitted_packets_total",
                    "Packets that were sent to a subscriber again because it asked.",
                    {CounterValue(node.retransmitted_packets)}),
      CounterFamily("baton_retransmitted_bytes_total", "Their UDP payload.",
                    {CounterValue(node.retransmitted_bytes)}),
      CounterFamily("baton_retransmissions_refused_total",
                    "Packets that a subscriber asked for again and did not get.", "reason",
                    node.retransmissions_refused),
      CounterFamily("baton_repaired_packets_total",
                    "Packets that were missing and came when their publisher was asked.",
                    {CounterValue(node.repaired_packets)}),
      CounterFamily("baton_copies_due_total",
                    "Packets of tracks, for each leg that was there to get them.",
                    {CounterValue(node.copies_due)}),
      CounterFamily("baton_filler_packets_total",
                    "Empty packets, sent in the place of late ones that a leg leaves out.",
                    {CounterValue(node.filler_packets)}),
      GaugeFamily("baton_history_bytes", "Memory that keeps packets for retransmission now.",
                  {GaugeValue(node.history_bytes)}),
  };
}

std::vector<MetricFamily> RecordingFamilies(const RecordingMetrics& recordings) {
  return {
      CounterFamily("baton_recording_packets_total",
                    "RTP and RTCP packets made for recordings; not in baton_packets_total.",
                    {CounterValue(recordings.packets)}),
      CounterFamily("baton_recording_bytes_total", "Bytes of those packets.",
                    {CounterValue(recordings.bytes)}),
      CounterFamily("baton_recording_packets_dropped_total",
                    "Packets for recordings that found their queue full.",
                    {CounterValue(recordings.packets_dropped)}),
      GaugeFamily("baton_recording_backlog_bytes",
                  "What waits in queues for recording processes now.",
                  {GaugeValue(recordings.backlog_bytes)}),
  };
}

std::vector<MetricFamily> SocketFamilies(const SocketMetrics& sockets) {
  MetricFamily buffers = GaugeFamily("baton_socket_buffer_bytes",
                                     "What the kernel granted to the socket that got least.", {});
  for (const auto& [port, receive_bytes, send_bytes] : sockets.buffers) {
    buffers.metric.push_back(GaugeValue(receive_bytes, {{"port", port}, {"direction", "receive"}}));
    buffers.metric.push_back(GaugeValue(send_bytes, {{"port", port}, {"direction", "send"}}));
  }
  return {
      std::move(buffers),
      CounterFamily("baton_receive_lost_total",
                    "Datagrams that reached a socket of this node and were lost before it read "
                    "them.",
                    "reason", sockets.received_lost),
      CounterFamily("baton_receive_shortages_total", "Times when every receive buffer was in use.",
                    {CounterValue(sockets.receive_shortages)}),
      CounterFamily("baton_receive_rearms_total", "Multishot receives started again (io_uring).",
                    {CounterValue(sockets.receive_rearms)}),
      CounterFamily("baton_send_failures_total", "Datagrams that the kernel refused to send.",
                    "reason", sockets.send_failures),
      CounterFamily("baton_send_messages_total", "Messages handed to the kernel to send.",
                    {CounterValue(sockets.messages_sent)}),
      HistogramFamily("baton_gso_segments_per_send",
                      "Datagrams in each message that the kernel took from a media port.",
                      {HistogramValue(sockets.datagrams_per_message, Number)}),
      CounterFamily("baton_gso_refused_total",
                    "Messages of several datagrams that the kernel refused as such.",
                    {CounterValue(sockets.runs_refused)}),
      CounterFamily("baton_send_calls_total", "System calls that carried messages to send.",
                    {CounterValue(sockets.send_calls)}),
  };
}

std::vector<MetricFamily> ControlFamilies(const NodeMetrics& node) {
  const ControlMetrics& control = node.control;
  return {
      GaugeFamily(
          "baton_control_connections", "Control connections now.",
          {GaugeValue(static_cast<double>(control.unauthenticated), {{"state", "unauthenticated"}}),
           GaugeValue(static_cast<double>(control.sessions), {{"state", "session"}})}),
      GaugeFamily("baton_control_watchers", "Control sessions that watch events now.",
                  {GaugeValue(control.watchers)}),
      CounterFamily("baton_control_connections_accepted_total", "Control connections accepted.",
                    {CounterValue(control.connections_accepted)}),
      CounterFamily("baton_control_connections_closed_total", "Control connections that ended.",
                    "reason", control.connections_closed),
      CounterFamily("baton_control_requests_total", "Control requests answered.", "code",
                    control.requests),
      CounterFamily("baton_events_total", "Events of rooms, endpoints, tracks and legs.",
                    {CounterValue(control.events)}),
      CounterFamily("baton_events_deferred_total",
                    "Events that found a shard's queue full and were told later.",
                    {CounterValue(node.events_deferred)}),
      CounterFamily("baton_admin_connections_refused_total",
                    "Admin HTTP connections closed because there were too many.",
                    {CounterValue(node.admin_connections_refused)}),
  };
}

std::vector<MetricFamily> RecorderFamilies(const RecorderMetrics& recorder) {
  MetricFamily live = GaugeFamily("baton_recordings", "Recordings now, by state.", {});
  for (const LabelledCount& state : recorder.live) {
    live.metric.push_back(GaugeValue(static_cast<double>(state.value), {{"state", state.label}}));
  }
  return {
      std::move(live),
      CounterFamily("baton_recordings_started_total", "Recordings that have begun.",
                    {CounterValue(recorder.started)}),
      CounterFamily("baton_recordings_ended_total",
                    "Recordings that are over, in order or not, or could not begin.", "result",
                    recorder.ended),
      CounterFamily("baton_recording_restarts_total",
                    "Recording processes that died and were started again.",
                    {CounterValue(recorder.restarts)}),
      CounterFamily("baton_recording_failures_total", "What went wrong with recorder.", "reason",
                    recorder.failures),
      CounterFamily("baton_recording_file_bytes_total", "Bytes in files of recordings.",
                    {CounterValue(recorder.bytes)}),
      CounterFamily("baton_recording_files_total", "Files of recordings that were finished.",
                    {CounterValue(recorder.files)}),
      CounterFamily("baton_recording_packets_lost_total",
                    "Packets missing in recordings that never came from their publishers.",
                    {CounterValue(recorder.lost_packets)}),
      CounterFamily("baton_recording_hooks_total", "Hook commands run for finished files.",
                    "result", recorder.hooks),
      CounterFamily("baton_recordings_deleted_total", "Recordings deleted from disk.", "reason",
                    recorder.deleted),
  };
}

}  // namespace

std::vector<MetricFamily> NodeFamilies(const NodeMetrics& node) {
  std::vector<MetricFamily> families;
  Append(StateFamilies(node), families);
  Append(TrafficFamilies(node), families);
  Append(FeedbackFamilies(node), families);
  Append(RecordingFamilies(node.recordings), families);
  Append(SocketFamilies(node.sockets), families);
  Append(ControlFamilies(node), families);
  Append(RecorderFamilies(node.recorder), families);
  return families;
}

std::vector<MetricFamily> ProcessFamilies(const ProcessMetrics& process) {
  return {
      CounterFamily("process_cpu_seconds_total", "CPU time of all threads.",
                    {CounterValue(process.cpu_seconds)}),
      GaugeFamily("process_resident_memory_bytes", "Memory in RAM.",
                  {GaugeValue(process.resident_bytes)}),
      GaugeFamily("process_virtual_memory_bytes", "Memory mapped.",
                  {GaugeValue(process.virtual_bytes)}),
      GaugeFamily("process_open_fds", "File descriptors open.", {GaugeValue(process.open_fds)}),
      GaugeFamily("process_max_fds", "File descriptors allowed.", {GaugeValue(process.max_fds)}),
      GaugeFamily("process_threads", "Threads.", {GaugeValue(process.threads)}),
      GaugeFamily("process_start_time_seconds", "Start of the process, seconds since 1970.",
                  {GaugeValue(process.start_time_seconds)}),
  };
}

MetricFamily BuildInfoFamily(const BuildInfo& info) {
  return GaugeFamily("baton_build_info", "1, with what the program was built from and with.",
                     {GaugeValue(1.0, {{"version", info.version},
                                       {"commit", info.commit},
                                       {"compiler", info.compiler},
                                       {"liburing", info.liburing}})});
}

std::string MetricsText(const NodeMetrics& node, const ProcessMetrics& process,
                        const BuildInfo& build) {
  std::vector<MetricFamily> families = NodeFamilies(node);
  Append(ProcessFamilies(process), families);
  families.push_back(BuildInfoFamily(build));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace baton
