// Who sends and who receives: sockets, and which of them get what each publisher sends.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "bench/yardsticks/options.h"
#include "net/unique_fd.h"

namespace baton::bench {

struct Participant {
  net::UniqueFd socket;
  TransportAddress address;
  bool timestamps = false;  // of those few whose packets' latency is taken
};

// Publisher p is participant p.
struct Participants {
  std::vector<Participant> all;
  std::vector<std::vector<uint32_t>> receivers;  // by publisher: indices in `all`
};

Participants OpenParticipants(const Options& options);

}  // namespace baton::bench
