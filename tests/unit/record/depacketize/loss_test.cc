// What comes out of streams of which packets come in any order, or not at all.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "record/reorder_buffer.h"
#include "tests/unit/record/depacketize/test_streams.h"
#include "tests/unit/record/depacketize/track.h"

namespace baton::record {
namespace {

struct Source {
  const char* name;
  TestStream (*make)(Random& random, size_t pictures);
  bool plain;  // each picture refers to the one before, and says nothing else
};

constexpr size_t kPictures = 300;
constexpr uint32_t kTicks = 3000;  // between pictures

class Loss : public testing::TestWithParam<Source> {
 protected:
  // Runs the test for some seeds.
  template <class Test>
  void ForSeeds(Test test) {
    for (uint64_t seed = 1; seed <= 6; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      Random random(seed);
      const TestStream stream = GetParam().make(random, kPictures);
      test(random, stream);
      if (HasFailure()) return;
    }
  }
};

class LossWithProofs : public Loss {};

// Sends a stream packet by packet, of which some are lost; one in `rate` begins a burst. Returns
// for each picture whether all of it came.
std::vector<bool> SendWithLoss(Random& random, const TestStream& stream, uint64_t rate,
                               uint64_t longest_burst, TestTrack& track) {
  std::vector<bool> whole;
  uint64_t burst = 0;
  for (size_t i = 0; i < stream.pictures.size(); ++i) {
    const auto& packets = stream.pictures[i].packets;
    bool all = true;
    for (size_t p = 0; p < packets.size(); ++p) {
      if (burst == 0 && random.OneIn(rate)) burst = 1 + random.Below(longest_burst);
      if (burst > 0) {
        --burst;
        track.Lose();
        all = false;
      } else {
        track.Send(packets[p], static_cast<uint32_t>(i) * kTicks, p + 1 == packets.size());
      }
    }
    whole.push_back(all);
  }
  return whole;
}

// Which pictures came out; each as it was put in.
std::vector<bool> TakePictures(const TestStream& stream, TestTrack& track) {
  std::vector<bool> out(stream.pictures.size());
  size_t next = 0;
  for (const Frame& frame : track.TakeFrames()) {
    const auto i = static_cast<size_t>(frame.rtp_time / kTicks);
    EXPECT_GE(i, next);
    EXPECT_TRUE(i == next || frame.discontinuity) << "nothing says what is missing before " << i;
    EXPECT_EQ(frame.data, stream.pictures[i].frame) << "picture " << i;
    EXPECT_EQ(frame.key_frame, stream.pictures[i].key_frame) << "picture " << i;
    out[i] = true;
    next = i + 1;
  }
  return out;
}

TEST_P(Loss, NothingIsLostByOrderAlone) {
  class Feed final : public PacketSink {
   public:
    explicit Feed(const Codec& codec) : depacketizer(MakeDepacketizer(codec)) {}
    void OnPacket(const TrackPacket& packet) override { depacketizer->Take(packet, frames); }
    void OnGap(const Gap& gap) override { depacketizer->Lost(gap); }

    std::unique_ptr<Depacketizer> depacketizer;
    std::vector<Frame> frames;
  };

  ForSeeds([](Random& random, const TestStream& stream) {
    struct Sent {
      size_t when;
      rtp::PacketView packet;
    };
    std::vector<Sent> sent;
    uint16_t sequence = random.U16();
    for (size_t i = 0; i < stream.pictures.size(); ++i) {
      for (const Payload& payload : stream.pictures[i].packets) {
        rtp::PacketView packet;
        packet.datagram = payload;
        packet.sequence = rtp::SequenceNumber(sequence++);
        packet.timestamp = rtp::RtpTimestamp(static_cast<uint32_t>(i) * kTicks);
        packet.marker = &payload == &stream.pictures[i].packets.back();
        sent.push_back({sent.empty() ? 0 : sent.size() + random.Below(30), packet});
        if (random.OneIn(10)) sent.push_back({sent.size() + random.Below(30), packet});
      }
    }
    std::stable_sort(sent.begin(), sent.end(),
                     [](const Sent& a, const Sent& b) { return a.when < b.when; });
    Feed feed(stream.codec);
    ReorderBuffer buffer(feed);
    TimePoint now{};
    for (const Sent& one : sent) buffer.Insert(one.packet, now += std::chrono::milliseconds(1));
    buffer.Flush();
    feed.depacketizer->Flush(feed.frames);
    ASSERT_EQ(feed.frames.size(), stream.pictures.size());
    for (size_t i = 0; i < feed.frames.size(); ++i) {
      EXPECT_EQ(feed.frames[i].data, stream.pictures[i].frame);
      EXPECT_EQ(feed.frames[i].rtp_time, int64_t{kTicks} * static_cast<int64_t>(i));
      EXPECT_FALSE(feed.frames[i].discontinuity);
    }
  });
}

// No picture comes out of which a packet, or a picture that it needs, did not.
TEST_P(Loss, WhatComesOutCanBeDecoded) {
  ForSeeds([](Random& random, const TestStream& stream) {
    for (const uint64_t longest_burst : {1, 4, 1000}) {
      TestTrack track(stream.codec);
      const auto whole = SendWithLoss(random, stream, 15 * longest_burst, longest_burst, track);
      track.Flush();
      const auto out = TakePictures(stream, track);
      for (size_t i = 0; i < out.size(); ++i) {
        if (!out[i]) continue;
        EXPECT_TRUE(whole[i]) << "picture " << i;
        for (const size_t reference : stream.pictures[i].references) {
          EXPECT_TRUE(out[reference]) << "picture " << i << " refers to " << reference;
        }
      }
    }
  });
}

// From a key frame on everything comes out up to the next loss; and of plain streams nothing else.
TEST_P(Loss, NothingIsLeftOutWithoutReason) {
  ForSeeds([](Random& random, const TestStream& stream) {
    TestTrack track(stream.codec);
    const auto whole = SendWithLoss(random, stream, 60, 3, track);
    track.Flush();
    const auto out = TakePictures(stream, track);
    bool decodable = false;
    for (size_t i = 0; i < out.size(); ++i) {
      decodable = whole[i] && (decodable || stream.pictures[i].key_frame);
      if (decodable || GetParam().plain) {
        EXPECT_EQ(out[i], decodable) << "picture " << i;
      }
    }
    if (GetParam().plain) {
      EXPECT_EQ(track.key_frame_wanted(), !decodable);
    }
  });
}

// What the descriptors prove is worth something: more comes out than without them.
TEST_P(LossWithProofs, MoreComesOut) {
  size_t saved = 0;
  ForSeeds([&saved](Random& random, const TestStream& stream) {
    TestTrack track(stream.codec);
    const auto whole = SendWithLoss(random, stream, 60, 1, track);
    const auto out = TakePictures(stream, track);
    bool decodable = false;
    for (size_t i = 0; i < out.size(); ++i) {
      decodable = whole[i] && (decodable || stream.pictures[i].key_frame);
      if (out[i] && !decodable) ++saved;
    }
  });
  EXPECT_GT(saved, 20u);
}

constexpr auto kName = [](const auto& source) { return std::string(source.param.name); };

INSTANTIATE_TEST_SUITE_P(Plain, Loss,
                         testing::Values(Source{"Vp8", PlainVp8, true},
                                         Source{"Vp9", PlainVp9, true},
                                         Source{"Av1", PlainAv1, true},
                                         Source{"H264", PlainH264, true}),
                         kName);

constexpr std::array kLayered = {Source{"Vp8", LayeredVp8, false}, Source{"Vp9", LayeredVp9, false},
                                 Source{"FlexibleVp9", FlexibleVp9, false},
                                 Source{"H264", DisposableH264, false}};
INSTANTIATE_TEST_SUITE_P(Layered, Loss, testing::ValuesIn(kLayered), kName);
INSTANTIATE_TEST_SUITE_P(Layered, LossWithProofs, testing::ValuesIn(kLayered), kName);

}  // namespace
}  // namespace baton::record
