// The core of one shard: everything that Baton does between receiving a datagram and sending its
// copies, without I/O, thread or clock. It is handed batches and the time, and answers with
// batches.
//
// Thread: all calls from the shard's own, except metrics(), which anyone may read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/datagram.h"
#include "base/lazy_array.h"
#include "base/memory_plan.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/command.h"
#include "relay/command_handler.h"
#include "relay/config.h"
#include "relay/event_reporter.h"
#include "relay/ice_agents.h"
#include "relay/leg_feedback.h"
#include "relay/leg_forwarder.h"
#include "relay/leg_router.h"
#include "relay/lifecycle.h"
#include "relay/media_path.h"
#include "relay/metrics.h"
#include "relay/outbox.h"
#include "relay/output.h"
#include "relay/packet_history.h"
#include "relay/publisher_feedback.h"
#include "relay/registry.h"
#include "relay/reporter.h"
#include "relay/retransmitter.h"
#include "relay/rtcp_receiver.h"
#include "relay/rtcp_sender.h"
#include "relay/speakers.h"
#include "relay/stream_receiver.h"

namespace baton::relay {

class Core {
 public:
  explicit Core(const CoreConfig& config);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Everything that such a core allocates, item by item. It never grows.
  static std::vector<MemoryItem> MemoryPlan(const CoreConfig& config);

  // `now` never goes backwards over the calls of the following three. What they add to `tx` is the
  // caller's to flush: before the next HandleDatagrams(), which reuses memory that it refers to,
  // and before a command that follows, because what is in the batch when an endpoint or leg is
  // removed would be sent after that. Destinations are numbered below limits.endpoints, and `tx`
  // has room for as many entries as `datagrams` are, up to Trains::kMaxTrain.
  void HandleDatagrams(TimePoint now, std::span<const Datagram> datagrams, TxBatch& tx);
  // Only while CanTakeCommand(): otherwise drain the outputs first.
  void HandleCommand(TimePoint now, const Command& command, TxBatch& tx);
  void HandleDeadline(TimePoint now, TxBatch& tx);

  // When HandleDeadline() wants to be called next; kNever if nothing waits for time to pass.
  TimePoint NextDeadline() const { return std::min(next_tick_, publishers_.NextDeadline()); }

  bool CanTakeCommand() const { return outbox_.CanTakeCommand(); }
  // Replies and events, in the order in which they happened. False if there are none.
  bool PopOutput(Output& output) { return outbox_.Pop(output); }

  const CoreMetrics& metrics() const { return metrics_; }

 private:
  void HandleDatagram(TimePoint now, const Datagram& datagram, TxBatch& tx);
  void HandleRtcp(TimePoint now, const Datagram& datagram, TxBatch& tx);
  void HandleTick(TimePoint now, TxBatch& tx);
  uint32_t SenderOf(const Flow& flow);
  void StopSilentStreams(TimePoint now);
  void ScheduleTick(TimePoint now);

  CoreConfig config_;
  CoreMetrics metrics_;
  Outbox outbox_;
  Registry registry_;
  LazyArray<LegFeedback> leg_feedback_;  // by leg
  PacketHistory history_;
  EventReporter events_;
  RtcpSender rtcp_;
  PublisherFeedback publishers_;
  LegRouter router_;
  Speakers speakers_;
  IceAgents ice_;
  StreamReceiver receiver_;
  LegForwarder forwarder_;
  MediaPath media_;
  Retransmitter retransmitter_;
  RtcpReceiver rtcp_receiver_;
  Reporter reporter_;
  Lifecycle lifecycle_;
  CommandHandler commands_;
  TimePoint next_tick_ = kNever;
  // The flow of the last datagram and its endpoint: datagrams come in trains.
  Flow last_flow_;
  uint32_t last_sender_ = kNoIndex;
};

}  // namespace baton::relay
