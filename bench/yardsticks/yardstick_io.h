// What floor, naive and echo share: they speak with relay_cost over standard input and output.
#pragma once

#include <vector>

#include "base/address.h"
#include "bench/yardsticks/udp.h"

namespace baton::bench {

struct Route {
  TransportAddress publisher;
  std::vector<Name> receivers;  // as msg_name wants them
};

// Reads lines "PUBLISHER RECEIVER...", up to an empty one.
std::vector<Route> ReadRoutes();

// Which route a datagram takes, by where it came from: all are on 127.0.0.1, so by its port.
class RouteTable {
 public:
  static constexpr size_t kNone = ~size_t{0};

  explicit RouteTable(const std::vector<Route>& routes);
  size_t Find(const sockaddr_in& source) const { return by_port_[source.sin_port]; }

 private:
  std::vector<size_t> by_port_;  // network byte order
};

// Tells relay_cost that traffic may come, to `socket`.
void SayReady(int socket);

}  // namespace baton::bench
