#include "relay/run_padding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/random.h"
#include "relay/media_packet.h"
#include "rtp/packet.h"

namespace baton::relay {
namespace {

using Octets = std::vector<uint8_t>;

// Packets of these sizes, with what they look like to a receiver.
class Packets {
 public:
  explicit Packets(const std::vector<size_t>& sizes) {
    for (const size_t size : sizes) {
      Octets& bytes = originals_.emplace_back(size);
      for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i + originals_.size());
      bytes[0] = 0x80;
    }
    for (const Octets& bytes : originals_) {
      MediaPacket& packet = packets_.emplace_back();
      packet.header = rtp::HeaderStart::Of(bytes);
      packet.rest = Bytes(bytes).subspan(rtp::kFixedHeaderSize);
      packet.sequence = rtp::ExtendedSequence(packets_.size());
    }
  }

  std::span<MediaPacket> span() { return packets_; }
  MediaPacket& operator[](size_t i) { return packets_[i]; }

  std::vector<size_t> Sizes() const {
    std::vector<size_t> sizes;
    for (const MediaPacket& packet : packets_) sizes.push_back(packet.size());
    return sizes;
  }
  // A receiver that removes the padding has what was sent.
  void ExpectPayloads() const {
    for (size_t i = 0; i < packets_.size(); ++i) {
      Octets wire(originals_[i].begin(), originals_[i].begin() + rtp::kFixedHeaderSize);
      wire[0] = packets_[i].header.first;
      wire.insert(wire.end(), packets_[i].rest.begin(), packets_[i].rest.end());
      const auto received = rtp::ParsePacket(wire);
      const auto sent = rtp::ParsePacket(originals_[i]);
      ASSERT_TRUE(received && sent);
      EXPECT_TRUE(std::ranges::equal(received->payload(), sent->payload())) << i;
    }
  }

 private:
  std::vector<Octets> originals_;
  std::vector<MediaPacket> packets_;
};

std::vector<size_t> Padded(const std::vector<size_t>& sizes) {
  RunPadding padding;
  Packets packets(sizes);
  padding.Apply(packets.span());
  packets.ExpectPayloads();
  return packets.Sizes();
}

using Sizes = std::vector<size_t>;

TEST(RunPadding, EvenlySplitFramesBecomeOneRun) {
  EXPECT_EQ(Padded({1134, 1134, 1135, 1135, 1135}), (Sizes{1135, 1135, 1135, 1135, 1135}));
  EXPECT_EQ(Padded({1190, 1200, 1195, 1200}), (Sizes{1200, 1200, 1200, 1200}));
}

TEST(RunPadding, TheLastOneMayStayShorter) {
  EXPECT_EQ(Padded({1200, 1200, 1199}), (Sizes{1200, 1200, 1199}));
  EXPECT_EQ(Padded({1200, 1200, 700}), (Sizes{1200, 1200, 700}));
  EXPECT_EQ(Padded({1200, 1190, 1200, 1190}), (Sizes{1200, 1200, 1200, 1190}));
}

TEST(RunPadding, WhatIsFarApartStaysSo) {
  EXPECT_EQ(Padded({700, 1200, 700, 1200}), (Sizes{700, 1200, 700, 1200}));
  EXPECT_EQ(Padded({1200 - RunPadding::kMaxPadding, 1200}), (Sizes{1200, 1200}));
  EXPECT_EQ(Padded({1199 - RunPadding::kMaxPadding, 1200}),
            (Sizes{1199 - RunPadding::kMaxPadding, 1200}));
  EXPECT_EQ(Padded({1200}), Sizes{1200});
}

TEST(RunPadding, WhatIsShortStaysSo) {
  constexpr size_t kMin = RunPadding::kMinSize;
  EXPECT_EQ(Padded({12, 13}), (Sizes{12, 13}));
  EXPECT_EQ(Padded({kMin - 1, kMin, kMin - 1, kMin}), (Sizes{kMin - 1, kMin, kMin - 1, kMin}));
  EXPECT_EQ(Padded({kMin, kMin + 1}), (Sizes{kMin + 1, kMin + 1}));
}

TEST(RunPadding, WhatHasPaddingIsLeftAlone) {
  RunPadding padding;
  Packets packets({1134, 1135});
  packets[0].header.first |= 0x20;
  padding.Apply(packets.span());
  EXPECT_EQ(packets.Sizes(), (Sizes{1134, 1135}));
}

TEST(RunPadding, WithoutMemoryForCopiesPacketsStayAsTheyAre) {
  RunPadding padding;
  constexpr size_t kFits = RunPadding::kCopyBytes / (1135 - rtp::kFixedHeaderSize);
  for (size_t i = 0; i < kFits + 5; ++i) {
    Packets packets({1134, 1135});
    padding.Apply(packets.span());
    EXPECT_EQ(packets.Sizes()[0], i < kFits ? 1135u : 1134u) << i;
  }
  padding.Clear();
  Packets packets({1134, 1135});
  padding.Apply(packets.span());
  EXPECT_EQ(packets.Sizes(), (Sizes{1135, 1135}));
}

TEST(RunPadding, MakesFewerRunsAndTheSamePayloads) {
  Random random(uint64_t{3});
  const auto runs = [](const Sizes& sizes) {
    size_t count = 1;
    for (size_t i = 1, segment = sizes[0]; i < sizes.size(); ++i) {
      if (sizes[i] == segment && sizes[i - 1] == segment) continue;
      if (sizes[i] < segment && sizes[i - 1] == segment) continue;
      segment = sizes[i];
      ++count;
    }
    return count;
  };
  size_t runs_before = 0;
  size_t runs_after = 0;
  for (int round = 0; round < 2000; ++round) {
    Sizes sizes(1 + random.Below(64));
    for (size_t& size : sizes)
      size =
          random.OneIn(4) ? 12 + random.Below(1200) : RunPadding::kMinSize - 5 + random.Below(20);
    const Sizes padded = Padded(sizes);
    runs_before += runs(sizes);
    runs_after += runs(padded);
    // Where sizes fall from packet to packet, runs of two may come to lie differently.
    ASSERT_LE(runs(padded), runs(sizes) + 1);
    for (size_t i = 0; i < sizes.size(); ++i) {
      ASSERT_GE(padded[i], sizes[i]);
      ASSERT_LE(padded[i], sizes[i] + RunPadding::kMaxPadding);
    }
  }
  EXPECT_LT(runs_after, runs_before);
}

}  // namespace
}  // namespace baton::relay
