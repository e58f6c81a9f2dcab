// The naive relay: for each packet one receive, and for each receiver a copy, a rewritten header
// and one send. What a relay costs that does nothing about the cost of system calls.
//
// Driven by relay_cost: routes on standard input (yardstick_io.h).
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "bench/yardsticks/die.h"
#include "bench/yardsticks/udp.h"
#include "bench/yardsticks/yardstick_io.h"

namespace baton::bench {
namespace {

constexpr size_t kBufferSize = 2048;
constexpr size_t kRtpFixedHeaderSize = 12;

// Where a leg's numbers begin; any do.
constexpr uint16_t kSequenceOffset = 1000;
constexpr uint32_t kTimestampOffset = 90000;

void RewriteHeader(uint8_t* packet, uint32_t ssrc) {
  StoreU16(packet + 2, static_cast<uint16_t>(LoadU16(packet + 2) + kSequenceOffset));
  StoreU32(packet + 4, LoadU32(packet + 4) + kTimestampOffset);
  StoreU32(packet + 8, ssrc);
}

[[noreturn]] void Relay(int socket, const std::vector<Route>& routes) {
  const RouteTable table(routes);
  std::array<uint8_t, kBufferSize> packet;
  std::array<uint8_t, kBufferSize> copy;
  for (;;) {
    sockaddr_in source{};
    socklen_t source_size = sizeof source;
    const ssize_t size = recvfrom(socket, packet.data(), packet.size(), 0,
                                  reinterpret_cast<sockaddr*>(&source), &source_size);
    if (size < 0) DieOfErrno("recvfrom");
    const size_t route = table.Find(source);
    const auto bytes = static_cast<size_t>(size);
    if (route == RouteTable::kNone || bytes < kRtpFixedHeaderSize) continue;
    uint32_t leg = 0;
    for (const Name& receiver : routes[route].receivers) {
      std::memcpy(copy.data(), packet.data(), bytes);
      RewriteHeader(copy.data(), ++leg);
      if (sendto(socket, copy.data(), bytes, 0, &receiver.address.any, receiver.size) < 0) {
        DieOfErrno("sendto");
      }
    }
  }
}

}  // namespace
}  // namespace baton::bench

int main() {
  using namespace baton::bench;
  const std::vector<Route> routes = ReadRoutes();
  const baton::net::UniqueFd socket = OpenUdp({});
  SayReady(socket.get());
  Relay(socket.get(), routes);
}
