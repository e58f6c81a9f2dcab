// A packet history against a model of it, under random load.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "relay/packet_history.h"
#include "tests/unit/relay/test_packet.h"

namespace baton::relay {
namespace {

using std::chrono::milliseconds;
using test::AreEqual;
using test::kStart;
using test::TestPacket;

constexpr Duration kMaxAge = std::chrono::seconds(1);
constexpr size_t kBlock = PacketHistory::kBlockSize;
constexpr uint64_t kWindow = PacketHistory::kWindow;
// The most bytes after the fixed header with which a packet fits into a block.
constexpr size_t kLargest = kBlock - sizeof(MediaPacket);

// What a history has to do, written down with containers. It has the same blocks and rules, so that
// it knows of each packet whether it is there.
class Model {
 public:
  Model(size_t blocks, Duration max_age)
      : max_age_(max_age),
        free_(blocks),
        reserve_(blocks / 8),
        share_(std::max<size_t>(blocks / 8, 4)) {}

  void BeginBatch() {
    free_ += waiting_;
    waiting_ = 0;
    lent_.clear();
  }

  bool Store(uint32_t index, const TestPacket& packet) {
    Stream& stream = streams_[index];
    const uint64_t sequence = packet.packet.sequence.value();
    const size_t size = (sizeof(MediaPacket) + packet.bytes.size() + 15) / 16 * 16;
    if (sequence + kWindow <= stream.newest || size > kBlock) return false;
    if (stream.blocks.empty() || stream.blocks.back().used + size > kBlock) {
      const bool may_grow =
          stream.blocks.size() < 4 ? free_ > 0 : stream.blocks.size() < share_ && free_ > reserve_;
      if (!may_grow) {
        if (stream.blocks.empty() || lent_.contains(stream.blocks.front().id)) return false;
        ReleaseOldest(stream);
      }
      --free_;
      stream.blocks.push_back({next_id_++, 0, packet.packet.received});
    }
    Block& block = stream.blocks.back();
    block.used += size;
    block.newest = std::max(block.newest, packet.packet.received);
    stream.newest = std::max(stream.newest, sequence);
    stream.packets.erase(sequence % kWindow);
    stream.packets.emplace(sequence % kWindow, Kept{packet, block.id});
    return true;
  }

  const TestPacket* Find(uint32_t index, uint64_t sequence, TimePoint now) {
    Stream& stream = streams_[index];
    const auto kept = stream.packets.find(sequence % kWindow);
    if (kept == stream.packets.end()) return nullptr;
    const TestPacket& packet = kept->second.packet;
    if (packet.packet.sequence.value() != sequence) return nullptr;
    if (now - packet.packet.received > max_age_) return nullptr;
    lent_.insert(kept->second.block);
    return &packet;
  }

  void Forget(uint32_t index) {
    Stream& stream = streams_[index];
    while (!stream.blocks.empty()) ReleaseOldest(stream);
    stream = {};
  }

  void ReleaseOld(TimePoint now) {
    for (auto& [index, stream] : streams_) {
      while (!stream.blocks.empty() && now - stream.blocks.front().newest > max_age_) {
        ReleaseOldest(stream);
      }
    }
  }

  size_t InUse() const {
    size_t blocks = waiting_;
    for (const auto& [index, stream] : streams_) blocks += stream.blocks.size();
    return blocks;
  }
  uint64_t NewestOf(uint32_t index) { return streams_[index].newest; }

 private:
  struct Block {
    uint64_t id;
    size_t used;
    TimePoint newest;
  };
  struct Kept {
    TestPacket packet;
    uint64_t block;
  };
  struct Stream {
    uint64_t newest = 0;
    std::deque<Block> blocks;
    std::map<uint64_t, Kept> packets;  // by place in the window
  };

  void ReleaseOldest(Stream& stream) {
    const uint64_t id = stream.blocks.front().id;
    stream.blocks.pop_front();
    std::erase_if(stream.packets, [&](const auto& kept) { return kept.second.block == id; });
    ++(lent_.contains(id) ? waiting_ : free_);
  }

