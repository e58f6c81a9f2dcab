// The event loop of one shard: its UDP sockets, its receive buffers, and the batches that go in and
// out. Two back ends, io_uring and epoll, behave alike behind this interface.
//
// A received datagram lies in a numbered buffer (base/buffer_refs.h). The loop holds one reference
// for each datagram of the batch that Receive() returned, until the next Receive(); whoever needs
// the bytes longer retains the buffer, and releases it on the loop's thread. A freed buffer is
// received into again, the one freed last first. While every buffer is held the loop hears nothing
// (the kernel's socket buffer fills, then drops) and it hears again with the Receive() after the
// first release.
//
// Thread: Create() anywhere. The first Receive() or Send() makes the calling thread the loop's
// owner; everything but Wake() and counters() belongs to it from then on. Destroyed by its owner,
// or by anyone once the owner's thread has ended.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/address.h"
#include "base/buffer_refs.h"
#include "base/counter.h"
#include "base/datagram.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "net/bound_socket.h"

namespace baton::net {

enum class IoBackend : uint8_t { kUring, kEpoll };

// "uring", "epoll": as in the configuration, the log and the metric.
constexpr std::string_view ToString(IoBackend backend) {
  return backend == IoBackend::kUring ? "uring" : "epoll";
}

struct EventLoopConfig {
  // The addresses to bind, port 0 for any: 1..kMaxSockets. A datagram's SocketIndex is the position
  // in this list. Replies leave from the bound address; one socket for each local address, because
  // a wildcard address lets the kernel choose the source.
  std::vector<TransportAddress> bind;
  // Receive buffers, kMinRxBuffers..kMaxRxBuffers. What is in flight (a batch being worked on) and
  // what is retained comes out of these.
  size_t rx_buffers = 256;
  // The longest datagram in bytes, 64..65535; a longer one is dropped and counted.
  size_t rx_buffer_size = 1920;
  // Let the kernel hand over what came from one peer in a row as one piece (UDP_GRO), which comes
  // up as datagrams again. Each receive buffer then has kGroBufferSize bytes, whatever
  // rx_buffer_size says.
  bool receive_runs = false;
  // Ask the kernel when each datagram came. Otherwise Datagram::received is when the batch was
  // taken.
  bool receive_times = true;
  // When so many datagrams are there, Receive() fetches no more, 1..kMaxBatch. It may return some
  // more than that: what came in one piece stays together.
  size_t max_batch = 256;
  // Datagrams for DestinationIds below this leave in runs (UDP_SEGMENT), all others one by one.
  size_t destinations = 0;
  // Of each socket's queue in the kernel, in bytes of datagram and bookkeeping.
  int receive_buffer_bytes = 4 << 20;
  int send_buffer_bytes = 4 << 20;
};

inline constexpr size_t kMaxSockets = 64;
inline constexpr size_t kMinRxBuffers = 8;
inline constexpr size_t kMaxRxBuffers = 65536;  // io_uring numbers buffers with 16 bits
inline constexpr size_t kMaxBatch = 65536;
inline constexpr size_t kGroBufferSize = 65535;

// Why the kernel refused a datagram.
enum class SendFailure : uint8_t {
  kSocketFull,    // EAGAIN: the socket's send buffer is full
  kNoBuffers,     // ENOBUFS, ENOMEM: the kernel or the device queue has no room
  kTooLong,       // EMSGSIZE
  kUnreachable,   // ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL
  kNotPermitted,  // EPERM, EACCES: a packet filter
  kOther,
};
inline constexpr size_t kSendFailures = 6;

// The metric's label.
std::string_view ToString(SendFailure failure);

// Datagrams in a message: up to 1, 2, 4, ... 64.
using SegmentHistogram = PowerHistogram<7>;

// Written by the owner, read by anyone.
struct LoopCounters {
  Counter rx_datagrams;
  Counter rx_bytes;
  Counter rx_truncated;     // longer than rx_buffer_size; dropped
  Counter rx_errors;        // receives that failed otherwise
  Counter rx_kernel_drops;  // dropped by the kernel because the socket's queue was full
  Counter rx_shortages;     // times when every receive buffer was held by somebody
  Counter rx_rearms;        // multishot receives started again (io_uring)
  Counter tx_datagrams;
  Counter tx_bytes;
  Counter tx_messages;  // messages taken by the kernel; a message carries one run of datagrams
  Counter
      tx_runs_refused;  // messages refused as a run, and sent again one by one where order allows
  SegmentHistogram tx_segments;                    // datagrams of each message taken
  Counter tx_submissions;                          // system calls that carried messages
  std::array<Counter, kSendFailures> tx_failures;  // datagrams, by SendFailure
  Counter cq_overflows;  // times the completion queue was found to have overflowed (io_uring)
  Counter wakeups;       // Wake() calls noticed; several may count as one
  Counter busy_ns;       // time since the first Receive() that was not spent waiting
};

class EventLoop : public TxSink {
 public:
  // Binds the sockets and allocates all that the loop will ever use. Errors: InvalidArgument for a
  // configuration out of range; otherwise what the kernel refused, with a text that says what to
  // do.
  static absl::StatusOr<std::unique_ptr<EventLoop>> Create(IoBackend backend,
                                                           const EventLoopConfig& config);
  // Memory that a loop with this configuration allocates, in bytes (the kernel's socket buffers not
  // counted).
  static size_t BytesFor(const EventLoopConfig& config);

  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  ~EventLoop() override = default;

  // Waits until datagrams arrive, Wake() is called or `deadline` passes, and returns what is there:
  // nothing, or about max_batch datagrams, in order of arrival at each socket. Does not wait if
  // something is there already. It may return nothing early. Drops the references of the batch
  // before, whose datagrams are invalid from then on.
  virtual std::span<const Datagram> Receive(TimePoint deadline) = 0;

  // TxSink: returns when the kernel has taken or refused every entry; never waits for room. Order
  // is kept among the entries of a destination. Payloads may lie anywhere. What is for kTapSocket
  // is none of the loop's business, and left alone.
  void Send(const TxBatch& batch) override = 0;

  // Makes the current or next Receive() return. What was written before Wake() is seen by the owner
  // after that Receive(). Any thread.
  virtual void Wake() = 0;

  virtual IoBackend backend() const = 0;
  // Numbered 0..rx_buffers-1.
  virtual BufferRefs& buffers() = 0;
  virtual const LoopCounters& counters() const = 0;
  // In the order of EventLoopConfig::bind.
  virtual std::span<const BoundSocket> sockets() const = 0;

 protected:
  EventLoop() = default;
};

}  // namespace baton::net
