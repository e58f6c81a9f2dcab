// The UDP sockets of one node, as its kernel would have them: queues of bounded size for what
// arrives, pieces that UDP_GRO has joined, runs that UDP_SEGMENT cuts, and the kernel's refusals.
// The rings of both back ends (kernel/sim_ring.h, kernel/sim_calls.h) stand on it, so a fault that
// is made here is the same for both.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/datagram.h"
#include "base/random.h"
#include "base/time_point.h"
#include "tests/sim/engine/datagram_mark.h"
#include "tests/sim/kernel/send_refusals.h"

namespace baton::sim {

// The world around the sockets.
class UdpModelHost {
 public:
  virtual ~UdpModelHost() = default;
  // The node has read a datagram. Called in the order in which the node gets them.
  virtual void OnRead(const Flow& from, const DatagramMark& mark, Bytes datagram) = 0;
  // The node hands a datagram to the kernel, which takes it or not. A run that is refused as a run
  // may come again.
  virtual void OnWrite(const Flow& to, Bytes datagram, bool taken) = 0;
};

class UdpModel {
 public:
  struct Config {
    // Of each socket: a tight queue until some point of time, and room for everything after that.
    size_t tight_queue_bytes = 0;
    TimePoint tight_until{};
    // Datagrams of one peer that arrive within this time come in one piece. Zero: never.
    Duration gro_window{};
    SendRefusals::Config refusals;
  };

  // `descriptors`: by SocketIndex, the numbers by which the loop calls its sockets.
  UdpModel(const Config& config, std::vector<int> descriptors, Random random, UdpModelHost& host);

  // A datagram comes from the network. Dropped if the socket's queue is full.
  void Arrive(TimePoint now, const Flow& from, const DatagramMark& mark, Bytes datagram);

  size_t sockets() const { return queues_.size(); }
  SocketIndex SocketOf(int descriptor) const;
  int descriptor(SocketIndex socket) const { return descriptors_[socket]; }
  bool HasData(SocketIndex socket) const { return !queues_[socket].pieces.empty(); }
  // When the oldest piece in the socket's queue came; HasData(socket).
  TimePoint OldestArrival(SocketIndex socket) const {
    return queues_[socket].pieces.front()->arrived;
  }

  // Moves the oldest piece into `message`, as recvmsg() does: name, control data, flags and as much
  // of the payload as fits into `payload`. Returns the payload's size; HasData(socket).
  size_t Read(SocketIndex socket, msghdr& message, MutableBytes payload);

  // Sends as sendmsg() with MSG_DONTWAIT does: the number of bytes, or -errno.
  int Write(TimePoint now, SocketIndex socket, const msghdr& message);

  uint64_t dropped() const { return dropped_; }
  size_t queued_bytes() const;

 private:
  struct Piece {
    TransportAddress from;
    TimePoint arrived;
    size_t segment_size = 0;
    bool closed = false;  // a shorter datagram was the last one
    std::vector<uint8_t> bytes;
    std::vector<DatagramMark> marks;
  };
  struct Queue {
    std::deque<std::unique_ptr<Piece>> pieces;
    size_t bytes = 0;
    uint32_t drops = 0;
  };

  bool Join(Queue& queue, TimePoint now, const Flow& from, const DatagramMark& mark,
            Bytes datagram) const;
  std::unique_ptr<Piece> NewPiece();
  static void WriteControl(const Piece& piece, uint32_t drops, msghdr& message);
  void TellRead(SocketIndex socket, const Piece& piece);

  Config config_;
  std::vector<int> descriptors_;
  UdpModelHost& host_;
  SendRefusals refusals_;
  std::vector<Queue> queues_;  // by SocketIndex
  std::vector<std::unique_ptr<Piece>> spare_;
  std::vector<uint8_t> gathered_;
  uint64_t dropped_ = 0;
};

}  // namespace baton::sim
