// The packet path of media: an RTP datagram of a known endpoint comes in, its copies go out.
// Nothing here allocates, locks, reads a clock or throws.
#pragma once

#include <cstdint>
#include <span>

#include "base/datagram.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/config.h"
#include "relay/leg_forwarder.h"
#include "relay/metrics.h"
#include "relay/packet_history.h"
#include "relay/registry.h"
#include "relay/run_padding.h"
#include "relay/stream_receiver.h"
#include "relay/trains.h"

namespace baton::relay {

class MediaPath {
 public:
  MediaPath(const CoreConfig& config, Registry& registry, StreamReceiver& receiver,
            LegForwarder& forwarder, PacketHistory& history, CoreMetrics& metrics);

  // All that was forwarded before has been sent.
  void BeginBatch() {
    padding_.Clear();
    receiver_.BeginBatch();
  }

  // Takes a packet in, to be forwarded with others of its stream. Until Forward() its bytes have to
  // last. `sender`: index of the endpoint whose flow it came on.
  void HandleRtp(TimePoint now, const Datagram& datagram, uint32_t sender, TxBatch& tx);

  // Makes the copies of all that was taken in. To be called before anything that could change who
  // gets them: legs come and go, addresses move.
  void Forward(TimePoint now, TxBatch& tx);

 private:
  void ForwardTrain(TimePoint now, uint32_t stream, std::span<MediaPacket> packets, TxBatch& tx);

  Registry& registry_;
  StreamReceiver& receiver_;
  LegForwarder& forwarder_;
  PacketHistory& history_;
  CoreMetrics& metrics_;
  Trains trains_;
  RunPadding padding_;
  bool pad_runs_;
};

}  // namespace baton::relay
