// What a scrape shows of a node, as plain values: a snapshot between the counters that threads
// write (cmd/batond/collect.h) and the text that Prometheus reads (cmd/batond/metrics.h).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace baton {

// One value of a metric with one label.
struct LabelledCount {
  std::string label;
  uint64_t value = 0;
};

struct LabelledTraffic {
  std::string direction;  // "in", "out"
  std::string kind;       // "rtp", "rtcp", "stun"
  uint64_t packets = 0;
  uint64_t bytes = 0;  // UDP payload
};

// In the unit of whoever counted.
struct HistogramBuckets {
  struct Bucket {
    uint64_t upper_bound = 0;
    uint64_t count = 0;  // in this bucket, not below it
  };
  std::vector<Bucket> buckets;  // ascending
  uint64_t beyond = 0;          // above the last bound
  uint64_t sum = 0;
};

struct LabelledHistogram {
  std::string label;
  HistogramBuckets histogram;
};

// What the kernel granted, of the smallest socket; 0 if there is none.
struct SocketBuffers {
  std::string port;  // "media", "stun"
  uint64_t receive_bytes = 0;
  uint64_t send_bytes = 0;
};

struct SocketMetrics {
  uint64_t messages_sent = 0;
  uint64_t send_calls = 0;
  uint64_t receive_shortages = 0;
  uint64_t receive_rearms = 0;
  uint64_t runs_refused = 0;
  HistogramBuckets datagrams_per_message;
  std::vector<SocketBuffers> buffers;
  std::vector<LabelledCount> received_lost;  // by reason
  std::vector<LabelledCount> send_failures;  // datagrams, by reason
};

struct ControlMetrics {
  int64_t unauthenticated = 0;
  int64_t sessions = 0;
  int64_t watchers = 0;
  uint64_t connections_accepted = 0;
  uint64_t events = 0;
  std::vector<LabelledCount> connections_closed;  // by reason
  std::vector<LabelledCount> requests;            // by code
};

// What goes to recordings, which is not among what goes to peers.
struct RecordingMetrics {
  uint64_t packets = 0;  // made for them: RTP and RTCP
  uint64_t bytes = 0;
  uint64_t packets_dropped = 0;  // of those: found the queue full
  uint64_t backlog_bytes = 0;    // in the queues now
};

// Recordings themselves.
struct RecorderMetrics {
  std::vector<LabelledCount> live;  // by state
  uint64_t started = 0;
  std::vector<LabelledCount> ended;  // by result
  uint64_t restarts = 0;
  std::vector<LabelledCount> failures;  // by reason
  uint64_t bytes = 0;                   // in files
  uint64_t files = 0;
  uint64_t lost_packets = 0;
  std::vector<LabelledCount> hooks;    // by result
  std::vector<LabelledCount> deleted;  // by reason
};

struct NodeMetrics {
  std::string io_backend;  // "uring", "epoll"
  int64_t rooms = 0;
  int64_t endpoints = 0;
  int64_t legs = 0;
  std::vector<LabelledCount> tracks;         // by kind
  std::vector<double> shard_busy_ratio;      // by shard, 0..1
  std::vector<LabelledTraffic> traffic;      // on media ports
  std::vector<LabelledCount> dropped;        // packets, by reason
  std::vector<LabelledCount> ice;            // STUN on media ports, by result
  std::vector<LabelledCount> rtcp;           // packets received, by type
  std::vector<LabelledCount> rtcp_sent;      // likewise
  std::vector<LabelledCount> rtcp_feedback;  // those of the received ones that are feedback
  uint64_t retransmitted_packets = 0;        // to subscribers
  uint64_t retransmitted_bytes = 0;
  std::vector<LabelledCount> retransmissions_refused;  // by reason
  uint64_t repaired_packets = 0;                       // that publishers sent again when asked
  uint64_t filler_packets = 0;
  uint64_t copies_due = 0;  // packets of tracks, for each leg that was there to get them
  uint64_t streams = 0;
  uint64_t history_bytes = 0;
  std::vector<LabelledCount> stun_requests;  // at the public server, by result
  uint64_t events_deferred = 0;
  HistogramBuckets forward_latency;               // ns
  std::vector<LabelledHistogram> forward_stages;  // ns, by stage
  RecordingMetrics recordings;
  SocketMetrics sockets;
  ControlMetrics control;
  RecorderMetrics recorder;
  uint64_t admin_connections_refused = 0;
};

}  // namespace baton
