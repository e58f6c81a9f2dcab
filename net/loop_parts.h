// What the loops of both back ends are made of.
#pragma once

#include <cstddef>
#include <vector>

#include "net/busy_clock.h"
#include "net/event_loop.h"
#include "net/rx_batch.h"
#include "net/rx_buffers.h"
#include "net/socket.h"
#include "net/tx_messages.h"
#include "net/wake_event.h"

namespace baton::net {

// Bytes of a datagram, or of several that come in one piece, that a receive buffer has room for.
inline size_t ReceiveSize(const EventLoopConfig& config) {
  return config.receive_runs ? kGroBufferSize : config.rx_buffer_size;
}

struct LoopParts {
  // `buffer_size` is the size of a receive buffer with what the back end puts before the datagram.
  LoopParts(const EventLoopConfig& config, std::vector<UdpSocket> opened, size_t buffer_size,
            bool nonblocking_wake)
      : wake(nonblocking_wake),
        buffers(config.rx_buffers, buffer_size),
        batch(config.max_batch, opened.size(), buffers.refs(), counters),
        messages(opened.size(), config.destinations, counters),
        busy(counters.busy_ns) {
    for (UdpSocket& socket : opened) {
      bound.push_back(socket.bound);
      sockets.push_back(std::move(socket.fd));
    }
  }

  LoopCounters counters;
  WakeEvent wake;
  std::vector<UniqueFd> sockets;
  std::vector<BoundSocket> bound;
  RxBuffers buffers;
  RxBatch batch;
  TxMessages messages;
  BusyClock busy;
};

}  // namespace baton::net
