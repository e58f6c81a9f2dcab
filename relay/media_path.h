// The packet path of media: an RTP datagram of a known endpoint comes in, its copies go out.
// Nothing here allocates, locks, reads a clock or throws.
#pragma once

#include <cstdint>
#include <span>

#include "base/datagram.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/config.h"
#include "relay/event_reporter.h"
#include "relay/media_packet.h"
#include "relay/metrics.h"
#include "relay/registry.h"
#include "relay/run_padding.h"
#include "relay/trains.h"

namespace baton::relay {

class MediaPath {
 public:
  MediaPath(const CoreConfig& config, Registry& registry, EventReporter& events,
            CoreMetrics& metrics)
      : registry_(registry),
        events_(events),
        metrics_(metrics),
        trains_(config.limits.tracks),
        pad_runs_(config.pad_runs) {}

  // All that was forwarded before has been sent.
  void BeginBatch() { padding_.Clear(); }

  // Takes a packet in, to be forwarded with others of its track. Until Forward() its bytes have to
  // last. `sender`: index of the endpoint whose flow it came on.
  void HandleRtp(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx);

  // Makes the copies of all that was taken in. To be called before anything that could change who
  // gets them: legs come and go, addresses move.
  void Forward(TxBatch& tx);

  // Validates and counts. What reports say is for the relay itself: none is passed on.
  void HandleRtcp(const Datagram& datagram);

 private:
  struct Copies {
    uint64_t packets = 0;
    uint64_t bytes = 0;
  };
  using Packets = std::span<const MediaPacket>;
  void ForwardTrain(uint32_t track, Packets packets, TxBatch& tx);
  Copies ForwardToLeg(Packets packets, FanoutEntry& leg, FanoutTotals& totals, TxBatch& tx);
  void DropForLeg(FanoutTotals& totals, DropReason reason, uint64_t packets);

  Registry& registry_;
  EventReporter& events_;
  CoreMetrics& metrics_;
  Trains trains_;
  RunPadding padding_;
  bool pad_runs_;
};

}  // namespace baton::relay
