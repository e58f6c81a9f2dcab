// The floor: the least that any relay can cost. Sends the bytes of one static buffer to the same
// receivers, with the same grouping and the same bursts as the relay that it is held against, and
// does nothing else: it parses nothing, looks up nothing, rewrites nothing.
//
// Its bursts are set off by a timer, or, with --receive, by the arrival of a publisher's packets,
// as those of a relay are: then it has the same wake-ups and receives the same traffic, into a
// buffer that it does not look at.
//
// Driven by relay_cost: routes on standard input (yardstick_io.h); by timer, further lines
// "BURSTS INTERVAL_NS", each answered by a line when it is done, with how many messages the kernel
// has refused.
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "bench/yardsticks/die.h"
#include "bench/yardsticks/floor_messages.h"
#include "bench/yardsticks/floor_sender.h"
#include "bench/yardsticks/udp.h"
#include "bench/yardsticks/yardstick_io.h"

namespace baton::bench {
namespace {

constexpr size_t kMaxMessageBytes = 65507;
constexpr size_t kMaxPackets = 64;
constexpr int64_t kNsPerSecond = 1'000'000'000;

struct Settings {
  std::string io = "sendmmsg";
  size_t size = 1200;
  size_t burst = 8;
  bool receive = false;
};

using AllMessages = std::vector<std::unique_ptr<FloorMessages>>;  // by route

void SendByTimer(AllMessages& all, size_t burst, FloorSender& sender) {
  for (auto& messages : all) messages->SetPackets(burst);
  prctl(PR_SET_TIMERSLACK, 1);  // ns
  std::string line;
  while (std::getline(std::cin, line)) {
    uint64_t bursts = 0;
    int64_t interval_ns = 0;
    std::istringstream(line) >> bursts >> interval_ns;
    timespec due{};
    clock_gettime(CLOCK_MONOTONIC, &due);
    size_t route = 0;
    for (uint64_t i = 0; i < bursts; ++i) {
      clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
      sender.Send(all[route]->messages());
      if (++route == all.size()) route = 0;
      const int64_t ns = due.tv_nsec + interval_ns;
      due.tv_sec += ns / kNsPerSecond;
      due.tv_nsec = ns % kNsPerSecond;
    }
    std::cout << sender.refused() << std::endl;
  }
}

// Receives all that is there with one system call, everything into the same bytes.
class Trigger {
 public:
  explicit Trigger(int socket) : socket_(socket), scratch_(kScratchBytes) {
    for (size_t i = 0; i < kBatch; ++i) {
      iovecs_[i] = {scratch_.data(), scratch_.size()};
      messages_[i].msg_hdr.msg_iov = &iovecs_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
      messages_[i].msg_hdr.msg_name = &sources_[i];
      messages_[i].msg_hdr.msg_control = &controls_[i];
    }
  }

  // Waits for traffic, and adds to `packets` how many came by each route.
  void Await(const RouteTable& table, std::vector<size_t>& packets) {
    for (mmsghdr& message : messages_) {
      message.msg_hdr.msg_namelen = sizeof(sockaddr_in);
      message.msg_hdr.msg_controllen = sizeof(GroControl);
    }
    const int count = recvmmsg(socket_, messages_.data(), kBatch, MSG_WAITFORONE, nullptr);
    if (count < 0) DieOfErrno("recvmmsg");
    for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
      const size_t route = table.Find(sources_[i]);
      if (route == RouteTable::kNone) continue;
      const size_t bytes = messages_[i].msg_len;
      const size_t segment = ReadControl(messages_[i].msg_hdr).segment_size;
      packets[route] += segment == 0 ? 1 : (bytes + segment - 1) / segment;
    }
  }

 private:
  static constexpr size_t kBatch = 64;
  static constexpr size_t kScratchBytes = 65536;
  struct alignas(cmsghdr) GroControl {
    char bytes[CMSG_SPACE(sizeof(int))];
  };

  int socket_;
  std::vector<uint8_t> scratch_;
  std::array<sockaddr_in, kBatch> sources_{};
  std::array<GroControl, kBatch> controls_{};
  std::array<iovec, kBatch> iovecs_{};
  std::array<mmsghdr, kBatch> messages_{};
};

[[noreturn]] void SendByTraffic(AllMessages& all, const std::vector<Route>& routes,
                                size_t max_packets, int socket, FloorSender& sender) {
  const RouteTable table(routes);
  Trigger trigger(socket);
  std::vector<size_t> packets(routes.size());
  for (;;) {
    trigger.Await(table, packets);
    for (size_t route = 0; route < routes.size(); ++route) {
      while (packets[route] > 0) {
        const size_t now = std::min(packets[route], max_packets);
        all[route]->SetPackets(now);
        sender.Send(all[route]->messages());
        packets[route] -= now;
      }
    }
  }
}

void Run(const Settings& settings) {
  const std::vector<Route> routes = ReadRoutes();
  const size_t max_packets = std::min(kMaxMessageBytes / settings.size, kMaxPackets);
  if (settings.burst > max_packets) Die("a burst has to fit into one message: lower --burst");
  std::vector<uint8_t> data(max_packets * settings.size);
  AllMessages all;
  size_t max_messages = 1;
  for (const Route& route : routes) {
    all.push_back(std::make_unique<FloorMessages>(route, data.data(), settings.size));
    max_messages = std::max(max_messages, route.receivers.size());
  }

  UdpOptions udp;
  udp.gro = settings.receive;
  const net::UniqueFd socket = OpenUdp(udp);
  std::unique_ptr<FloorSender> sender;
  if (settings.io == "uring") {
    sender = std::make_unique<UringSender>(socket.get(), max_messages);
  } else {
    sender = std::make_unique<SendmmsgSender>(socket.get());
  }
  SayReady(socket.get());
  if (settings.receive) SendByTraffic(all, routes, max_packets, socket.get(), *sender);
  SendByTimer(all, settings.burst, *sender);
}

}  // namespace
}  // namespace baton::bench

int main(int argc, char** argv) {
  baton::bench::Settings settings;
  CLI::App app("The least that any relay can cost. Driven by relay_cost.", "floor");
  app.option_defaults()->always_capture_default();
  app.add_option("--io", settings.io, "How it sends")->check(CLI::IsMember({"sendmmsg", "uring"}));
  app.add_option("--size", settings.size, "Bytes of UDP payload")->check(CLI::Range(1, 1500));
  app.add_option("--burst", settings.burst, "Packets back to back")->check(CLI::Range(1, 64));
  app.add_flag("--receive", settings.receive, "Set off by traffic, not by a timer");
  CLI11_PARSE(app, argc, argv);
  baton::bench::Run(settings);
  return 0;
}
