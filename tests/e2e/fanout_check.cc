// One publisher and many receivers of plain RTP on loopback, and a judge of what arrives.
//
//   fanout_check MEDIA_ADDRESS RECEIVERS PACKETS_PER_SECOND PACKET_SIZE SECONDS
//
// Prints one line of JSON with the addresses that it has bound, so that a controller can make the
// endpoints; begins when a line comes on standard input; ends by itself, with one line of JSON that
// says what arrived. Exit status: 0 if every receiver got every packet once, in order and intact.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "net/socket.h"
#include "rtp/classify.h"
#include "rtp/packet.h"
#include "rtp/sequence.h"

namespace baton {
namespace {

constexpr rtp::Ssrc kSsrc(0x1234);
constexpr rtp::PayloadType kPayloadType(96);
constexpr int kSocketBuffer = 4 << 20;

struct Settings {
  TransportAddress media;
  size_t receivers = 0;
  uint64_t rate = 0;
  size_t size = 0;
  uint64_t seconds = 0;
};

struct Totals {
  uint64_t received = 0;
  uint64_t reordered = 0;
  uint64_t duplicated = 0;
  uint64_t corrupted = 0;
  uint64_t gaps = 0;
};

[[noreturn]] void Die(const std::string& what) {
  std::cerr << "fanout_check: " << what << "\n";
  std::exit(2);
}

net::UdpSocket Open(const TransportAddress& near) {
  auto socket = net::OpenUdpSocket(
      {near.ip, 0}, {.receive_buffer_bytes = kSocketBuffer, .send_buffer_bytes = kSocketBuffer});
  if (!socket.ok()) Die(socket.status().ToString());
  return *std::move(socket);
}

// What the payload of packet `number` is, byte for byte.
void FillPayload(uint64_t number, MutableBytes payload) {
  for (size_t i = 8; i < payload.size(); ++i) payload[i] = static_cast<uint8_t>(number + i);
  StoreU64(payload.data(), number);
}

class Receiver {
 public:
  explicit Receiver(const TransportAddress& near) : socket_(Open(near)) {}

  int fd() const { return socket_.fd.get(); }
  const TransportAddress& address() const { return socket_.bound.local; }

  void Judge(Bytes datagram, size_t size, Totals& totals) {
    if (rtp::ClassifyDatagram(datagram) == rtp::DatagramKind::kRtcp) return;  // the node's own
    const auto packet = rtp::ParsePacket(datagram);
    if (!packet || datagram.size() != size) {
      ++totals.corrupted;
      return;
    }
    const Bytes payload = packet->payload();
    const uint64_t number = LoadU64(payload.data());
    expected_.resize(payload.size());
    FillPayload(number, expected_);
    if (!std::equal(payload.begin(), payload.end(), expected_.begin())) ++totals.corrupted;
    if (next_ == 0 && number == 0) {
      ssrc_ = packet->ssrc;
    } else {
      if (packet->ssrc != ssrc_) ++totals.corrupted;
      if (rtp::Distance(sequence_, packet->sequence) !=
          static_cast<int64_t>(number - (next_ - 1))) {
        ++totals.corrupted;
      }
    }
    if (number + 1 == next_) ++totals.duplicated;
    if (number + 1 < next_) ++totals.reordered;
    if (number > next_) ++totals.gaps;
    if (number >= next_) {
      next_ = number + 1;
      sequence_ = packet->sequence;
    }
    ++totals.received;
  }

