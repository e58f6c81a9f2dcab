// Messages against a model of the kernel that cuts them as UDP_SEGMENT does, and refuses what it is
// told to: whatever happens, a receiver sees what single sends would have shown it, in their order.
#include "net/tx_messages.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"

namespace baton::net {
namespace {

constexpr DestinationId kDestinations = 12;
// Of them these have a path of their own; what is for the others goes one by one.
constexpr DestinationId kWithPath = 10;

Flow FlowOf(DestinationId id) {
  const auto socket = static_cast<SocketIndex>(id % 2);
  const auto port = static_cast<uint16_t>(1000 + id);
  return {id % 3 == 0 ? TransportAddress{*IpAddress::Parse("2001:db8::1"), port}
                      : TransportAddress{IpAddress::V4({192, 0, 2, 1}), port},
          socket};
}

std::string Concatenate(const msghdr& message) {
  std::string bytes;
  for (size_t i = 0; i < message.msg_iovlen; ++i) {
    bytes.append(static_cast<const char*>(message.msg_iov[i].iov_base), message.msg_iov[i].iov_len);
  }
  return bytes;
}

size_t SegmentSizeOf(const msghdr& message) {
  if (message.msg_control == nullptr) return 0;
  auto view = message;
  const cmsghdr* const control = CMSG_FIRSTHDR(&view);
  EXPECT_EQ(control->cmsg_level, SOL_UDP);
  EXPECT_EQ(control->cmsg_type, UDP_SEGMENT);
  uint16_t size = 0;
  std::memcpy(&size, CMSG_DATA(control), sizeof size);
  return size;
}

using Delivered = std::map<uint16_t, std::vector<std::string>>;  // by port

class ModelKernel {
 public:
  // The longest segment that a run to a port may have; none: no runs at all.
  std::map<uint16_t, size_t> longest_segment;
  // One message in so many finds the socket full; 0: none.
  uint32_t full_every = 0;

  Delivered delivered;
  size_t messages = 0;

  explicit ModelKernel(Random& random) : random_(random) {}

  int Send(const msghdr& message) {
    ++messages;
    const std::string bytes = Concatenate(message);
    const size_t segment = SegmentSizeOf(message);
    EXPECT_LE(bytes.size(), kMaxRunBytes);
    const auto to = FromSocketAddress(message.msg_name, message.msg_namelen);
    if (full_every > 0 && random_.OneIn(full_every)) return -EAGAIN;
    if (segment == 0) {
      delivered[to->port].push_back(bytes);
      return 0;
    }
    EXPECT_LE(segment * (kMaxRunDatagrams - 1), std::max(bytes.size(), segment * kMaxRunDatagrams));
    const auto longest = longest_segment.find(to->port);
    if (longest == longest_segment.end()) return -EIO;
    if (segment > longest->second) return random_.OneIn(2) ? -EMSGSIZE : -EINVAL;
    for (size_t at = 0; at < bytes.size(); at += segment) {
      delivered[to->port].push_back(bytes.substr(at, segment));
    }
    return 0;
  }

 private:
  Random& random_;
};

// Sends batches to the kernel as a loop does. `submit` decides how many messages go at once.
class Sender : public TxSink {
 public:
  Sender(TxMessages& messages, ModelKernel& kernel) : messages_(messages), kernel_(kernel) {}

  void Send(const TxBatch& batch) override {
    for (const SocketIndex socket : {SocketIndex{0}, SocketIndex{1}}) {
      messages_.Start(batch, socket);
      while (const size_t count = messages_.Fill()) {
        ASSERT_LE(count, TxMessages::kCapacity);
        for (size_t i = 0; i < count; ++i) {
          ASSERT_EQ(messages_.socket(i), socket);
          messages_.Account(i, kernel_.Send(messages_.headers()[i].msg_hdr));
        }
      }
    }
  }

