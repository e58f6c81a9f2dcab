// The receivers: takes what has arrived, counts, finds gaps by the packets' own numbers.
//
// As a rule sockets are polled, in passes over all at which something is expected: nobody sleeps
// whom the subject's sends would have to wake, which is work that says nothing about the subject.
// With receivers_wait they sleep in epoll, as ordinary receivers on the subject's own host do.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time_point.h"
#include "bench/yardsticks/participants.h"
#include "net/unique_fd.h"

namespace baton::bench {

struct Arrivals {
  uint64_t received = 0;
  uint64_t gaps = 0;                // packets left out where a later one had already come
  uint64_t reordered = 0;           // packets that came after a later one, or twice
  uint64_t misshapen = 0;           // of another size than was sent
  std::vector<int64_t> latency_ns;  // send call to the kernel's receive time, at timed receivers
};

class Sinks {
 public:
  // With `numbered`, packets carry the stamps of packet.h; the floor's static ones do not.
  // `participants` outlives this.
  Sinks(const Participants& participants, const Options& options, bool numbered);

  // `packets` of this publisher are under way to each of its receivers.
  void Expect(uint32_t publisher, uint64_t packets);
  // Expected, and not yet here.
  uint64_t outstanding() const { return outstanding_; }
  // What is still not here is lost.
  void GiveUp();

  // One pass over the sockets, or until `deadline`; the next pass goes on where this one ended.
  // Returns how many packets it found.
  uint64_t Drain(TimePoint deadline);
  // With receivers_wait: sleeps until a packet comes, or `deadline`. Otherwise: until `deadline`.
  void Sleep(TimePoint deadline);

  // What has arrived since the last call.
  Arrivals Take();
  uint64_t overflows() const;

 private:
  struct Sink {
    int fd = -1;
    bool timestamps = false;
    uint64_t outstanding = 0;
    std::vector<uint64_t> next;  // by publisher: the number that comes next
  };

  uint64_t DrainReady(TimePoint deadline);
  uint64_t DrainOne(Sink& sink);
  void Judge(Sink& sink, const uint8_t* packet, int64_t received_ns);

  const Participants& participants_;
  size_t size_;
  size_t smallest_;
  bool numbered_;
  net::UniqueFd epoll_;  // with receivers_wait
  std::vector<Sink> sinks_;
  size_t next_sink_ = 0;
  uint64_t outstanding_ = 0;
  Arrivals arrivals_;

  // Without UDP_GRO only the stamp of each packet is copied out of the kernel.
  size_t buffer_bytes_;
  int flags_;
  std::vector<uint8_t> buffers_;
  std::vector<uint8_t> controls_;
  std::vector<iovec> iovecs_;
  std::vector<mmsghdr> messages_;
};

}  // namespace baton::bench