  Duration max_age_;
  size_t free_;
  size_t waiting_ = 0;
  size_t reserve_;
  size_t share_;
  uint64_t next_id_ = 0;
  std::map<uint32_t, Stream> streams_;
  std::set<uint64_t> lent_;
};

// A history and its model under the same random load.
class Comparison {
 public:
  explicit Comparison(uint64_t seed)
      : random_(seed),
        blocks_(1 + random_.Below(80)),
        streams_(static_cast<uint32_t>(1 + random_.Below(20))),
        step_us_(1 + random_.Below(3000)),
        history_(streams_, blocks_ * kBlock, kMaxAge),
        model_(blocks_, kMaxAge) {}

  void Step() {
    now_ += std::chrono::microseconds(random_.Below(step_us_));
    const uint64_t kind = random_.Below(1000);
    // Some streams have more traffic than others.
    const auto stream = static_cast<uint32_t>(random_.Below(1 + random_.Below(streams_)));
    if (kind < 650) {
      Store(stream);
    } else if (kind < 930) {
      Find(stream);
    } else if (kind < 980) {
      BeginBatch();
    } else if (kind < 998) {
      const TimePoint now = now_ + (random_.OneIn(20) ? kMaxAge / 2 : Duration(0));
      history_.ReleaseOld(now);
      model_.ReleaseOld(now);
    } else {
      history_.Forget(stream);
      model_.Forget(stream);
    }
    ASSERT_EQ(history_.blocks_in_use(), model_.InUse());
    ASSERT_LE(history_.blocks_in_use(), blocks_);
  }

 private:
  void Store(uint32_t stream) {
    const uint64_t newest = model_.NewestOf(stream);
    uint64_t sequence = newest + 1;
    if (newest == 0) {
      sequence = random_.OneIn(2) ? 65'536 + random_.Below(65'536)
                                  : (uint64_t{1} << 32) - random_.Below(100);
    } else if (random_.OneIn(10)) {
      sequence = newest + random_.Below(random_.OneIn(5) ? 3000 : 10);
    } else if (random_.OneIn(10)) {
      sequence = newest - random_.Below(random_.OneIn(5) ? kWindow + 5 : 20);
    }
    size_t size = random_.Below(1400);
    if (random_.OneIn(50)) size = kLargest - 8 + random_.Below(16);
    const TimePoint received = now_ - std::chrono::microseconds(random_.Below(200));
    const TestPacket packet(sequence, size, received, static_cast<uint8_t>(random_.U32()));
    const uint64_t kept = history_.packets_kept();
    history_.Store(stream, packet.view());
    ASSERT_EQ(history_.packets_kept() > kept, model_.Store(stream, packet));
  }

  void Find(uint32_t stream) {
    const uint64_t back = random_.Below(random_.OneIn(4) ? 2 * kWindow : 50);
    const uint64_t sequence = std::max(model_.NewestOf(stream), back) - back;
    const TimePoint now = now_ + (random_.OneIn(20) ? kMaxAge - milliseconds(50) : Duration(0));
    const auto found = history_.Find(stream, rtp::ExtendedSequence(sequence), now);
    const TestPacket* const expected = model_.Find(stream, sequence, now);
    ASSERT_EQ(found.has_value(), expected != nullptr) << stream << ": " << sequence;
    if (!found) return;
    ASSERT_TRUE(AreEqual(*found, expected->view()));
    lent_.emplace_back(*found, *expected);
  }

  void BeginBatch() {
    for (const auto& [found, expected] : lent_) ASSERT_TRUE(AreEqual(found, expected.view()));
    lent_.clear();
    history_.BeginBatch();
    model_.BeginBatch();
  }

  Random random_;
  size_t blocks_;
  uint32_t streams_;
  uint64_t step_us_;  // small: the arena runs out; large: packets grow old
  TimePoint now_ = kStart;
  PacketHistory history_;
  Model model_;
  std::vector<std::pair<MediaPacket, TestPacket>> lent_;
};

TEST(HistoryModel, AgreesWithAModel) {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Comparison comparison(seed);
    for (int step = 0; step < 4000; ++step) {
      comparison.Step();
      if (HasFatalFailure()) return;
    }
  }
}

}  // namespace
}  // namespace baton::relay