 private:
  TxMessages& messages_;
  ModelKernel& kernel_;
};

class TxMessagesTest : public testing::TestWithParam<uint64_t> {
 protected:
  // A random batch: a few sizes, trains of several packets, some single replies. What single sends
  // would deliver goes to expected_.
  void SendRandomBatch() {
    constexpr std::array<size_t, 7> kSizes = {13, 160, 700, 1199, 1200, 1201, 30000};
    const size_t variety = 1 + random_.Below(kSizes.size());
    const size_t trains = 1 + random_.Below(60);
    for (size_t t = 0; t < trains; ++t) {
      const auto id = static_cast<DestinationId>(random_.Below(kDestinations));
      const size_t packets = 1 + random_.Below(20);
      const size_t size = kSizes[random_.Below(variety)];
      batch_.Open(id, FlowOf(id), packets, kHeader);
      for (size_t i = 0; i < packets; ++i) {
        const bool last_is_short = i + 1 == packets && random_.OneIn(2);
        Append(id, last_is_short ? 1 + random_.Below(size) : size);
      }
      if (random_.OneIn(8)) Reply(id);
    }
    batch_.Flush();
  }

  static constexpr size_t kHeader = 12;

  void Append(DestinationId id, size_t size) {
    const std::string header = NextHeader();
    const size_t payload = size < kHeader ? 0 : size - kHeader;
    const size_t offset = random_.Below(1000);
    std::memcpy(batch_.Append(kHeader, Bytes(payload_).subspan(offset, payload)), header.data(),
                kHeader);
    expected_[FlowOf(id).remote.port].push_back(
        header + std::string(payload_.begin() + static_cast<std::ptrdiff_t>(offset),
                             payload_.begin() + static_cast<std::ptrdiff_t>(offset + payload)));
  }
  void Reply(DestinationId id) {
    const std::string header = NextHeader();
    Flow flow = FlowOf(id);
    flow.remote.port = static_cast<uint16_t>(flow.remote.port + 500);
    std::memcpy(batch_.AddSingle(flow, kHeader), header.data(), kHeader);
    expected_[flow.remote.port].push_back(header);
  }
  std::string NextHeader() {
    std::string text = std::to_string(next_++);
    return std::string(kHeader - text.size(), '0') + text;
  }

  static std::vector<uint8_t> RandomBytes(Random& random) {
    std::vector<uint8_t> bytes(32000);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.Below(256));
    return bytes;
  }

  uint64_t Failed() const {
    uint64_t failed = 0;
    for (const Counter& counter : counters_.tx_failures) failed += counter.value();
    return failed;
  }
  static uint64_t Count(const Delivered& delivered) {
    uint64_t count = 0;
    for (const auto& [port, datagrams] : delivered) count += datagrams.size();
    return count;
  }
  // Some may be missing, as many as were counted; the others are what they should be and in order.
  void ExpectSubsequences() const {
    for (const auto& [port, datagrams] : kernel_.delivered) {
      auto wanted = expected_.at(port).begin();
      const auto end = expected_.at(port).end();
      for (const std::string& datagram : datagrams) {
        wanted = std::find(wanted, end, datagram);
        ASSERT_NE(wanted, end) << "port " << port << ": changed, out of order or twice";
        ++wanted;
      }
    }
    EXPECT_EQ(Count(kernel_.delivered) + Failed(), Count(expected_));
    EXPECT_EQ(counters_.tx_datagrams.value(), Count(kernel_.delivered));
  }
  void LetAllPathsTakeRuns() {
    for (DestinationId id = 0; id < kDestinations; ++id) {
      kernel_.longest_segment[FlowOf(id).remote.port] = kMaxRunBytes;
    }
  }

