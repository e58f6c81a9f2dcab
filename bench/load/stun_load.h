// The two threads of a STUN load and what they share.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/address.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "bench/load/generator.h"
#include "bench/load/interval_log.h"
#include "bench/load/leg_ledger.h"
#include "bench/load/receive_batch.h"
#include "bench/load/send_stats.h"
#include "net/socket.h"
#include "net/unique_fd.h"
#include "stun/attributes.h"

namespace baton::bench {

// When request number n is due, what it is, and who sends it.
struct StunSchedule {
  // So many requests in a row are one source's: what is due by the time that the sender wakes up
  // then leaves with few system calls.
  static constexpr uint64_t kTurn = 16;

  TimePoint start;
  uint64_t rate = 1;  // requests a second
  uint64_t sources = 1;
  uint64_t first_measured = 0;  // number
  uint64_t end = 0;             // number that is not sent any more
  uint32_t run = 0;             // in every transaction id

  // The first number that is due `after` the start, or later.
  static uint64_t NumberAt(Duration after, uint64_t rate);
  TimePoint Due(uint64_t number) const;
  size_t SourceOf(uint64_t number) const { return number / kTurn % sources; }
  // How many of the requests with numbers below `number` are of `source`; of a request of its own,
  // which one in a row it is.
  uint64_t OwnBefore(size_t source, uint64_t number) const;
  // 32 bits of run, 64 bits of number.
  stun::TransactionId IdOf(uint64_t number) const;
  std::optional<uint64_t> NumberOf(const stun::TransactionId& id) const;
};

// Judges answers.
class StunJudge {
 public:
  StunJudge(const StunSchedule& schedule, const std::vector<TransportAddress>& sources);

  void OnDatagram(size_t source, Bytes datagram, TimePoint arrival);
  void CountBytes(size_t bytes) { arrivals_.received_bytes += bytes; }
  // Requests with numbers below `number` have been answered, or are lost.
  LegLedger::Settled Settle(uint64_t number);
  // See PacketJudge.
  void ForgetWarmUp() { arrivals_.ForgetWarmUp(); }
  void Take(Arrivals& out);

 private:
  const StunSchedule schedule_;
  const std::vector<TransportAddress> sources_;
  std::vector<LegLedger> ledgers_;  // by source; of its own requests
  Arrivals arrivals_;
};

class StunLoad {
 public:
  StunLoad(const StunSchedule& schedule, const TransportAddress& server,
           std::vector<net::UdpSocket> sockets);
  // Stops the threads, if they run.
  ~StunLoad();
  StunLoad(const StunLoad&) = delete;
  StunLoad& operator=(const StunLoad&) = delete;

  absl::Status Start();
  void Stop() { stop_sending_.store(true, std::memory_order_relaxed); }
  std::optional<Interval> Latest() const { return log_.Latest(); }
  const SendStats& sent() const { return stats_; }

  // Waits until the sender has ended, which it does at the schedule's end or after Stop().
  GeneratorResult FinishSending();
  // See Receiver::Finish().
  ReceivedResult FinishReceiving(TimePoint end);

 private:
  void Send();
  // Sends requests of one source; how many the kernel took.
  uint32_t SendRequests(uint64_t first, uint32_t count);
  void Count(uint64_t number, TimePoint now);
  void Receive();
  bool Drained() const;
  void Cut(TimePoint at);

  const StunSchedule schedule_;
  const TransportAddress server_;
  const std::vector<net::UdpSocket> sockets_;
  SendStats stats_;
  GeneratorResult generated_;
  std::atomic<uint64_t> next_number_{0};
  std::atomic<bool> stop_sending_{false};
  // When the receiver is to end, at the earliest, ns; 0 while that is not known.
  std::atomic<int64_t> end_ns_{0};

  // The receiving thread's.
  StunJudge judge_;
  IntervalLog log_;
  ReceiveBatch batch_;
  net::UniqueFd epoll_;
  Arrivals arrivals_;
  bool measuring_ = false;
  TimePoint last_arrival_;
  uint64_t sent_at_cut_ = 0;

  std::thread sender_;
  std::thread receiver_;
};

}  // namespace baton::bench
