// The thread that writes what is in the queues of all taps to the recording processes. It does
// nothing but that, and waits for no process: one that does not read has its packets wait in their
// queue.
//
// It sleeps when there is nothing to write. While packets come it looks every few milliseconds
// instead of being woken for each batch: recordings are not in a hurry, large pieces are cheap to
// write and to read, and shards are spared the system call.
//
// Create() and all but the thread itself belong to the control thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "base/datagram.h"
#include "cmd/node/tap_stream.h"
#include "net/unique_fd.h"
#include "net/wake_event.h"

namespace baton {

class TapWriter {
 public:
  // Starts the thread. `wake` is what it is woken by, and outlives it.
  static absl::StatusOr<std::unique_ptr<TapWriter>> Create(net::WakeEvent& wake);
  ~TapWriter();
  TapWriter(const TapWriter&) = delete;
  TapWriter& operator=(const TapWriter&) = delete;

  // Ends the thread, which first writes what can be written at once. Idempotent. What is asked
  // afterwards is not done.
  void Stop();

  // What is asked is done in this order, soon. All but Open() are about a tap that is open.
  void Open(TapNumber tap, std::shared_ptr<TapQueue> queue, std::shared_ptr<TapProgress> progress);
  void Attach(TapNumber tap, net::UniqueFd fd, std::string first);
  void Detach(TapNumber tap);
  // Behind what is in the queue at `position`.
  void Send(TapNumber tap, uint64_t position, std::string message);
  void Close(TapNumber tap);

 private:
  struct Opened {
    std::shared_ptr<TapQueue> queue;
    std::shared_ptr<TapProgress> progress;
  };
  struct Attached {
    net::UniqueFd fd;
    std::string first;
  };
  struct Detached {};
  struct Sent {
    uint64_t position;
    std::string message;
  };
  struct Closed {};
  using Action = std::variant<Opened, Attached, Detached, Sent, Closed>;
  struct Request {
    TapNumber tap;
    Action action;
  };

  struct Tap {
    TapStream stream;
    bool blocked = false;
  };

  // How long it lets packets gather.
  static constexpr auto kPause = std::chrono::milliseconds(10);
  // Of an epoll event that is about no tap.
  static constexpr uint32_t kWakeEvent = kMaxTaps;

  explicit TapWriter(net::WakeEvent& wake) : wake_(wake) {}

  void Ask(TapNumber tap, Action action);

  // On the thread.
  void Run();
  void Wait(int timeout_ms);
  struct Round {
    bool wrote = false;  // there was something to write
    bool more = false;   // and there is still
  };
  Round Serve();
  void OnEvent(const epoll_event& event);
  void TakeRequests();
  void Do(TapNumber tap, Action action);
  Round WriteAll();
  // Whether there is nothing to do until somebody wakes the thread.
  bool MaySleep();
  Tap& At(TapNumber number);
  bool Watch(TapNumber number, const Tap& tap, int operation, uint32_t events);
  void Detach(TapNumber number, Tap& tap);

  net::WakeEvent& wake_;
  net::UniqueFd epoll_;
  std::mutex mutex_;
  std::vector<Request> requests_;  // under `mutex_`
  std::map<TapNumber, Tap> taps_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace baton
