// What the tests of the event loop share: a loop on loopback with either back end, and a peer that
// is an ordinary blocking socket.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/clock.h"
#include "net/event_loop.h"
#include "net/probe.h"
#include "net/socket.h"

namespace baton::net {

// Long enough for any machine; nothing that works waits for it.
inline constexpr Duration kPatience = std::chrono::seconds(20);

inline Bytes AsBytes(std::string_view text) {
  return Bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size());
}
inline std::string AsText(Bytes bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

class Peer {
 public:
  explicit Peer(const char* address) {
    auto socket = OpenUdpSocket(*TransportAddress::Parse(address),
                                {.receive_buffer_bytes = 8 << 20, .send_buffer_bytes = 8 << 20});
    EXPECT_TRUE(socket.ok()) << socket.status();
    socket_ = *std::move(socket);
  }

  const TransportAddress& address() const { return socket_.bound.local; }

  void SendTo(const TransportAddress& to, std::string_view text) {
    SocketAddress name{};
    const socklen_t size = ToSocketAddress(to, name);
    ASSERT_EQ(sendto(socket_.fd.get(), text.data(), text.size(), 0, &name.any, size),
              static_cast<ssize_t>(text.size()))
        << std::strerror(errno);
  }
  // The next datagram; "(none)" if none comes.
  std::string Next() {
    pollfd poll_fd{socket_.fd.get(), POLLIN, 0};
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(kPatience).count();
    if (poll(&poll_fd, 1, static_cast<int>(ms)) != 1) return "(none)";
    return NextIfThere();
  }
  std::string NextIfThere() {
    std::string text(65536, '\0');
    const ssize_t size = recv(socket_.fd.get(), text.data(), text.size(), MSG_DONTWAIT);
    if (size < 0) return "(none)";
    text.resize(static_cast<size_t>(size));
    return text;
  }

 private:
  UdpSocket socket_;
};

inline EventLoopConfig SmallConfig(std::vector<std::string> addresses) {
  EventLoopConfig config;
  for (const std::string& address : addresses) {
    config.bind.push_back(*TransportAddress::Parse(address));
  }
  config.rx_buffers = 256;
  config.rx_buffer_size = 1500;
  config.max_batch = 32;
  config.destinations = 64;
  return config;
}

// Receives until `enough` says so of what was received; false if that never happens.
inline bool ReceiveUntil(EventLoop& loop,
                         const std::function<bool(std::span<const Datagram>)>& enough) {
  const TimePoint deadline = MonotonicNow() + kPatience;
  while (MonotonicNow() < deadline) {
    if (enough(loop.Receive(deadline))) return true;
  }
  return false;
}

// The texts of the next `count` datagrams.
inline std::vector<std::string> ReceiveTexts(EventLoop& loop, size_t count) {
  std::vector<std::string> texts;
  ReceiveUntil(loop, [&](std::span<const Datagram> batch) {
    for (const Datagram& datagram : batch) texts.push_back(AsText(datagram.bytes));
    return texts.size() >= count;
  });
  return texts;
}

inline void AddText(TxBatch& batch, DestinationId id, const Flow& flow, std::string_view text) {
  uint8_t* slot = batch.Add(id, flow, text.size(), {});
  std::memcpy(slot, text.data(), text.size());
}

inline uint64_t Failures(const EventLoop& loop, SendFailure failure) {
  return loop.counters().tx_failures[static_cast<size_t>(failure)].value();
}

// Empty where io_uring works, otherwise why it does not: the reason to skip a test.
inline const std::string& WhyNoUring() {
  static const std::string reason(TryUring().message());
  return reason;
}

// Each test runs with both back ends, over IPv4 and IPv6.
class LoopTest : public testing::TestWithParam<std::tuple<IoBackend, const char*>> {
 protected:
  void SetUp() override {
    if (backend() == IoBackend::kUring && !WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  }

  static IoBackend backend() { return std::get<0>(GetParam()); }
  static const char* address() { return std::get<1>(GetParam()); }

  static std::unique_ptr<EventLoop> MakeLoop(const EventLoopConfig& config) {
    auto loop = EventLoop::Create(backend(), config);
    EXPECT_TRUE(loop.ok()) << loop.status();
    return *std::move(loop);
  }
  static std::unique_ptr<EventLoop> MakeLoop() { return MakeLoop(SmallConfig({address()})); }
};

}  // namespace baton::net
