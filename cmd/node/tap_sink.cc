#include "cmd/node/tap_sink.h"

namespace baton {

void TapSink::Send(TimePoint now, const TxBatch& batch) {
  if (taps_ == nullptr || !taps_->any()) return;
  bool any = false;
  for (const TxBatch::Destination& to : batch.destinations()) {
    if (to.flow.socket != kTapSocket) continue;
    TapQueue* const queue = taps_->Find(to.flow.remote.port);
    for (TxBatch::Position i = batch.Begin(to); !i.at_end(); i = batch.Next(i)) {
      const bool queued = queue != nullptr && queue->Push(now, batch.entry(i));
      if (!queued) dropped_.Add();
      any |= queued;
    }
  }
  if (any) taps_->wake().Signal();
}

}  // namespace baton
