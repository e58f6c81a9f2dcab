// The loops over a kernel that takes only a part, answers late, and refuses now and then.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "net/epoll_loop.h"
#include "net/uring_loop.h"
#include "tests/unit/net/loop_fixture.h"

namespace baton::net {
namespace {

constexpr uint64_t kSeed = 7;

// Each has a header and a payload here.
uint64_t DatagramsOf(const msghdr& message) { return message.msg_iovlen / 2; }

// In front of a real ring: entries wait in a stage and go on a few at a time; completions of sends
// wait and come some calls later, others only when the kernel is asked for what had no room; some
// sends never happen.
class FaultyRing {
 public:
  absl::Status Open(const KernelRing::Sizes& sizes) { return ring_.Open(sizes); }
  void Enable() { ring_.Enable(); }
  io_uring_sqe* NextEntry() { return &staged_.emplace_back(); }
  unsigned unsubmitted() const {
    return static_cast<unsigned>(staged_.size()) + ring_.unsubmitted();
  }

  int Submit() {
    if (faults_ && random_.OneIn(4)) return random_.OneIn(2) ? -EAGAIN : -EBUSY;
    const int moved = Move(faults_ ? random_.Below(20) : staged_.size());
    ring_.Submit();
    return moved;
  }
  int SubmitAndRun() {
    fetched_ = true;
    const int moved = Move(staged_.size());
    ring_.SubmitAndRun();
    return moved;
  }
  int SubmitAndWait(__kernel_timespec* timeout) {
    if (!late_.empty()) return SubmitAndRun();
    if (faults_ && random_.OneIn(10)) return -EINTR;
    Move(staged_.size());
    return ring_.SubmitAndWait(timeout);
  }
  size_t Take(std::span<Completion> out) {
    if (!kept_back_.empty()) {
      if (!fetched_) return 0;
      std::copy(kept_back_.begin(), kept_back_.end(), out.begin());
      return std::exchange(kept_back_, {}).size();
    }
    const size_t taken = ring_.Take(out);
    size_t kept = 0;
    for (size_t i = 0; i < taken; ++i) {
      const bool send = !out[i].has_buffer() && !out[i].more() && out[i].result > 8;
      if (faults_ && send && random_.OneIn(3)) {
        late_.push_back(out[i]);
      } else {
        out[kept++] = out[i];
      }
    }
    // Late ones come when nothing else does.
    if (taken == 0 && !late_.empty() && (!faults_ || random_.OneIn(2))) {
      out[kept++] = late_.front();
      late_.pop_front();
    }
    if (!faults_ || !random_.OneIn(10)) return kept;
    kept_back_.assign(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(kept));
    fetched_ = false;
    return 0;
  }
  bool overflowed() const { return (!kept_back_.empty() && !fetched_) || ring_.overflowed(); }
  void AddBuffer(uint16_t id, uint8_t* data, size_t size) { ring_.AddBuffer(id, data, size); }
  void PublishBuffers() { ring_.PublishBuffers(); }

  void set_faults(bool on) { faults_ = on; }
  uint64_t refused() const { return refused_; }

 private:
  int Move(size_t count) {
    count = std::min(count, staged_.size());
    for (size_t i = 0; i < count; ++i) {
      const io_uring_sqe& entry = staged_.front();
      if (faults_ && entry.opcode == IORING_OP_SENDMSG && random_.OneIn(10)) {
        const int32_t error = random_.OneIn(2) ? -EAGAIN : -ENOBUFS;
        late_.push_back({entry.user_data, error, 0});
        refused_ += DatagramsOf(*reinterpret_cast<const msghdr*>(entry.addr));
      } else {
        *ring_.NextEntry() = entry;
      }
      staged_.pop_front();
    }
    return static_cast<int>(count);
  }

  KernelRing ring_;
  std::deque<io_uring_sqe> staged_;
  std::deque<Completion> late_;
  std::vector<Completion> kept_back_;
  bool fetched_ = false;
  Random random_{kSeed};
  bool faults_ = false;
  uint64_t refused_ = 0;
};

class FaultyCalls {
 public:
  int ReceiveMany(int fd, mmsghdr* messages, unsigned count) {
    if (faults_ && random_.OneIn(5)) return random_.OneIn(2) ? -EINTR : -ENOMEM;
    return calls_.ReceiveMany(fd, messages, Part(count));
  }
  int SendMany(int fd, mmsghdr* messages, unsigned count) {
    if (faults_ && random_.OneIn(10)) return -EINTR;
    if (faults_ && random_.OneIn(5)) {
      refused_ += DatagramsOf(messages[0].msg_hdr);
      return random_.OneIn(2) ? -EAGAIN : -ENOBUFS;
    }
    return calls_.SendMany(fd, messages, Part(count));
  }
  int WaitReady(int epoll, epoll_event* events, int count, const timespec* timeout) {
    if (faults_ && random_.OneIn(10)) return -EINTR;
    return calls_.WaitReady(epoll, events, count, timeout);
  }
  int WaitReadable(int fd, const timespec* timeout) { return calls_.WaitReadable(fd, timeout); }

