// Sends every datagram back to where it came from, many with one system call: what answering costs
// at the least, if the answer is the question.
//
// Driven by relay_cost. Says on standard output where it listens.
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "bench/yardsticks/die.h"
#include "bench/yardsticks/udp.h"
#include "bench/yardsticks/yardstick_io.h"

namespace baton::bench {
namespace {

constexpr size_t kBatch = 64;
constexpr size_t kBufferSize = 2048;

[[noreturn]] void Echo(int socket) {
  static std::array<std::array<uint8_t, kBufferSize>, kBatch> buffers;
  std::array<sockaddr_in, kBatch> names{};
  std::array<iovec, kBatch> iovecs{};
  std::array<mmsghdr, kBatch> messages{};
  for (size_t i = 0; i < kBatch; ++i) {
    messages[i].msg_hdr.msg_name = &names[i];
    messages[i].msg_hdr.msg_iov = &iovecs[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (;;) {
    for (size_t i = 0; i < kBatch; ++i) {
      messages[i].msg_hdr.msg_namelen = sizeof names[i];
      iovecs[i] = {buffers[i].data(), buffers[i].size()};
    }
    const int count = recvmmsg(socket, messages.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (count < 0) DieOfErrno("recvmmsg");
    const auto received = static_cast<size_t>(count);
    for (size_t i = 0; i < received; ++i) iovecs[i].iov_len = messages[i].msg_len;
    for (size_t sent = 0; sent < received;) {
      const int n = sendmmsg(socket, &messages[sent], static_cast<unsigned>(received - sent), 0);
      if (n < 0) DieOfErrno("sendmmsg");
      sent += static_cast<size_t>(n);
    }
  }
}

}  // namespace
}  // namespace baton::bench

int main() {
  using namespace baton::bench;
  const baton::net::UniqueFd socket = OpenUdp({});
  SayReady(socket.get());
  Echo(socket.get());
}
