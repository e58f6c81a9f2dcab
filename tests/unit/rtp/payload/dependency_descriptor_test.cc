#include "rtp/payload/dependency_descriptor.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "rtp/payload/bit_reader.h"
#include "tests/unit/rtp/mutations.h"
#include "tests/unit/rtp/payload/dependency_bytes.h"

namespace baton::rtp {
namespace {

using Message = std::vector<uint8_t>;

// One spatial layer, three temporal ones, a decode target for each.
StructureText ThreeTemporalLayers() {
  return {.template_id_offset = 61,  // so that ids wrap: 61, 62, 63, 0
          .templates = {{0, "SSS", {}, {0}},
                        {1, "SSS", {4}, {4}},
                        {1, "-DS", {2}, {2}},
                        {3, "--D", {1, 3}, {1}}},
          .protected_by = {0, 0, 0},
          .resolutions = {{640, 360}}};
}

// Two spatial layers of two temporal ones; a decode target for each of the four.
StructureText TwoByTwo() {
  return {.template_id_offset = 8,
          .templates = {{1, "SSRR", {}, {0, 0}},
                        {2, "-D-R", {2}, {2, 1}},
                        {1, "--SS", {1}, {1, 1}},
                        {3, "---D", {2, 1}, {3, 2}}},
          .protected_by = {0, 0, 1, 1}};
}

std::string Symbols(const DecodeTargetIndications& indications, size_t targets) {
  std::string symbols;
  for (size_t i = 0; i < targets; ++i) {
    symbols += "-DSR"[static_cast<size_t>(indications.Get(i))];
  }
  return symbols;
}

DependencyReader ReaderWith(const StructureText& structure) {
  DependencyReader reader;
  DescriptorText key;
  key.template_id = structure.template_id_offset;
  key.structure = &structure;
  EXPECT_TRUE(reader.Read(key.Write(), true));
  return reader;
}

TEST(BitReader, ReadsAcrossBytesAndRemembersFailure) {
  const Message bytes = {0xa5, 0x0f, 0xff, 0x00, 0x12};
  BitReader reader(bytes);
  EXPECT_TRUE(reader.Flag());
  EXPECT_EQ(reader.Bits(0), 0u);
  EXPECT_EQ(reader.Bits(5), 0x09u);
  EXPECT_EQ(reader.Bits(32), 0x43ffc004u);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.Bits(2), 0x2u);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.Bits(1), 0u);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.Bits(32), 0u);
}

TEST(DependencyDescriptor, ReadsAStructure) {
  const StructureText text = ThreeTemporalLayers();
  const DependencyReader reader = ReaderWith(text);
  const DependencyStructure& structure = reader.structure();
  EXPECT_EQ(structure.template_id_offset, 61);
  ASSERT_EQ(structure.templates, 4);
  ASSERT_EQ(structure.decode_targets, 3);
  EXPECT_EQ(structure.chains, 1);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(Symbols(structure.indications[i], 3), text.templates[i].indications);
    EXPECT_EQ(structure.has_references[i], i > 0);
  }
  EXPECT_EQ(structure.layers[0], (LayerId{0, 0}));
  EXPECT_EQ(structure.layers[1], (LayerId{0, 0}));
  EXPECT_EQ(structure.layers[2], (LayerId{0, 1}));
  EXPECT_EQ(structure.layers[3], (LayerId{0, 2}));
  EXPECT_EQ(structure.target_layers[0], (LayerId{0, 0}));
  EXPECT_EQ(structure.target_layers[1], (LayerId{0, 1}));
  EXPECT_EQ(structure.target_layers[2], (LayerId{0, 2}));
}

