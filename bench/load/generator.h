// The sending thread: sends every stream's packets at their scheduled times, whatever becomes of
// them (an open loop: a slow node does not slow its load down). A packet that is sent late keeps
// its scheduled time, and how late it was is the generator's lag.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/bytes.h"
#include "base/time_point.h"
#include "bench/load/latency_histogram.h"
#include "bench/load/send_stats.h"
#include "bench/load/topology.h"

namespace baton::bench {

struct GeneratorOptions {
  TimePoint start;
  TimePoint measure_from;  // packets that are due earlier are the warm-up
  TimePoint end;           // none that is due then, or later, is sent
  bool gso = true;         // a burst leaves with UDP_SEGMENT; otherwise packet by packet
};

struct GeneratorResult {
  LatencyHistogram lag;       // of each measured packet
  uint64_t failed_sends = 0;  // packets that the kernel refused
  std::string first_failure;  // why
};

class Generator {
 public:
  // `topology` and `stats` outlive the generator.
  Generator(Topology& topology, SendStats& stats, const GeneratorOptions& options);
  // Stops the thread, if it runs.
  ~Generator();
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  void Start();
  // Ends before its time: within 50 ms.
  void Stop() { stop_.store(true, std::memory_order_relaxed); }
  // Waits for the thread's end.
  GeneratorResult Finish();

 private:
  // A stream with what it sends next.
  struct Next {
    TimePoint due;
    uint32_t stream;
    Burst burst;
    friend bool operator>(const Next& a, const Next& b) { return a.due > b.due; }
  };

  void Run();
  void SendBurst(const Next& next);
  void Build(Stream& stream, uint32_t index, const Next& next, uint64_t first, uint32_t packets,
             bool ends_burst);
  // Sends what Build() has made; how many packets the kernel took.
  uint32_t Send(const Stream& stream, uint32_t packets, uint32_t size);
  bool SendSegmented(int fd, const TransportAddress& to, uint32_t size);
  uint32_t SendSingly(int fd, const TransportAddress& to, uint32_t packets, uint32_t size);
  // After a failed send: whether to try again.
  bool WaitForRoom(int fd, int error);

  Topology& topology_;
  SendStats& stats_;
  const GeneratorOptions options_;
  bool gso_;
  std::vector<Next> heap_;  // the earliest first
  std::vector<uint8_t> bytes_;
  size_t used_ = 0;  // of bytes_
  GeneratorResult result_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

// How long after its end a run may go on sending what it is late with. The rest is never sent.
inline constexpr Duration kMaxOverrun = std::chrono::seconds(1);

// For threads that send on schedule. The first makes the calling thread's wake-ups exact, and lets
// it go before others where that is allowed; the second sleeps until `due`, and at most 50 ms at
// once.
void PrepareForSchedule();
void SleepTowards(TimePoint due);

}  // namespace baton::bench
