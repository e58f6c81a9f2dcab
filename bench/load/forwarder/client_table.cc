#include "bench/load/forwarder/client_table.h"

#include <numeric>
#include <utility>

#include "base/check.h"

namespace baton::bench {

ClientTable::ClientTable(size_t capacity) : clients_(capacity), free_(capacity) {
  std::iota(free_.rbegin(), free_.rend(), 0);
}

std::optional<uint32_t> ClientTable::Find(const TransportAddress& address) const {
  const auto found = places_.find(address);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

uint32_t ClientTable::Add(Client client) {
  BATON_CHECK(!full());
  const uint32_t place = free_.back();
  BATON_CHECK(places_.emplace(client.address, place).second);
  free_.pop_back();
  clients_[place] = std::make_unique<Client>(std::move(client));
  return place;
}

void ClientTable::Remove(uint32_t place) {
  BATON_CHECK(places_.erase(clients_[place]->address) == 1);
  clients_[place].reset();
  free_.push_back(place);
}

}  // namespace baton::bench
