// The network of a run: who is at which address, and every datagram that is on its way.
//
// Nodes have fixed addresses. Hosts are behind a NAT: their address may change, then what was sent
// to the old one is lost. Between a host and all nodes there is one link for each direction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "tests/sim/engine/datagram_mark.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/network/link.h"

namespace baton::sim {

// Whoever has an address.
class Host {
 public:
  virtual ~Host() = default;
  // A datagram has come. The bytes last until the call returns.
  virtual void OnDatagram(TimePoint now, const TransportAddress& from, const TransportAddress& to,
                          const DatagramMark& mark, Bytes datagram) = 0;
};

class Network final : public Actor {
 public:
  // `seed`: of the links. Both outlive this.
  Network(Scheduler& scheduler, Trace& trace, uint64_t seed)
      : scheduler_(scheduler), trace_(trace), seed_(seed) {}

  using HostId = uint32_t;

  // A node at an address of its own.
  void AddNode(Host& node, const TransportAddress& address);
  // A host behind a NAT. `up` leads to the nodes, `down` comes from them.
  HostId AddHost(Host& host, const TransportAddress& address, const LinkConfig& up,
                 const LinkConfig& down);

  // The NAT gives the host another address, which nobody has.
  void Rebind(HostId host, const TransportAddress& address);
  // The host has no address any more.
  void Leave(HostId host);
  const TransportAddress& AddressOf(HostId host) const { return hosts_[host].address; }

  // A host sends to a node.
  void SendUp(HostId from, const TransportAddress& to, const DatagramMark& mark, Bytes datagram);
  // A node sends to whoever is there.
  void SendDown(const TransportAddress& from, const TransportAddress& to, const DatagramMark& mark,
                Bytes datagram);
  // Somebody sends to a node and claims to be `from`; it takes `delay`.
  void SendForged(const TransportAddress& from, const TransportAddress& to, Duration delay,
                  Bytes datagram);

  size_t in_flight() const { return flights_.size() - free_.size(); }

  // A datagram arrives: `what` is its number.
  void Happen(TimePoint now, uint64_t what) override;

 private:
  struct HashAddress {
    size_t operator()(const TransportAddress& address) const { return Hash(address, 0); }
  };
  struct Attached {
    Host* host;
    TransportAddress address;
    Link up;
    Link down;
  };
  struct Flight {
    TransportAddress from;
    TransportAddress to;
    DatagramMark mark;
    std::vector<uint8_t> bytes;
  };

  void Send(Link& link, const TransportAddress& from, const TransportAddress& to,
            const DatagramMark& mark, Bytes datagram);
  uint32_t TakeFlight(const TransportAddress& from, const TransportAddress& to,
                      const DatagramMark& mark, Bytes datagram);
  void TellFate(const TransportAddress& to, const DatagramMark& mark,
                const impair::Passage& passage) const;

  Scheduler& scheduler_;
  Trace& trace_;
  uint64_t seed_;
  std::vector<Attached> hosts_;
  std::unordered_map<TransportAddress, HostId, HashAddress> by_address_;
  std::unordered_map<TransportAddress, Host*, HashAddress> nodes_;
  std::vector<Flight> flights_;
  std::vector<uint32_t> free_;
};

}  // namespace baton::sim
