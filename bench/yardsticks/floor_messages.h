// The floor's messages: made once, from one static buffer, and sent again and again.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/yardsticks/udp.h"
#include "bench/yardsticks/yardstick_io.h"

namespace baton::bench {

// One message for each receiver of one publisher, all with the same packets.
class FloorMessages {
 public:
  // `data` has room for all the packets that SetPackets() will ask for. It and `route` outlive
  // this.
  FloorMessages(const Route& route, uint8_t* data, size_t packet_size);
  FloorMessages(const FloorMessages&) = delete;  // the messages point into it
  FloorMessages& operator=(const FloorMessages&) = delete;

  // Makes each message carry so many packets. Nothing to do if it does.
  void SetPackets(size_t packets);

  std::vector<mmsghdr>& messages() { return messages_; }

 private:
  size_t packet_size_;
  size_t packets_ = 0;
  iovec data_{};
  SegmentControl control_{};
  std::vector<mmsghdr> messages_;
};

}  // namespace baton::bench
