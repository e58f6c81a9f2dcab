#include "tests/sim/network/network.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/hash.h"

namespace baton::sim {
namespace {

uint64_t HashOf(Bytes bytes) {
  return HashBytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, 0);
}

}  // namespace

void Network::AddNode(Host& node, const TransportAddress& address) {
  BATON_CHECK(nodes_.emplace(address, &node).second);
}

Network::HostId Network::AddHost(Host& host, const TransportAddress& address, const LinkConfig& up,
                                 const LinkConfig& down) {
  const auto id = static_cast<HostId>(hosts_.size());
  hosts_.push_back({&host, address, Link(up, MixHash(seed_, 2 * uint64_t{id})),
                    Link(down, MixHash(seed_, 2 * uint64_t{id} + 1))});
  BATON_CHECK(by_address_.emplace(address, id).second);
  return id;
}

void Network::Rebind(HostId host, const TransportAddress& address) {
  Leave(host);
  hosts_[host].address = address;
  BATON_CHECK(by_address_.emplace(address, host).second);
}

void Network::Leave(HostId host) { by_address_.erase(hosts_[host].address); }

void Network::SendUp(HostId from, const TransportAddress& to, const DatagramMark& mark,
                     Bytes datagram) {
  Attached& host = hosts_[from];
  trace_.Note(TraceEvent::kPeerSends, from, datagram.size(), HashOf(datagram));
  Send(host.up, host.address, to, mark, datagram);
}

void Network::SendDown(const TransportAddress& from, const TransportAddress& to,
                       const DatagramMark& mark, Bytes datagram) {
  const auto host = by_address_.find(to);
  if (host == by_address_.end()) return trace_.Note(TraceEvent::kLinkDrops, Hash(to, 0));
  Send(hosts_[host->second].down, from, to, mark, datagram);
}

void Network::SendForged(const TransportAddress& from, const TransportAddress& to, Duration delay,
                         Bytes datagram) {
  scheduler_.After(delay, *this, TakeFlight(from, to, {}, datagram));
}

void Network::Send(Link& link, const TransportAddress& from, const TransportAddress& to,
                   const DatagramMark& mark, Bytes datagram) {
  const impair::Passage passage = link.Pass(scheduler_.now(), datagram.size());
  if (mark.packet && trace_.Follows(*mark.packet)) TellFate(to, mark, passage);
  if (passage.fate != impair::Fate::kDelivered) {
    trace_.Note(TraceEvent::kLinkDrops, Hash(to, 0), datagram.size(),
                static_cast<uint64_t>(passage.fate));
  }
  for (const impair::Delivery& delivery : passage.deliveries()) {
    const uint32_t number = TakeFlight(from, to, mark, datagram);
    if (delivery.flipped_bit != impair::Delivery::kIntact) {
      impair::Corrupt(delivery, flights_[number].bytes);
      flights_[number].mark.damaged = true;
    }
    scheduler_.At(delivery.at, *this, number);
  }
}

uint32_t Network::TakeFlight(const TransportAddress& from, const TransportAddress& to,
                             const DatagramMark& mark, Bytes datagram) {
  if (free_.empty()) {
    free_.push_back(static_cast<uint32_t>(flights_.size()));
    flights_.emplace_back();
  }
  const uint32_t number = free_.back();
  free_.pop_back();
  Flight& flight = flights_[number];
  flight.from = from;
  flight.to = to;
  flight.mark = mark;
  flight.bytes.assign(datagram.begin(), datagram.end());
  return number;
}

void Network::Happen(TimePoint now, uint64_t what) {
  // Moved out: the receiver may send, which makes flights.
  Flight flight = std::move(flights_[what]);
  Host* host = nullptr;
  if (const auto node = nodes_.find(flight.to); node != nodes_.end()) {
    host = node->second;
  } else if (const auto found = by_address_.find(flight.to); found != by_address_.end()) {
    host = hosts_[found->second].host;
  }
  if (host != nullptr) {
    trace_.Note(TraceEvent::kLinkDelivers, Hash(flight.to, 0), flight.bytes.size(),
                HashOf(flight.bytes));
    host->OnDatagram(now, flight.from, flight.to, flight.mark, flight.bytes);
  }
  flights_[what] = std::move(flight);
  free_.push_back(static_cast<uint32_t>(what));
}

void Network::TellFate(const TransportAddress& to, const DatagramMark& mark,
                       const impair::Passage& passage) const {
  std::string text = absl::StrCat("packet ", mark.packet->index, " on its way to ", to.ToString());
  if (passage.count == 0) absl::StrAppend(&text, ": lost");
  for (const impair::Delivery& delivery : passage.deliveries()) {
    absl::StrAppend(&text, ", arrives after ", (delivery.at - scheduler_.now()).count() / 1000,
                    " us", delivery.held_back ? " held back" : "",
                    delivery.flipped_bit != impair::Delivery::kIntact ? " damaged" : "");
  }
  trace_.Tell(scheduler_.now(), "network", text);
}

}  // namespace baton::sim