TEST(DependencyDescriptor, ReadsSpatialLayers) {
  const DependencyReader reader = ReaderWith(TwoByTwo());
  const DependencyStructure& structure = reader.structure();
  EXPECT_EQ(structure.chains, 2);
  EXPECT_EQ(structure.layers[1], (LayerId{0, 1}));
  EXPECT_EQ(structure.layers[2], (LayerId{1, 0}));
  EXPECT_EQ(structure.layers[3], (LayerId{1, 1}));
  EXPECT_EQ(structure.target_layers[0], (LayerId{0, 0}));
  EXPECT_EQ(structure.target_layers[1], (LayerId{0, 1}));
  EXPECT_EQ(structure.target_layers[2], (LayerId{1, 0}));
  EXPECT_EQ(structure.target_layers[3], (LayerId{1, 1}));
}

// By hand, from the syntax: start and end, template 0, frame 0x0102; structure present; offset 0,
// one decode target; one template, layer 0 and no more; DTI S; no references; no chains (ns(2));
// no resolutions.
TEST(DependencyDescriptor, ReadsTheSmallestStructure) {
  //  10000 000000 00000 11 10 0 0 0 and zero padding
  const Message bytes = {0xc0, 0x01, 0x02, 0x80, 0x00, 0xe0};
  DependencyReader reader;
  const auto descriptor = reader.Read(bytes, true);
  ASSERT_TRUE(descriptor);
  EXPECT_TRUE(descriptor->starts_frame && descriptor->ends_frame && descriptor->has_structure);
  EXPECT_FALSE(descriptor->has_references);
  EXPECT_EQ(descriptor->frame_number, 0x0102);
  EXPECT_EQ(descriptor->indications.Get(0), DecodeTargetIndication::kSwitch);
  EXPECT_EQ(descriptor->active_decode_targets, 1u);
  EXPECT_EQ(reader.structure().templates, 1);
  EXPECT_EQ(reader.structure().decode_targets, 1);
  EXPECT_EQ(reader.structure().chains, 0);
}

TEST(DependencyDescriptor, ThreeBytesReferToATemplate) {
  DependencyReader reader = ReaderWith(ThreeTemporalLayers());
  DescriptorText text;
  text.start = false;
  text.template_id = 63;
  text.frame_number = 0xfffe;
  const Message bytes = text.Write();
  ASSERT_EQ(bytes, (Message{0x7f, 0xff, 0xfe}));
  const auto descriptor = reader.Read(bytes, true);
  ASSERT_TRUE(descriptor);
  EXPECT_FALSE(descriptor->starts_frame);
  EXPECT_TRUE(descriptor->ends_frame);
  EXPECT_FALSE(descriptor->has_structure);
  EXPECT_TRUE(descriptor->has_references);
  EXPECT_EQ(descriptor->frame_number, 0xfffe);
  EXPECT_EQ(descriptor->layer, (LayerId{0, 1}));
  EXPECT_EQ(Symbols(descriptor->indications, 3), "-DS");
  EXPECT_FALSE(descriptor->active_decode_targets);
}

TEST(DependencyDescriptor, TemplateIdsWrap) {
  DependencyReader reader = ReaderWith(ThreeTemporalLayers());
  for (uint32_t id = 0; id < 64; ++id) {
    DescriptorText text;
    text.template_id = id;
    const auto descriptor = reader.Read(text.Write(), true);
    ASSERT_EQ(descriptor.has_value(), id >= 61 || id == 0) << id;
    if (id == 0) {
      EXPECT_EQ(descriptor->layer, (LayerId{0, 2}));
    }
  }
}

TEST(DependencyDescriptor, NothingIsKnownBeforeAStructure) {
  DependencyReader reader;
  EXPECT_EQ(reader.structure().templates, 0);
  for (uint32_t id = 0; id < 64; ++id) {
    DescriptorText text;
    text.template_id = id;
    EXPECT_FALSE(reader.Read(text.Write(), true));
    text.active_targets = {0, 0};
    EXPECT_FALSE(reader.Read(text.Write(), true));
  }
}

