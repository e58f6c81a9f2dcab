// The receiving thread: drains the sockets of all peers, has every datagram judged, speaks STUN for
// ICE peers, and cuts what happened into intervals.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "base/time_point.h"
#include "bench/load/ice_peer.h"
#include "bench/load/interval_log.h"
#include "bench/load/packet_judge.h"
#include "bench/load/receive_batch.h"
#include "bench/load/send_stats.h"
#include "bench/load/topology.h"
#include "net/unique_fd.h"
#include "net/wake_event.h"

namespace baton::bench {

class Receiver {
 public:
  // All of them outlive the receiver.
  Receiver(Topology& topology, PacketJudge& judge, SendStats& sent);
  // Stops the thread, if it runs.
  ~Receiver();
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  // Starts the thread. Nothing is measured yet.
  absl::Status Start();

  // --- The control thread, from here on.

  // From now on `peer` speaks ICE. Replaces what it spoke before.
  void StartIce(uint32_t peer, IceParameters parameters);
  // How many StartIce() have led to a connection so far.
  uint32_t ice_connected() const { return ice_connected_.load(std::memory_order_acquire); }

  // What comes from `begin` to `end` is measured, in intervals of a second.
  void Measure(TimePoint begin, TimePoint end);
  // A visitor has left, which PacketJudge knows: releases it once its last packets have been read.
  void Release(uint32_t peer);
  // Visitors that have been released since the last call.
  std::vector<uint32_t> TakeReleased();

  // The latest complete interval, if there is one: for showing.
  std::optional<Interval> Latest() const { return log_.Latest(); }

  // After the generator has ended, at `end` or when it was told to: reads what is still on its way
  // until nothing has come for a quarter of a second, or for a second at most; stops the thread;
  // says what there was.
  ReceivedResult Finish(TimePoint end);

 private:
  struct IceStart {
    uint32_t peer;
    IceParameters parameters;
  };
  struct Leaver {
    uint32_t peer;
    TimePoint due;
  };
  struct IceSlot {
    uint32_t peer;
    IcePeer ice;
    bool counted = false;
  };
  // What the control thread asks for.
  struct Inbox {
    std::vector<IceStart> ice;
    std::vector<uint32_t> leavers;
    std::optional<TimePoint> begin;
    std::optional<TimePoint> end;
    bool finish = false;
  };

  void Run();
  int WaitMs() const;
  void ReadInbox();
  void ReadSocket(uint32_t peer);
  void OnMessage(uint32_t peer, const ReceiveBatch::Message& message);
  void OnStun(uint32_t peer, Bytes datagram);
  void SendTo(uint32_t peer, const TransportAddress& to, Bytes datagram);
  void RunIceTimers();
  void ReleaseLeavers(TimePoint now);
  void CutIntervals();
  // Ends the present interval, and with it what could be said about the one before.
  void Cut(TimePoint at);
  bool Drained() const;
  ReceivedResult Result();
  std::vector<uint64_t> SentNow() const;

  Topology& topology_;
  PacketJudge& judge_;
  IntervalLog log_;
  ReceiveBatch batch_;
  net::UniqueFd epoll_;
  net::WakeEvent wake_{true};
  std::thread thread_;
  std::atomic<bool> stop_{false};
  std::atomic<uint32_t> ice_connected_{0};

  mutable std::mutex mutex_;
  Inbox inbox_;                     // under the mutex
  std::vector<uint32_t> released_;  // under the mutex

  // The thread's own; the control thread's again once it has ended.
  std::vector<std::unique_ptr<IceSlot>> ice_;  // by peer
  std::vector<uint32_t> ice_peers_;            // those that speak it
  TimePoint next_ice_;
  std::deque<Leaver> leavers_;
  bool finishing_ = false;
  bool measuring_ = false;
  std::optional<TimePoint> begin_;
  TimePoint end_;
  TimePoint last_arrival_;
  Arrivals arrivals_;
  LegLedger::Settled released_settled_;  // of visitors, in the present interval
  std::vector<uint64_t> sent_at_cut_;    // by stream
};

}  // namespace baton::bench
