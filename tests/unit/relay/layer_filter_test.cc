// Which layers pass, frame by frame.
#include "relay/layer_filter.h"

#include <gtest/gtest.h>

namespace baton::relay {
namespace {

rtp::FrameInfo Frame(uint8_t temporal, uint8_t spatial = 0) {
  rtp::FrameInfo frame;
  frame.has_layers = true;
  frame.temporal = temporal;
  frame.spatial = spatial;
  frame.starts_frame = true;
  return frame;
}

LegMapping Having(uint8_t spatial, uint8_t temporal) {
  LegMapping mapping;
  mapping.SetLayers(spatial, temporal);
  return mapping;
}

TEST(LayersWanted, AreThoseOfTheStream) {
  EXPECT_EQ(WantedWithin({}, false), LayersWanted{});
  EXPECT_EQ(WantedWithin({1, 2}, false), (LayersWanted{.temporal = 2, .spatial = 1}));
  // The encoding was chosen by the spatial layer.
  EXPECT_EQ(WantedWithin({1, 2}, true), (LayersWanted{.temporal = 2, .spatial = 15}));
  EXPECT_EQ(WantedWithin({16, 15}, false), LayersWanted{});
}

TEST(LayerFilter, DownAtTheNextFrame) {
  LegMapping mapping;
  EXPECT_FALSE(AdmitLayer(Frame(2), {.temporal = 1}, mapping));
  EXPECT_EQ(mapping.temporal(), 1);
  EXPECT_TRUE(AdmitLayer(Frame(1), {.temporal = 1}, mapping));
  EXPECT_FALSE(AdmitLayer(Frame(1), {.temporal = 0}, mapping));
  EXPECT_TRUE(AdmitLayer(Frame(0), {.temporal = 0}, mapping));
}

TEST(LayerFilter, NotWithinAFrame) {
  LegMapping mapping;
  rtp::FrameInfo rest = Frame(2, 1);
  rest.starts_frame = false;
  EXPECT_TRUE(AdmitLayer(rest, {.temporal = 0, .spatial = 0}, mapping));
  EXPECT_EQ(mapping.layers, LegMapping{}.layers);
}

TEST(LayerFilter, NotWithinAPicture) {
  LegMapping mapping;
  EXPECT_TRUE(AdmitLayer(Frame(2, 1), {.temporal = 0, .spatial = 0}, mapping));
  EXPECT_TRUE(AdmitLayer(Frame(0, 0), {.temporal = 0, .spatial = 0}, mapping));
  EXPECT_FALSE(AdmitLayer(Frame(0, 1), {.temporal = 0, .spatial = 0}, mapping));
}

TEST(LayerFilter, UpWithASynchronisedFrameOfTheNextLayer) {
  LegMapping mapping = Having(15, 0);
  rtp::FrameInfo sync = Frame(1);
  sync.temporal_layer_sync = true;
  EXPECT_FALSE(AdmitLayer(Frame(1), {.temporal = 2}, mapping));
  EXPECT_FALSE(AdmitLayer(sync, {.temporal = 0}, mapping));
  EXPECT_TRUE(AdmitLayer(sync, {.temporal = 2}, mapping));
  EXPECT_EQ(mapping.temporal(), 1);
  EXPECT_FALSE(AdmitLayer(Frame(2), {.temporal = 2}, mapping));
  sync.temporal = 2;
  EXPECT_TRUE(AdmitLayer(sync, {.temporal = 2}, mapping));
}

// A frame of the layer between may refer to one of its own layer, which the leg has not had.
TEST(LayerFilter, NotOverALayerThatIsNotSynchronised) {
  LegMapping mapping = Having(15, 0);
  rtp::FrameInfo sync = Frame(2);
  sync.temporal_layer_sync = true;
  EXPECT_FALSE(AdmitLayer(sync, {.temporal = 2}, mapping));
  EXPECT_FALSE(AdmitLayer(Frame(1), {.temporal = 2}, mapping));
}

TEST(LayerFilter, UpToAllThatIsWantedAfterASwitchingPoint) {
  LegMapping mapping = Having(15, 0);
  rtp::FrameInfo up = Frame(0);
  up.temporal_switch_up = true;
  EXPECT_TRUE(AdmitLayer(up, {.temporal = 2}, mapping));
  EXPECT_TRUE(AdmitLayer(Frame(2), {.temporal = 2}, mapping));
  EXPECT_FALSE(AdmitLayer(Frame(3), {.temporal = 2}, mapping));
}

TEST(LayerFilter, ASwitchingPointThatTheLegDoesNotHaveIsNone) {
  LegMapping mapping = Having(15, 0);
  rtp::FrameInfo up = Frame(1);
  up.temporal_switch_up = true;
  EXPECT_FALSE(AdmitLayer(up, {.temporal = 2}, mapping));
  EXPECT_EQ(mapping.temporal(), 0);
}

TEST(LayerFilter, SpatialLayersGoUpWithAKeyFrameOnly) {
  LegMapping mapping = Having(0, 15);
  rtp::FrameInfo frame = Frame(0);
  frame.temporal_switch_up = true;
  EXPECT_TRUE(AdmitLayer(frame, {.spatial = 2}, mapping));
  EXPECT_FALSE(AdmitLayer(Frame(0, 1), {.spatial = 2}, mapping));
  frame.begins_key_frame = true;
  EXPECT_TRUE(AdmitLayer(frame, {.spatial = 2}, mapping));
  EXPECT_TRUE(AdmitLayer(Frame(0, 2), {.spatial = 2}, mapping));
  EXPECT_FALSE(AdmitLayer(Frame(0, 3), {.spatial = 2}, mapping));
}

}  // namespace
}  // namespace baton::relay
