// One sender of bursts.
#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "bench/yardsticks/options.h"
#include "bench/yardsticks/udp.h"

namespace baton::bench {

class Publisher {
 public:
  // `socket` outlives this, and is connected to `to`.
  Publisher(uint32_t index, int socket, const TransportAddress& to, const Options& options);

  // Numbers, stamps and sends options.burst packets as one message, or as two if they are uneven.
  void SendBurst();

 private:
  void WriteRtpHeader(uint8_t* packet) const;
  void Send(uint8_t* packets, uint32_t count, uint32_t size);

  uint32_t index_;
  int socket_;
  uint32_t burst_;
  uint32_t size_;
  uint32_t uneven_;
  uint64_t next_number_ = 0;
  uint64_t bursts_ = 0;
  std::vector<uint8_t> packets_;
};

}  // namespace baton::bench
