// What a core allocates: at birth what its plan says, and on the packet path nothing.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/relay/harness.h"

namespace {

std::atomic<uint64_t> allocations{0};
std::atomic<uint64_t> allocated_bytes{0};

void* Allocate(size_t size, size_t alignment) {
  ++allocations;
  allocated_bytes += size;
  void* p = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (p == nullptr) std::abort();
  return p;
}

}  // namespace

// What LazyArray takes: the linker puts this in the place of calloc (--wrap).
extern "C" {
void* __real_calloc(size_t count, size_t size);   // NOLINT: the linker's name
void* __wrap_calloc(size_t count, size_t size) {  // NOLINT: the linker's name
  ++allocations;
  allocated_bytes += count * size;
  return __real_calloc(count, size);
}
}

void* operator new(size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void* operator new(size_t size, std::align_val_t alignment) {
  return Allocate(size, static_cast<size_t>(alignment));
}
void* operator new[](size_t size) { return Allocate(size, alignof(std::max_align_t)); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }

namespace baton::relay::test {
namespace {

uint64_t PlannedBytes(const CoreConfig& config) {
  uint64_t bytes = 0;
  for (const MemoryItem& item : Core::MemoryPlan(config)) {
    EXPECT_GT(item.bytes(), 0u) << item.what;
    bytes += item.bytes();
  }
  return bytes;
}

TEST(Memory, APlanIsWhatACoreAllocates) {
  Limits odd;
  odd.rooms = 100;
  odd.endpoints = 1025;  // just above a power of two, where tables double
  odd.tracks = 3000;
  odd.legs = 20'000;
  odd.endpoints_per_room = 50;
  for (const Limits& limits : {Limits{}, odd, SmallConfig().limits}) {
    CoreConfig config = SmallConfig();
    config.limits = limits;
    const uint64_t planned = PlannedBytes(config);
    const uint64_t before = allocated_bytes;
    const auto core = std::make_unique<Core>(config);
    const auto real = static_cast<double>(allocated_bytes - before - sizeof(Core));
    EXPECT_NEAR(real, static_cast<double>(planned), 0.05 * static_cast<double>(planned));
  }
}

// Swallows everything without keeping it.
class Drain final : public TxSink {
 public:
  void Send(const TxBatch& batch) override { entries += batch.size(); }
  uint64_t entries = 0;
};

// A core with `legs` subscribers of one track, driven without the harness, which allocates.
class PacketPathTest : public testing::Test {
 protected:
  static constexpr uint32_t kLegs = 200;

  PacketPathTest() {
    config_.limits = {};
    buffers_ = std::make_unique<BufferRefs>(4);
    tx_ = std::make_unique<TxBatch>(512, config_.limits.endpoints, sink_);
    core_ = std::make_unique<Core>(config_);
    Do(Room("demo"));
    Do(Plain("demo", "alice", "192.0.2.1:5004"));
    Do(Publish("demo", "alice", "cam", Video(1)));
    Do(AddIceEndpoint{N("demo"), N("dave"), dave_.relay, dave_.own});
    for (uint32_t i = 0; i < kLegs; ++i) {
      Do(Plain("demo", "e" + std::to_string(i), "192.0.2.2:" + std::to_string(5000 + i)));
    }
  }
  void Do(decltype(Command::action) action) {
    core_->HandleCommand(now_, {1, std::move(action)}, *tx_);
    PopAll();
  }
  void PopAll() {
    Output output;
    while (core_->PopOutput(output)) {
    }
  }
  void Receive(const Flow& from, const Octets& bytes) {
    const BufferId buffer{0};
    buffers_->Retain(buffer);
    const Datagram datagram{from, buffer, bytes, now_};
    core_->HandleDatagrams(now_, {&datagram, 1}, *tx_);
    buffers_->Release(buffer);
    tx_->Flush();
    buffers_->ClearFreed();
    now_ += std::chrono::milliseconds(2);
    core_->HandleDeadline(now_, *tx_);
    tx_->Flush();
    PopAll();
  }

  const Flow alice_{Address("192.0.2.1:5004"), 0};
  IcePeer dave_{.own = Credentials("peer"), .relay = Credentials("dave")};
  CoreConfig config_ = SmallConfig();
  TimePoint now_{std::chrono::hours(1)};
  Drain sink_;
  std::unique_ptr<BufferRefs> buffers_;
  std::unique_ptr<TxBatch> tx_;
  std::unique_ptr<Core> core_;
};

TEST_F(PacketPathTest, DoesNotAllocate) {
  // Everything that is received is made beforehand.
  std::vector<std::pair<Flow, Octets>> traffic;
  Random random(uint64_t{5});
  for (uint16_t i = 0; i < 2000; ++i) {
    traffic.emplace_back(alice_, Rtp({.ssrc = 1, .sequence = i, .payload_size = 1100}));
    const Flow anywhere{Address("203.0.113.1:" + std::to_string(1000 + i % 20)), 0};
    Octets datagram;
    switch (i % 5) {
      case 0:
        datagram = dave_.Check({.nominate = i % 3 == 0, .sha256 = i % 2 == 0});
        break;
      case 1: {
        datagram.resize(100);
        ByteWriter writer(datagram);
        rtp::WriteReceiverReport(rtp::Ssrc(1), {}, writer);
        rtp::WritePictureLoss(rtp::Ssrc(1), rtp::Ssrc(2), writer);
        datagram.resize(writer.size());
        break;
      }
      case 2:
        datagram = dave_.Check();
        datagram[random.Below(datagram.size())] ^= 0x10;
        break;
      case 3:
        datagram = Rtp({.ssrc = 1, .sequence = static_cast<uint16_t>(random.U16())});
        break;
      default:
        for (uint64_t n = random.Below(200); n > 0; --n) {
          datagram.push_back(static_cast<uint8_t>(random()));
        }
    }
    traffic.emplace_back(i % 2 == 0 ? anywhere : alice_, std::move(datagram));
  }

  const uint64_t before = allocations;
  for (const auto& [from, bytes] : traffic) Receive(from, bytes);
  EXPECT_EQ(allocations - before, 0u);

  const CoreMetrics& metrics = core_->metrics();
  const auto out = [&](PacketKind kind) {
    return metrics.out[static_cast<size_t>(kind)].packets.value();
  };
  EXPECT_GE(out(PacketKind::kRtp), uint64_t{1900} * kLegs);
  EXPECT_GT(out(PacketKind::kStun), 300u);
  EXPECT_GT(metrics.in[static_cast<size_t>(PacketKind::kRtcp)].packets.value(), 100u);
}

TEST_F(PacketPathTest, AnsweringNacksDoesNotAllocate) {
  constexpr uint32_t kPlainLeg = 700;
  constexpr uint32_t kRtxLeg = 701;
  constexpr uint32_t kSources[] = {kPlainLeg, kRtxLeg};
  Do(Room("other", SubscribeMode::kManual));
  Do(Plain("other", "alice", "192.0.2.9:5004"));
  Do(Publish("other", "alice", "cam", Video(1)));
  const Flow alice{Address("192.0.2.9:5004"), 0};
  std::vector<Flow> subscribers;
  for (const uint32_t ssrc : kSources) {
    const std::string name = std::to_string(ssrc);
    const std::string remote = "192.0.2.9:" + name;
    AddPlainEndpoint endpoint = Plain("other", name, remote);
    endpoint.parameters.extensions.Set(rtp::ExtensionKind::kTransportSequence, 3);
    Do(endpoint);
    AddLeg leg{LegOf("other", name, "alice", "cam"), rtp::Ssrc(ssrc), {}, {}, {}, {}};
    if (ssrc == kRtxLeg) leg.rtx_payload_type = rtp::PayloadType(99);
    Do(leg);
    subscribers.push_back({Address(remote), 0});
  }
  // The numbers of the legs are not known here: these are all that there are.
  std::vector<std::pair<Flow, Octets>> traffic;
  uint16_t asked = 0;
  for (uint16_t i = 0; i < 3000; ++i) {
    if (i % 10 != 3) {  // a loss each ten packets
      traffic.emplace_back(alice, Rtp({.ssrc = 1, .sequence = i, .payload_size = 1100}));
    }
    for (size_t leg = 0; leg < subscribers.size(); ++leg) {
      std::vector<rtp::SequenceNumber> lost;
      for (int n = 0; n < 200; ++n) lost.emplace_back(asked = static_cast<uint16_t>(asked + 7));
      Octets nack(1200);
      ByteWriter writer(nack);
      rtp::WriteReceiverReport(rtp::Ssrc(1), {}, writer);
      rtp::WriteNack(rtp::Ssrc(1), rtp::Ssrc(kSources[leg]), lost, writer);
      ASSERT_TRUE(writer.ok());
      nack.resize(writer.size());
      traffic.emplace_back(subscribers[leg], std::move(nack));
    }
  }
  const uint64_t before = allocations;
  for (const auto& [from, bytes] : traffic) Receive(from, bytes);
  EXPECT_EQ(allocations - before, 0u);
  const CoreMetrics& metrics = core_->metrics();
  EXPECT_GT(metrics.retransmitted.packets.value(), 500u);
  // Reports, and what alice is asked for, are sent on the way.
  EXPECT_GT(metrics.rtcp_out[static_cast<size_t>(rtp::RtcpKind::kNack)].value(), 100u);
  EXPECT_GT(metrics.rtcp_out[static_cast<size_t>(rtp::RtcpKind::kReceiverReport)].value(), 100u);
}

TEST_F(PacketPathTest, ProvingAnAddressDoesNotAllocate) {
  Harness h;  // to learn what the challenge looks like; cores with one secret ask alike
  h.Do(Room("demo"));
  h.Do(AddIceEndpoint{N("demo"), N("dave"), dave_.relay, dave_.own});
  const Flow from{Address("203.0.113.1:1000"), 0};
  const Octets check = dave_.Check();
  const std::vector<Sent> checks = ChecksIn(h.Receive(from, check));
  ASSERT_EQ(checks.size(), 1u);
  const Octets answer = dave_.Answer(checks[0]);
  const uint64_t before = allocations;
  Receive(from, check);
  Receive(from, answer);
  EXPECT_EQ(allocations - before, 0u);
  EXPECT_EQ(core_->metrics().ice[static_cast<size_t>(IceResult::kProven)].value(), 1u);
}

}  // namespace
}  // namespace baton::relay::test