 private:
  net::UdpSocket socket_;
  uint64_t next_ = 0;
  rtp::Ssrc ssrc_;
  rtp::SequenceNumber sequence_;
  std::vector<uint8_t> expected_;
};

void Publish(const Settings& settings, int fd) {
  net::SocketAddress to;
  const socklen_t to_size = net::ToSocketAddress(settings.media, to);
  std::vector<uint8_t> packet(settings.size);
  const TimePoint start = MonotonicNow();
  const uint64_t packets = settings.rate * settings.seconds;
  for (uint64_t i = 0; i < packets; ++i) {
    const TimePoint due = start + std::chrono::nanoseconds(1'000'000'000 * i / settings.rate);
    if (const Duration wait = due - MonotonicNow(); wait > Duration(0)) {
      std::this_thread::sleep_for(wait);
    }
    rtp::PacketHeader header;
    header.sequence = rtp::SequenceNumber(static_cast<uint16_t>(65000 + i));  // wraps on the way
    header.timestamp = rtp::RtpTimestamp(static_cast<uint32_t>(i * 180));
    header.ssrc = kSsrc;
    header.payload_type = kPayloadType;
    const size_t header_size = rtp::WritePacketHeader(header, packet);
    FillPayload(i, MutableBytes(packet).subspan(header_size));
    if (sendto(fd, packet.data(), packet.size(), 0, &to.any, to_size) < 0) Die("cannot send");
  }
}

void ReceiveAll(const Settings& settings, std::vector<Receiver>& receivers, Totals& totals) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < receivers.size(); ++i) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    epoll_ctl(epoll, EPOLL_CTL_ADD, receivers[i].fd(), &event);
  }
  const uint64_t wanted = settings.rate * settings.seconds * receivers.size();
  std::array<uint8_t, 2048> buffer;
  std::array<epoll_event, 64> events;
  // Done when everything is here, or when nothing has come for two seconds.
  while (totals.received + totals.corrupted < wanted) {
    const int ready = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), 2000);
    if (ready <= 0) break;
    for (int e = 0; e < ready; ++e) {
      Receiver& receiver = receivers[events[static_cast<size_t>(e)].data.u64];
      for (;;) {
        const ssize_t n = recv(receiver.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n < 0) break;
        receiver.Judge(Bytes(buffer.data(), static_cast<size_t>(n)), settings.size, totals);
      }
    }
  }
  close(epoll);
}

int Main(const Settings& settings) {
  const net::UdpSocket publisher = Open(settings.media);
  std::vector<Receiver> receivers;
  for (size_t i = 0; i < settings.receivers; ++i) receivers.emplace_back(settings.media);

  std::cout << "{\"publisher\":\"" << publisher.bound.local.ToString()
            << "\",\"ssrc\":" << kSsrc.value() << ",\"pt\":" << int{kPayloadType.value()}
            << ",\"receivers\":[";
  for (size_t i = 0; i < receivers.size(); ++i) {
    std::cout << (i ? "," : "") << "\"" << receivers[i].address().ToString() << "\"";
  }
  std::cout << "]}" << std::endl;
  std::string go;
  if (!std::getline(std::cin, go)) Die("standard input was closed before the start");

  std::thread publish([&] { Publish(settings, publisher.fd.get()); });
  Totals totals;
  ReceiveAll(settings, receivers, totals);
  publish.join();

  const uint64_t sent = settings.rate * settings.seconds;
  const auto lost =
      static_cast<int64_t>(sent * receivers.size()) - static_cast<int64_t>(totals.received);
  std::cout << "{\"sent\":" << sent << ",\"received\":" << totals.received << ",\"lost\":" << lost
            << ",\"gaps\":" << totals.gaps << ",\"reordered\":" << totals.reordered
            << ",\"duplicated\":" << totals.duplicated << ",\"corrupted\":" << totals.corrupted
            << "}" << std::endl;
  const bool good = lost == 0 && totals.gaps == 0 && totals.reordered == 0 &&
                    totals.duplicated == 0 && totals.corrupted == 0;
  return good ? 0 : 1;
}

}  // namespace
}  // namespace baton

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: fanout_check MEDIA_ADDRESS RECEIVERS PACKETS_PER_SECOND PACKET_SIZE "
                 "SECONDS\n";
    return 2;
  }
  const auto media = baton::TransportAddress::Parse(argv[1]);
  if (!media) baton::Die(std::string(argv[1]) + " is no address:port");
  return baton::Main({*media, std::strtoul(argv[2], nullptr, 10),
                      std::strtoul(argv[3], nullptr, 10), std::strtoul(argv[4], nullptr, 10),
                      std::strtoul(argv[5], nullptr, 10)});
}