  Random random_{GetParam()};
  LoopCounters counters_;
  TxMessages messages_{2, kWithPath, counters_};
  ModelKernel kernel_{random_};
  Sender sender_{messages_, kernel_};
  TxBatch batch_{TxMessages::kMaxEntries, kDestinations, sender_};
  std::vector<uint8_t> payload_ = RandomBytes(random_);
  Delivered expected_;
  uint64_t next_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Seeds, TxMessagesTest, testing::Range(uint64_t{1}, uint64_t{21}));

TEST_P(TxMessagesTest, RunsDeliverWhatSingleSendsWould) {
  LetAllPathsTakeRuns();
  for (int i = 0; i < 20; ++i) SendRandomBatch();
  EXPECT_EQ(kernel_.delivered, expected_);
  EXPECT_EQ(Failed(), 0u);
  EXPECT_EQ(counters_.tx_messages.value(), kernel_.messages);
  EXPECT_LT(kernel_.messages, Count(expected_) / 2) << "nothing was grouped";
}

TEST_P(TxMessagesTest, WhatIsRefusedAsARunGoesOneByOneInOrder) {
  // Some paths take no runs, some only those with short segments.
  LetAllPathsTakeRuns();
  for (DestinationId id = 0; id < kDestinations; id += 2) {
    const uint16_t port = FlowOf(id).remote.port;
    if (id % 4 == 0) {
      kernel_.longest_segment.erase(port);
    } else {
      kernel_.longest_segment[port] = 1199;
    }
  }
  for (int i = 0; i < 20; ++i) SendRandomBatch();
  EXPECT_EQ(kernel_.delivered, expected_);
  EXPECT_EQ(Failed(), 0u);
  EXPECT_GT(counters_.tx_runs_refused.value(), 0u);
  // Each refusal was remembered: a size is tried once for a path.
  EXPECT_LE(counters_.tx_runs_refused.value(), 7u * kDestinations);
}

TEST_P(TxMessagesTest, APathThatChangesLosesAtMostWhatWasOnItsWay) {
  for (int round = 0; round < 30; ++round) {
    for (DestinationId id = 0; id < kDestinations; ++id) {
      kernel_.longest_segment[FlowOf(id).remote.port] = random_.Below(1300);
    }
    SendRandomBatch();
  }
  ExpectSubsequences();
}

TEST_P(TxMessagesTest, AFullSocketDropsAndCounts) {
  LetAllPathsTakeRuns();
  kernel_.longest_segment.erase(FlowOf(3).remote.port);
  kernel_.full_every = 5;
  for (int i = 0; i < 20; ++i) SendRandomBatch();
  ExpectSubsequences();
  EXPECT_GT(counters_.tx_failures[static_cast<size_t>(SendFailure::kSocketFull)].value(), 0u);
}

TEST_P(TxMessagesTest, AMovedDestinationIsTriedAnew) {
  for (int i = 0; i < 3; ++i) {
    // The first address takes no runs, the second does.
    const uint16_t port = FlowOf(1).remote.port;
    kernel_.longest_segment.erase(port);
    Flow moved = FlowOf(1);
    moved.remote.port = static_cast<uint16_t>(port + 500);
    kernel_.longest_segment[moved.remote.port] = kMaxRunBytes;
    for (const Flow& flow : {FlowOf(1), moved}) {
      const size_t before = kernel_.messages;
      for (int n = 0; n < 2; ++n) {
        for (int packet = 0; packet < 8; ++packet) batch_.Add(1, flow, kHeader, {});
        batch_.Flush();
      }
      const bool takes_runs = flow == moved;
      EXPECT_EQ(kernel_.messages - before, takes_runs ? 2u : 1u + 8u + 8u);
    }
  }
}

// The address of a destination changes within a batch: what was for the old one goes there.
TEST_P(TxMessagesTest, ADestinationMayMoveWithinABatch) {
  LetAllPathsTakeRuns();
  for (int round = 0; round < 10; ++round) {
    for (int moves = 0; moves < 5; ++moves) {
      Flow flow = FlowOf(1);
      flow.remote.port = static_cast<uint16_t>(flow.remote.port + 500 * random_.Below(3));
      kernel_.longest_segment[flow.remote.port] = kMaxRunBytes;
      batch_.Open(1, flow, 8, kHeader);
      for (uint64_t n = 1 + random_.Below(8); n > 0; --n) {
        const std::string header = NextHeader();
        std::memcpy(batch_.Append(kHeader, {}), header.data(), kHeader);
        expected_[flow.remote.port].push_back(header);
      }
      if (random_.OneIn(3)) SendRandomBatch();
    }
    batch_.Flush();
  }
  EXPECT_EQ(kernel_.delivered, expected_);
}

TEST_P(TxMessagesTest, ARefusedSizeIsTriedAgainAfterAWhile) {
  const Flow flow = FlowOf(1);
  const auto send = [&] {
    for (int packet = 0; packet < 64; ++packet) batch_.Add(1, flow, kHeader, {});
    batch_.Flush();
  };
  send();
  EXPECT_EQ(counters_.tx_runs_refused.value(), 1u);
  kernel_.longest_segment[flow.remote.port] = kMaxRunBytes;
  size_t batches = 0;
  for (size_t messages = 64; messages > 1; ++batches) {
    const size_t before = kernel_.messages;
    send();
    messages = kernel_.messages - before;
    ASSERT_LE(batches, GsoPath::kRetryAfter / 64 + 2);
  }
  EXPECT_GE(batches, GsoPath::kRetryAfter / 64 - 2);
}

}  // namespace
}  // namespace baton::net
