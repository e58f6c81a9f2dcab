// Scalable streams: spatial layers within one stream, of VP9 by its payload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/relay/frames.h"

namespace baton::relay::test {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kAlice = "192.0.2.1:5004";
constexpr std::string_view kBob = "192.0.2.2:5004";

class SvcTest : public testing::Test {
 protected:
  SvcTest() {
    h.Do(Room("demo"));
    h.Do(Plain("demo", "alice", kAlice));
    h.Do(Plain("demo", "bob", kBob));
    h.Do(Publish("demo", "alice", "cam", Video(1, 98, "VP9")));
    h.TakeEvents();
  }
  std::vector<Got> Layer3(Vp9Options options) {
    options.picture_id = picture_;
    const Octets packet = Packet({.ssrc = 1,
                                  .sequence = sequence_++,
                                  .timestamp = uint32_t{3000} * picture_,
                                  .payload_type = 98,
                                  .marker = options.spatial == 2},
                                 Vp9Payload(options));
    std::vector<Got> got;
    for (const Sent& sent : To(h.Receive(kAlice, packet), kBob)) got.push_back(ReadVp9(sent));
    for (const Got& g : got) {
      EXPECT_EQ(g.sequence, newest_ ? static_cast<uint16_t>(*newest_ + 1) : g.sequence);
      newest_ = g.sequence;
    }
    return got;
  }
  // All three layers of a picture; what came out.
  std::vector<Got> Picture(bool key = false, uint8_t temporal = 0, bool up = false) {
    ++picture_;
    std::vector<Got> all;
    for (uint8_t spatial = 0; spatial < 3; ++spatial) {
      for (const Got& got :
           Layer3({.spatial = spatial, .temporal = temporal, .key = key, .switch_up = up})) {
        all.push_back(got);
      }
    }
    return all;
  }
  void Want(uint8_t spatial, uint8_t temporal = Layer::kHighest) {
    h.Do(SetLegLayer{LegOf("demo", "bob", "alice", "cam"), {spatial, temporal}});
  }

  Harness h;
  uint16_t picture_ = 100;
  uint16_t sequence_ = 65'500;
  std::optional<uint16_t> newest_;
};

TEST_F(SvcTest, TheMarkerIsOnTheHighestLayerThatIsForwarded) {
  for (const uint8_t wanted : std::initializer_list<uint8_t>{2, 1, 0}) {
    Want(wanted);
    const std::vector<Got> got = Picture(true);
    ASSERT_THAT(got, SizeIs(wanted + 1u));
    for (const Got& g : got) EXPECT_EQ(g.marker, g.spatial == wanted) << int{g.spatial};
    EXPECT_THAT(Picture(), SizeIs(wanted + 1u));
  }
}

TEST_F(SvcTest, SpatialLayersGoDownWithTheNextPictureAndUpWithAKeyFrame) {
  EXPECT_THAT(Picture(true), SizeIs(3));
  ++picture_;
  EXPECT_THAT(Layer3({.spatial = 0}), SizeIs(1));
  Want(0);
  EXPECT_THAT(Layer3({.spatial = 1}), SizeIs(1));
  EXPECT_THAT(Layer3({.spatial = 2}), SizeIs(1));
  EXPECT_THAT(Picture(), SizeIs(1));
  EXPECT_THAT(h.TakeEventTexts(), Contains("leg-layer-changed demo bob alice/cam 0/-"));
  Want(2);
  EXPECT_THAT(Picture(), SizeIs(1));
  EXPECT_THAT(Picture(true), SizeIs(3));
  EXPECT_THAT(h.TakeEventTexts(), Contains("leg-layer-changed demo bob alice/cam 2/-"));
}

TEST_F(SvcTest, TemporalLayersGoUpAtASwitchingPointAndDownBetweenPictures) {
  EXPECT_THAT(Picture(true), SizeIs(3));
  ++picture_;
  EXPECT_THAT(Layer3({.spatial = 0, .temporal = 1}), SizeIs(1));
  Want(Layer::kHighest, 0);
  EXPECT_THAT(Layer3({.spatial = 1, .temporal = 1}), SizeIs(1));
  EXPECT_THAT(Layer3({.spatial = 2, .temporal = 1}), SizeIs(1));
  EXPECT_THAT(Picture(false, 1), IsEmpty());
  EXPECT_THAT(Picture(false, 0), SizeIs(3));
  Want(Layer::kHighest, 1);
  EXPECT_THAT(Picture(false, 1), IsEmpty());
  EXPECT_THAT(Picture(false, 0, true), SizeIs(3));
  EXPECT_THAT(Picture(false, 1), SizeIs(3));
}

// Pictures refer to each other by these numbers, so they stay.
TEST_F(SvcTest, PictureIdsStayWhereLayersAreLeftOut) {
  Want(0, 0);
  Picture(true);
  Picture(false, 1);
  const std::vector<Got> got = Picture();
  ASSERT_THAT(got, SizeIs(1));
  EXPECT_EQ(got[0].picture_id, picture_);
}

TEST_F(SvcTest, ASwitchWaitsForTheHighestForwardedLayerOnly) {
  h.Do(Plain("demo", "carol", "192.0.2.3:5004"));
  h.Do(RemoveLeg{LegOf("demo", "carol", "alice", "cam")});
  h.Do(Publish("demo", "carol", "cam", Video(2, 98, "VP9")));
  h.Do(RemoveLeg{LegOf("demo", "bob", "carol", "cam")});
  Want(0);
  Picture(true);
  h.Do(SwitchLeg{LegOf("demo", "bob", "alice", "cam"), N("carol"), N("cam")});
  ++picture_;
  EXPECT_THAT(Layer3({.spatial = 0}), SizeIs(1));
  const Octets key = Packet({.ssrc = 2, .sequence = 9, .payload_type = 98, .marker = true},
                            Vp9Payload({.picture_id = 7, .key = true}));
  const auto sent = To(h.Receive("192.0.2.3:5004", key), kBob);
  ASSERT_THAT(sent, SizeIs(1));  // the picture is complete without its upper layers
  EXPECT_EQ(ReadVp9(sent[0]).picture_id, picture_ + 1);
  EXPECT_EQ(ReadVp9(sent[0]).sequence, static_cast<uint16_t>(*newest_ + 1));
  EXPECT_THAT(Layer3({.spatial = 1}), IsEmpty());
}

}  // namespace
}  // namespace baton::relay::test