TEST(DependencyDescriptor, CustomFieldsReplaceTheTemplates) {
  DependencyReader reader = ReaderWith(TwoByTwo());
  DescriptorText text;
  text.template_id = 8;
  text.active_targets = {4, 0b0011};
  text.indications = "RD-S";
  text.references = std::vector<uint32_t>{1, 16, 17, 256, 257, 4096};
  text.chains = {255, 0};
  const auto descriptor = reader.Read(text.Write(), true);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->active_decode_targets, 0b0011u);
  EXPECT_EQ(Symbols(descriptor->indications, 4), "RD-S");
  EXPECT_TRUE(descriptor->has_references);

  text.references = std::vector<uint32_t>{};
  text.template_id = 9;
  EXPECT_FALSE(reader.Read(text.Write(), true)->has_references) << "the template has some";
}

TEST(DependencyDescriptor, AllDecodeTargetsOfANewStructureAreActive) {
  StructureText structure = TwoByTwo();
  DescriptorText text;
  text.template_id = 8;
  text.structure = &structure;
  DependencyReader reader;
  EXPECT_EQ(reader.Read(text.Write(), true)->active_decode_targets, 0b1111u);
  text.active_targets = {4, 0b0101};
  EXPECT_EQ(reader.Read(text.Write(), true)->active_decode_targets, 0b0101u);
}

TEST(DependencyDescriptor, ThirtyTwoTargetsAndSixtyFourTemplates) {
  StructureText structure;
  structure.templates.resize(64, {0, std::string(32, 'R'), {}, std::vector<uint32_t>(32, 15)});
  structure.templates.back().next_layer = 3;
  structure.templates.back().indications = "S" + std::string(30, '-') + "D";
  structure.protected_by.resize(32, 31);
  DescriptorText text;
  text.template_id = 63;
  text.structure = &structure;
  DependencyReader reader;
  const auto descriptor = reader.Read(text.Write(), true);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(descriptor->active_decode_targets, 0xffffffffu);
  EXPECT_EQ(Symbols(descriptor->indications, 32), structure.templates.back().indications);
  EXPECT_EQ(reader.structure().templates, 64);
  EXPECT_EQ(reader.structure().decode_targets, 32);
  EXPECT_EQ(reader.structure().chains, 32);

  structure.templates.push_back(structure.templates.back());
  structure.templates[63].next_layer = 0;
  EXPECT_FALSE(DependencyReader().Read(text.Write(), true)) << "65 templates";
}

TEST(DependencyDescriptor, LayersThatNoObuHasAreRefused) {
  const auto reads = [](uint32_t step, size_t steps) {
    StructureText structure;
    structure.templates.resize(steps + 1, {step, "S", {}, {}});
    structure.templates.back().next_layer = 3;
    DescriptorText text;
    text.structure = &structure;
    return DependencyReader().Read(text.Write(), true).has_value();
  };
  EXPECT_TRUE(reads(1, 7));
  EXPECT_FALSE(reads(1, 8));
  EXPECT_TRUE(reads(2, 3));
  EXPECT_FALSE(reads(2, 4));
}

TEST(DependencyDescriptor, ResolutionsAreThereForEachSpatialLayer) {
  for (size_t spatial = 0; spatial < 4; ++spatial) {
    StructureText structure;
    structure.templates.resize(spatial + 1, {2, "S", {}, {}});
    structure.templates.back().next_layer = 3;
    structure.resolutions.resize(spatial + 1, {65536, 1});
    DescriptorText text;
    text.structure = &structure;
    text.active_targets = {1, 1};
    text.indications = "R";
    const auto descriptor = DependencyReader().Read(text.Write(), true);
    ASSERT_TRUE(descriptor);
    EXPECT_EQ(descriptor->active_decode_targets, 1u);
    EXPECT_EQ(Symbols(descriptor->indications, 1), "R") << "what follows is found";
  }
}

