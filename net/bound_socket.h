// What became of an address that a loop was told to bind.
#pragma once

#include "base/address.h"

namespace baton::net {

struct BoundSocket {
  TransportAddress local;  // with the real port
  // Granted by the kernel, in the unit of the request: less than asked for where net.core.rmem_max
  // or wmem_max is lower and the process may not exceed it.
  int receive_buffer_bytes = 0;
  int send_buffer_bytes = 0;
};

}  // namespace baton::net
