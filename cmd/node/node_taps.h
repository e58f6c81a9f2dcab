// The taps of a node: their queues, the table by which shards find them, and the thread that writes
// them, which starts with the first one.
//
// Thread: the control thread; what shards use is table().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/memory_plan.h"
#include "cmd/node/tap_queue.h"
#include "cmd/node/tap_stream.h"
#include "cmd/node/tap_table.h"
#include "cmd/node/tap_writer.h"
#include "control/taps.h"

namespace baton {

class NodeTaps final : public control::Taps {
 public:
  // What `recordings` at once take at most, with queues of `queue_bytes` each.
  static std::vector<MemoryItem> MemoryPlan(size_t recordings, size_t queue_bytes);

  // What shards look taps up in. They end before this does.
  TapTable& table() { return table_; }

  // Ends the thread, when no shard runs any more. What processes do not take at once is lost.
  void Stop();

  // Of all taps that are open.
  uint64_t backlog_bytes() const;

  // control::Taps:
  absl::StatusOr<TapNumber> Open(size_t queue_bytes) override;
  void Attach(TapNumber tap, int fd, std::string first) override;
  void Detach(TapNumber tap) override;
  bool SendMessage(TapNumber tap, std::string frame) override;
  void Finish(TapNumber tap, std::string frame) override;
  void Close(TapNumber tap) override;
  control::TapCounters Counters(TapNumber tap) const override;

 private:
  struct Tap {
    std::shared_ptr<TapQueue> queue;
    std::shared_ptr<TapProgress> progress;
    uint64_t messages = 0;  // sent ever
    uint64_t message_bytes = 0;
    bool finishing = false;  // the last of them is Finish()'s
  };

  Tap& At(TapNumber tap);
  const Tap& At(TapNumber tap) const;
  void Send(TapNumber number, Tap& tap, std::string message);

  TapTable table_;
  std::map<TapNumber, Tap> taps_;
  std::unique_ptr<TapWriter> writer_;
};

}  // namespace baton