TEST(DependencyDescriptor, AStructureThatComesLateIsNotKept) {
  DependencyReader reader = ReaderWith(TwoByTwo());
  const DependencyStructure before = reader.structure();
  const StructureText late = ThreeTemporalLayers();
  DescriptorText text;
  text.template_id = 62;
  text.structure = &late;
  const auto descriptor = reader.Read(text.Write(), false);
  ASSERT_TRUE(descriptor);
  EXPECT_EQ(Symbols(descriptor->indications, 3), "SSS") << "but it reads what came with it";
  EXPECT_TRUE(reader.structure() == before);
  EXPECT_TRUE(reader.Read(text.Write(), true));
  EXPECT_FALSE(reader.structure() == before);
}

TEST(DependencyDescriptor, AStructureThatCannotBeReadChangesNothing) {
  DependencyReader reader = ReaderWith(TwoByTwo());
  const DependencyStructure before = reader.structure();
  const StructureText structure = ThreeTemporalLayers();
  DescriptorText text;
  text.structure = &structure;
  text.template_id = 30;
  EXPECT_FALSE(reader.Read(text.Write(), true)) << "a template that is not in it";
  text.template_id = 61;
  Message bytes = text.Write();
  bytes.pop_back();
  EXPECT_FALSE(reader.Read(bytes, true)) << "cut off";
  EXPECT_TRUE(reader.structure() == before);
}

TEST(DependencyDescriptor, FrameInfoOfTheLayers) {
  DependencyReader reader = ReaderWith(TwoByTwo());
  DescriptorText text;
  text.template_id = 11;
  text.end = false;
  FrameInfo expected;
  expected.has_layers = true;
  expected.spatial = 1;
  expected.temporal = 1;
  expected.starts_frame = true;
  EXPECT_TRUE(ToFrameInfo(*reader.Read(text.Write(), true), false) == expected);
  text.start = false;
  text.end = true;
  expected.starts_frame = false;
  expected.ends_frame = true;
  EXPECT_TRUE(ToFrameInfo(*reader.Read(text.Write(), true), false) == expected);
  expected.ends_picture = true;
  EXPECT_TRUE(ToFrameInfo(*reader.Read(text.Write(), true), true) == expected);
}

TEST(DependencyDescriptor, AKeyFrameBeginsWithItsStructureAndRefersToNothing) {
  const StructureText structure = ThreeTemporalLayers();
  const auto begins = [&](uint32_t template_id, bool start, bool with_structure) {
    DependencyReader reader = ReaderWith(structure);
    DescriptorText text;
    text.template_id = template_id;
    text.start = start;
    if (with_structure) text.structure = &structure;
    return ToFrameInfo(*reader.Read(text.Write(), true), false).begins_key_frame;
  };
  EXPECT_TRUE(begins(61, true, true));
  EXPECT_FALSE(begins(61, false, true));
  EXPECT_FALSE(begins(61, true, false));
  EXPECT_FALSE(begins(62, true, true));
}

TEST(DependencyDescriptor, SwitchUpNeedsAllHigherTemporalLayers) {
  const auto switches = [](const StructureText& structure, uint32_t template_id,
                           const std::string& indications = "") {
    DependencyReader reader = ReaderWith(structure);
    DescriptorText text;
    text.template_id = template_id;
    text.indications = indications;
    return ToFrameInfo(*reader.Read(text.Write(), true), false).temporal_switch_up;
  };
  EXPECT_TRUE(switches(ThreeTemporalLayers(), 61));
  EXPECT_TRUE(switches(ThreeTemporalLayers(), 63)) << "from the middle layer";
  EXPECT_FALSE(switches(ThreeTemporalLayers(), 0)) << "there is nothing above it";
  EXPECT_FALSE(switches(ThreeTemporalLayers(), 61, "SSR"));
  EXPECT_FALSE(switches(ThreeTemporalLayers(), 61, "SRS"));
  EXPECT_TRUE(switches(ThreeTemporalLayers(), 61, "RSS")) << "its own layer does not matter";
  EXPECT_TRUE(switches(TwoByTwo(), 8)) << "nor do other spatial layers";
  EXPECT_FALSE(switches(TwoByTwo(), 9));
  EXPECT_TRUE(switches(TwoByTwo(), 10));
  EXPECT_FALSE(switches(TwoByTwo(), 10, "SSSR"));
}

