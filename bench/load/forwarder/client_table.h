// Who sends through a forwarder. Each client has a socket of its own towards the server, as behind
// a NAT, and a network of its own in each direction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/address.h"
#include "base/time_point.h"
#include "bench/impair/impairment.h"
#include "bench/load/forwarder/direction.h"
#include "net/socket.h"

namespace baton::bench {

// One direction of a client's network.
struct Line {
  impair::Impairment impairment;
  uint64_t received = 0;
  uint64_t in_order_from = 0;  // one more than the highest ordinal that was forwarded
};

struct Client {
  TransportAddress address;
  net::UdpSocket socket;  // towards the server
  PerDirection<Line> lines;
  TimePoint last_active;
  size_t in_flight = 0;  // datagrams, both directions
};

class ClientTable {
 public:
  explicit ClientTable(size_t capacity);

  size_t size() const { return places_.size(); }
  bool full() const { return free_.empty(); }

  std::optional<uint32_t> Find(const TransportAddress& address) const;
  // There is room, and none of this address. A place, which is the client's until Remove().
  uint32_t Add(Client client);
  void Remove(uint32_t place);
  // Null if nobody has that place.
  Client* Get(uint32_t place) { return clients_[place].get(); }

  // Calls f(place, Client&) for each; f may remove that one.
  template <class F>
  void ForEach(F&& f) {
    for (uint32_t place = 0; place < clients_.size(); ++place) {
      if (Client* client = Get(place)) f(place, *client);
    }
  }

 private:
  std::vector<std::unique_ptr<Client>> clients_;  // by place
  std::vector<uint32_t> free_;
  std::map<TransportAddress, uint32_t> places_;
};

}  // namespace baton::bench
