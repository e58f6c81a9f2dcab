#include "record/depacketize/frame_gate.h"

#include <gtest/gtest.h>

namespace baton::record {
namespace {

constexpr FrameGate::Arrival kWhole = {.complete = true};
constexpr FrameGate::Arrival kKey = {.complete = true, .key_frame = true};
constexpr FrameGate::Arrival kDamaged = {};
constexpr FrameGate::Arrival Behind(uint64_t lost) {
  return {.complete = true, .lost_before = lost};
}

PictureFacts Layer(uint8_t temporal) {
  PictureFacts facts;
  facts.info.has_layers = true;
  facts.info.temporal = temporal;
  return facts;
}
PictureFacts Disposable() {
  PictureFacts facts;
  facts.disposable = true;
  return facts;
}
PictureFacts Numbered(uint8_t bits, uint16_t id) {
  PictureFacts facts;
  facts.info.picture_id_bits = bits;
  facts.info.picture_id = id;
  return facts;
}
PictureFacts Indexed(uint8_t temporal, uint8_t index) {
  PictureFacts facts = Layer(temporal);
  facts.info.has_tl0_picture_index = true;
  facts.info.tl0_picture_index = index;
  return facts;
}

TEST(FrameGate, OpensWithAKeyFrame) {
  FrameGate gate;
  EXPECT_FALSE(gate.key_frame_wanted());
  EXPECT_FALSE(gate.Pass({}, kWhole));
  EXPECT_TRUE(gate.key_frame_wanted());
  EXPECT_FALSE(gate.Pass({}, {.complete = false, .key_frame = true}));
  EXPECT_TRUE(gate.Pass({}, kKey));
  EXPECT_FALSE(gate.key_frame_wanted());
  EXPECT_TRUE(gate.Pass({}, kWhole));
}

TEST(FrameGate, ClosesWithADamageOrALoss) {
  FrameGate gate;
  gate.Pass({}, kKey);
  EXPECT_FALSE(gate.Pass({}, kDamaged));
  EXPECT_TRUE(gate.key_frame_wanted());
  EXPECT_FALSE(gate.Pass({}, kWhole));
  EXPECT_TRUE(gate.Pass({}, kKey));
  EXPECT_FALSE(gate.Pass({}, Behind(1)));
  EXPECT_TRUE(gate.key_frame_wanted());
  EXPECT_TRUE(gate.Pass({}, {.complete = true, .key_frame = true, .lost_before = 9}));
}

TEST(FrameGate, ADisposablePictureIsMissedByNone) {
  FrameGate gate;
  gate.Pass({}, kKey);
  EXPECT_TRUE(gate.Pass({}, kWhole));
  EXPECT_FALSE(gate.Pass(Disposable(), kDamaged));
  EXPECT_FALSE(gate.key_frame_wanted());
  EXPECT_TRUE(gate.Pass({}, kWhole));
}

TEST(FrameGate, IfAllAreCalledDisposableNoneIs) {
  FrameGate gate;
  gate.Pass({}, kKey);
  EXPECT_TRUE(gate.Pass(Disposable(), kWhole));
  EXPECT_FALSE(gate.Pass(Disposable(), kDamaged));
  EXPECT_FALSE(gate.Pass(Disposable(), kWhole));
  EXPECT_TRUE(gate.Pass({}, kKey));
  EXPECT_FALSE(gate.Pass({}, kDamaged)) << "its packets said nothing";
  EXPECT_TRUE(gate.Pass({}, kKey));
  EXPECT_FALSE(gate.Pass(Disposable(), kDamaged));
  EXPECT_FALSE(gate.Pass(Disposable(), kWhole));
}

TEST(FrameGate, PictureIdsThatFollowEachOtherHaveNothingBetween) {
  FrameGate gate;
  gate.Pass(Numbered(15, 0x7fff), kKey);
  EXPECT_TRUE(gate.Pass(Numbered(15, 0), Behind(0x7fff)));
  EXPECT_FALSE(gate.Pass(Numbered(15, 1), Behind(0x8000))) << "they may have come around";
  gate.Pass(Numbered(15, 2), kKey);
  EXPECT_FALSE(gate.Pass(Numbered(7, 3), Behind(1))) << "other numbers";
  gate.Pass(Numbered(7, 4), kKey);
  EXPECT_TRUE(gate.Pass(Numbered(7, 5), Behind(127)));
  EXPECT_FALSE(gate.Pass(Numbered(7, 6), Behind(128)));
  gate.Pass(Numbered(7, 7), kKey);
  EXPECT_FALSE(gate.Pass(Numbered(7, 9), Behind(1)));
  gate.Pass(Numbered(7, 10), kKey);
  EXPECT_FALSE(gate.Pass(Numbered(7, 10), Behind(1))) << "the same number";
}

TEST(FrameGate, PictureIdsWithoutALossMayStep) {
  FrameGate gate;
  gate.Pass(Numbered(7, 1), kKey);
  EXPECT_TRUE(gate.Pass(Numbered(7, 5), kWhole));
}

TEST(FrameGate, TheIndexOfTheLowestLayerTellsWhetherOneOfItIsMissing) {
  FrameGate gate;
  gate.Pass(Indexed(0, 255), kKey);
  EXPECT_TRUE(gate.Pass(Indexed(0, 0), Behind(255)));
  EXPECT_FALSE(gate.Pass(Indexed(2, 0), Behind(1))) << "layer 1 may be what is missing";
  EXPECT_TRUE(gate.Pass(Indexed(0, 1), kWhole));
  EXPECT_FALSE(gate.key_frame_wanted());
  EXPECT_FALSE(gate.Pass(Indexed(0, 2), Behind(256))) << "it may have come around";
  EXPECT_TRUE(gate.key_frame_wanted());
  gate.Pass(Indexed(0, 3), kKey);
  EXPECT_FALSE(gate.Pass(Indexed(0, 5), Behind(1)));
  gate.Pass(Indexed(0, 6), kKey);
  EXPECT_FALSE(gate.Pass(Indexed(1, 7), Behind(1)));
  EXPECT_FALSE(gate.Pass(Indexed(0, 8), kWhole));
}

TEST(FrameGate, LayersBelowADamagedOneGoOn) {
  FrameGate gate;
  gate.Pass(Layer(0), kKey);
  EXPECT_TRUE(gate.Pass(Layer(2), kWhole));
  EXPECT_FALSE(gate.Pass(Layer(1), kDamaged));
  EXPECT_FALSE(gate.Pass(Layer(2), kWhole));
  EXPECT_TRUE(gate.Pass(Layer(0), kWhole));
  EXPECT_FALSE(gate.Pass(Layer(7), kWhole));
}

TEST(FrameGate, ALayerThatSyncsToTheLowestOneIsWholeAgain) {
  FrameGate gate;
  gate.Pass(Layer(0), kKey);
  EXPECT_FALSE(gate.Pass(Layer(1), kDamaged));
  PictureFacts sync = Layer(2);
  sync.info.temporal_layer_sync = true;
  sync.disposable = true;
  EXPECT_TRUE(gate.Pass(sync, kWhole)) << "nothing can refer to this one";
  EXPECT_FALSE(gate.Pass(Layer(2), kWhole));
  sync = Layer(1);
  sync.info.temporal_layer_sync = true;
  EXPECT_TRUE(gate.Pass(sync, kWhole));
  EXPECT_TRUE(gate.Pass(Layer(1), kWhole));
  EXPECT_FALSE(gate.Pass(Layer(2), kWhole));
  EXPECT_FALSE(gate.Pass(Layer(0), kDamaged));
  EXPECT_FALSE(gate.Pass(sync, kWhole)) << "without the lowest layer";
}

TEST(FrameGate, ASwitchingUpPointMakesHigherLayersWholeAgain) {
  FrameGate gate;
  gate.Pass(Layer(0), kKey);
  EXPECT_FALSE(gate.Pass(Layer(1), kDamaged));
  PictureFacts up = Layer(1);
  up.info.temporal_switch_up = true;
  EXPECT_FALSE(gate.Pass(up, kWhole)) << "it needs its own layer";
  EXPECT_FALSE(gate.Pass(Layer(2), kWhole));
  up = Layer(0);
  up.info.temporal_switch_up = true;
  EXPECT_TRUE(gate.Pass(up, kWhole));
  EXPECT_TRUE(gate.Pass(Layer(1), kWhole));
  EXPECT_TRUE(gate.Pass(Layer(2), kWhole));
}

TEST(FrameGate, NamedReferencesAreAllThatAPictureNeeds) {
  FrameGate gate;
  const auto pass = [&gate](uint16_t id, FixedVector<uint8_t, 24> references, uint64_t lost = 0) {
    PictureFacts facts = Numbered(15, id);
    facts.references = references;
    return gate.Pass(facts, references.empty() ? kKey : Behind(lost));
  };
  EXPECT_TRUE(pass(1, {}));
  EXPECT_TRUE(pass(3, {2}, 1));
  EXPECT_FALSE(pass(4, {2, 1}));
  EXPECT_FALSE(pass(5, {1}));
  EXPECT_TRUE(pass(6, {3}));
  EXPECT_FALSE(pass(7, {0})) << "no picture refers to itself";
  EXPECT_TRUE(pass(128, {127, 122}));
  EXPECT_FALSE(pass(129, {127}));
  EXPECT_FALSE(pass(300, {100})) << "too far back for the history";
}

TEST(FrameGate, NamedReferencesAreOfNoUseWhenPictureIdsAreNot) {
  PictureFacts next = Numbered(7, 2);
  next.references = {1};
  FrameGate around;
  around.Pass(Numbered(7, 1), kKey);
  EXPECT_FALSE(around.Pass(next, Behind(129)));
  FrameGate twice;
  twice.Pass(Numbered(7, 1), kKey);
  EXPECT_FALSE(twice.Pass(Numbered(7, 1), kDamaged));
  EXPECT_FALSE(twice.Pass(next, kWhole));
}

TEST(FrameGate, APictureThatIsDecodableByItsReferencesMendsNoLayer) {
  FrameGate gate;
  gate.Pass(Numbered(15, 1), kKey);
  PictureFacts facts = Numbered(15, 3);
  facts.references = {2};
  facts.info.temporal_switch_up = true;
  EXPECT_TRUE(gate.Pass(facts, Behind(1)));
  EXPECT_FALSE(gate.Pass(Numbered(15, 4), kWhole));
}

TEST(FrameGate, HigherLayersHaveSomePatience) {
  FrameGate gate;
  gate.Pass(Layer(0), kKey);
  EXPECT_FALSE(gate.Pass(Layer(1), kDamaged));
  for (int i = 0; i < 15; ++i) {
    EXPECT_FALSE(gate.Pass(Layer(1), kWhole));
    EXPECT_TRUE(gate.Pass(Layer(0), kWhole));
  }
  EXPECT_FALSE(gate.key_frame_wanted());
  EXPECT_FALSE(gate.Pass(Layer(1), kWhole));
  EXPECT_TRUE(gate.key_frame_wanted());
  EXPECT_TRUE(gate.Pass(Layer(0), kKey));
  EXPECT_FALSE(gate.key_frame_wanted());
}

TEST(FrameGate, PatienceIsRestoredByPicturesThatPass) {
  FrameGate gate;
  gate.Pass(Layer(0), kKey);
  EXPECT_FALSE(gate.Pass(Layer(1), kDamaged));
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 15; ++i) EXPECT_FALSE(gate.Pass(Layer(1), kWhole));
    for (int i = 0; i < 16; ++i) EXPECT_TRUE(gate.Pass(Layer(0), kWhole));
    EXPECT_FALSE(gate.key_frame_wanted());
  }
}

}  // namespace
}  // namespace baton::record
