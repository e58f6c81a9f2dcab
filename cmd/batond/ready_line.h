// The one line that batond writes on standard output, once everything is bound and running: how
// whoever started it learns the addresses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"

namespace baton {

struct BoundAddresses {
  std::vector<TransportAddress> stun;
  std::vector<TransportAddress> media;
  TransportAddress control;
  TransportAddress admin;
};

// {"event":"ready","io":"uring","stun":["127.0.0.1:3478"],...} with a newline.
std::string ReadyLine(std::string_view io, const BoundAddresses& addresses);

}  // namespace baton