TEST(DependencyDescriptor, EveryPrefixAndBitFlipIsReadOrNot) {
  const StructureText structure = TwoByTwo();
  DescriptorText text;
  text.template_id = 9;
  text.structure = &structure;
  text.active_targets = {4, 3};
  text.indications = "SDR-";
  text.references = std::vector<uint32_t>{5, 300};
  text.chains = {1, 2};
  const Message message = text.Write();
  ForEachPrefix(message, [&](Bytes bytes) {
    DependencyReader reader;
    EXPECT_EQ(reader.Read(bytes, true).has_value(), bytes.size() == message.size());
    EXPECT_EQ(reader.structure().templates != 0, bytes.size() == message.size());
  });
  ForEachBitFlip(message, [&](Bytes bytes) {
    DependencyReader reader = ReaderWith(ThreeTemporalLayers());
    reader.Read(bytes, true);
    EXPECT_LE(reader.structure().templates, kMaxDependencyTemplates);
    EXPECT_LE(reader.structure().decode_targets, kMaxDecodeTargets);
  });
}

TEST(DependencyDescriptor, RandomStructuresAreReadAsWritten) {
  Random random(1);
  for (int round = 0; round < 1000; ++round) {
    const size_t targets = 1 + random.Below(32);
    const size_t chains = random.Below(targets + 1);
    StructureText structure;
    structure.template_id_offset = static_cast<uint32_t>(random.Below(64));
    LayerId layer;
    std::vector<LayerId> layers;
    for (size_t i = 1 + random.Below(64); i > 0; --i) {
      layers.push_back(layer);
      TemplateText t = {static_cast<uint32_t>(random.Below(3)), "", {}, {}};
      if (t.next_layer == 1 && layer.temporal == 7) t.next_layer = 0;
      if (t.next_layer == 2 && layer.spatial == 3) t.next_layer = 0;
      if (t.next_layer == 1) ++layer.temporal;
      if (t.next_layer == 2) layer = {static_cast<uint8_t>(layer.spatial + 1), 0};
      for (size_t target = 0; target < targets; ++target) {
        t.indications += "-DSR"[random.Below(4)];
      }
      t.references.resize(random.Below(4), 16);
      t.chains.resize(chains, 7);
      structure.templates.push_back(t);
    }
    structure.templates.back().next_layer = 3;
    if (chains > 0) {
      for (size_t i = 0; i < targets; ++i) {
        structure.protected_by.push_back(static_cast<uint32_t>(random.Below(chains)));
      }
    }
    if (random.OneIn(2)) structure.resolutions.resize(layers.back().spatial + 1, {1280, 720});

    DescriptorText text;
    const size_t index = random.Below(layers.size());
    text.template_id = static_cast<uint32_t>((structure.template_id_offset + index) % 64);
    text.structure = &structure;
    text.active_targets = {targets, random.U32()};
    DependencyReader reader;
    const auto descriptor = reader.Read(text.Write(), true);
    ASSERT_TRUE(descriptor);
    ASSERT_EQ(reader.structure().templates, layers.size());
    ASSERT_EQ(reader.structure().chains, chains);
    for (size_t i = 0; i < layers.size(); ++i) {
      ASSERT_EQ(reader.structure().layers[i], layers[i]);
      ASSERT_EQ(Symbols(reader.structure().indications[i], targets),
                structure.templates[i].indications);
      ASSERT_EQ(reader.structure().has_references[i], !structure.templates[i].references.empty());
    }
    ASSERT_EQ(descriptor->layer, layers[index]);
    const uint64_t mask = (uint64_t{1} << targets) - 1;
    ASSERT_EQ(descriptor->active_decode_targets, text.active_targets->second & mask);
  }
}

}  // namespace
}  // namespace baton::rtp