  void set_faults(bool on) { faults_ = on; }
  uint64_t refused() const { return refused_; }

 private:
  unsigned Part(unsigned count) {
    return faults_ ? 1 + static_cast<unsigned>(random_.Below(count)) : count;
  }

  KernelCalls calls_;
  Random random_{kSeed};
  bool faults_ = false;
  uint64_t refused_ = 0;
};

// A loop of type Loop, its faults, and nothing between the test and either.
template <class Loop>
std::unique_ptr<Loop> OpenFaulty(const EventLoopConfig& config) {
  std::vector<UdpSocket> sockets;
  for (const TransportAddress& address : config.bind) {
    sockets.push_back(*OpenUdpSocket(address, {.receive_buffer_bytes = config.receive_buffer_bytes,
                                               .send_buffer_bytes = config.send_buffer_bytes}));
  }
  auto loop = Loop::Open(config, std::move(sockets));
  EXPECT_TRUE(loop.ok()) << loop.status();
  return *std::move(loop);
}

// Every datagram comes up once and in order; every one sent down arrives once and in order or is
// counted as refused; every buffer comes home.
template <class Faults>
void EchoThroughFaults(EventLoop& loop, Faults& faults) {
  Peer peer("127.0.0.1:0");
  TxBatch batch(100, 1, loop);
  faults.set_faults(true);
  constexpr uint64_t kRounds = 100;
  constexpr uint64_t kPerRound = 30;
  uint64_t next = 0;
  for (uint64_t round = 0; round < kRounds; ++round) {
    for (uint64_t i = 0; i < kPerRound; ++i) {
      peer.SendTo(loop.sockets()[0].local, std::to_string(1'000'000'000 + round * kPerRound + i));
    }
    ASSERT_TRUE(ReceiveUntil(loop, [&](std::span<const Datagram> received) {
      for (const Datagram& datagram : received) {
        EXPECT_EQ(AsText(datagram.bytes), std::to_string(1'000'000'000 + next++));
        // Twice, so that there is more to submit at once.
        for (const char copy : {'a', 'b'}) {
          *batch.Add(0, datagram.flow, 1, datagram.bytes) = static_cast<uint8_t>(copy);
        }
      }
      batch.Flush();
      return next == (round + 1) * kPerRound;
    }));
  }
  faults.set_faults(false);
  const uint64_t refused =
      Failures(loop, SendFailure::kSocketFull) + Failures(loop, SendFailure::kNoBuffers);
  EXPECT_GT(refused, 0u);
  EXPECT_EQ(refused, faults.refused());
  EXPECT_EQ(loop.counters().tx_datagrams.value() + refused, 2 * kRounds * kPerRound);
  std::string last;
  uint64_t arrived = 0;
  for (; arrived < loop.counters().tx_datagrams.value(); ++arrived) {
    const std::string text = peer.Next();
    ASSERT_EQ(text.size(), 11u);
    const std::string order = text.substr(1) + text[0];
    ASSERT_GT(order, last);
    last = order;
  }
  EXPECT_EQ(peer.NextIfThere(), "(none)");
  loop.Receive(TimePoint{});
  EXPECT_EQ(loop.buffers().in_use(), 0u);
}

TEST(FaultsTest, Uring) {
  if (!WhyNoUring().empty()) GTEST_SKIP() << WhyNoUring();
  const auto loop = OpenFaulty<UringLoop<FaultyRing>>(SmallConfig({"127.0.0.1:0"}));
  EchoThroughFaults(*loop, loop->ring());
  EXPECT_GT(loop->counters().cq_overflows.value(), 0u);
}

TEST(FaultsTest, Epoll) {
  const auto loop = OpenFaulty<EpollLoop<FaultyCalls>>(SmallConfig({"127.0.0.1:0"}));
  EchoThroughFaults(*loop, loop->calls());
  EXPECT_GT(loop->counters().rx_errors.value(), 0u);
}

}  // namespace
}  // namespace baton::net
