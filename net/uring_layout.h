// How a multishot recvmsg lays out a provided buffer: io_uring_recvmsg_out, room for the sender's
// address, room for control data, payload. The rooms have the sizes that the request asked for;
// what is in them may be shorter.
#pragma once

#include <liburing.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/bytes.h"
#include "net/rx_batch.h"

namespace baton::net {

// A multiple of 8, so that the control data after it is aligned.
inline constexpr size_t kUringNameSize = 32;
static_assert(kUringNameSize >= sizeof(sockaddr_in6));
inline constexpr size_t kUringHeaderSize =
    sizeof(io_uring_recvmsg_out) + kUringNameSize + kRxControlSize;

// The request's msghdr: only these two sizes count.
inline msghdr UringReceiveHeader() {
  msghdr header{};
  header.msg_namelen = kUringNameSize;
  header.msg_controllen = kRxControlSize;
  return header;
}

struct UringMessage {
  msghdr header{};  // name, control data and flags
  Bytes payload;
};

// Reads `size` bytes that the kernel wrote at `data`. Without a name if they are too few.
inline UringMessage ParseUringMessage(uint8_t* data, size_t size) {
  UringMessage message;
  if (size < kUringHeaderSize) return message;
  io_uring_recvmsg_out out{};
  std::memcpy(&out, data, sizeof out);
  uint8_t* const name = data + sizeof out;
  message.header.msg_name = name;
  message.header.msg_namelen = std::min<uint32_t>(out.namelen, kUringNameSize);
  message.header.msg_control = name + kUringNameSize;
  message.header.msg_controllen = std::min<size_t>(out.controllen, kRxControlSize);
  message.header.msg_flags = static_cast<int>(out.flags);
  message.payload = Bytes(data + kUringHeaderSize, size - kUringHeaderSize);
  return message;
}

}  // namespace baton::net
