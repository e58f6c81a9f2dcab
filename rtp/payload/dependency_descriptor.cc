#include "rtp/payload/dependency_descriptor.h"

#include <algorithm>

#include "rtp/payload/bit_reader.h"

namespace baton::rtp {
namespace {

// What an OBU's header can say.
constexpr uint8_t kMaxSpatial = 3;
constexpr uint8_t kMaxTemporal = 7;

// How a template's layer follows from that of the one before. Table A.2.
enum class NextLayer : uint8_t { kSame, kNextTemporal, kNextSpatial, kNoMore };

// ns(n) of appendix A.8.2: one of `n` values, the first few in a bit less. `n` >= 1.
uint32_t ReadNonSymmetric(BitReader& reader, uint32_t n) {
  size_t width = 0;
  while (n >> width != 0) ++width;
  const uint32_t short_values = (uint32_t{1} << width) - n;
  const uint32_t value = reader.Bits(width - 1);
  if (value < short_values) return value;
  return (value << 1) - short_values + reader.Bits(1);
}

DecodeTargetIndications ReadIndications(BitReader& reader, size_t decode_targets) {
  DecodeTargetIndications indications;
  for (size_t i = 0; i < decode_targets; ++i) {
    indications.Set(i, static_cast<DecodeTargetIndication>(reader.Bits(2)));
  }
  return indications;
}

// Reads the structure that is attached to a descriptor, part by part in the order of the wire.
class StructureReader {
 public:
  explicit StructureReader(BitReader& reader) : reader_(reader) {}

  // Nothing if it is cut off, or has more templates or layers than there can be.
  std::optional<DependencyStructure> Read() {
    structure_.template_id_offset = static_cast<uint8_t>(reader_.Bits(6));
    structure_.decode_targets = static_cast<uint8_t>(reader_.Bits(5) + 1);
    if (!ReadTemplateLayers()) return std::nullopt;
    for (size_t i = 0; i < structure_.templates; ++i) {
      structure_.indications[i] = ReadIndications(reader_, structure_.decode_targets);
    }
    ReadTemplateReferences();
    SkipTemplateChains();
    DeriveTargetLayers();
    SkipResolutions();
    return reader_.ok() ? std::optional(structure_) : std::nullopt;
  }

 private:
  bool ReadTemplateLayers() {
    LayerId layer;
    for (size_t i = 0; i < kMaxDependencyTemplates; ++i) {
      structure_.layers[i] = layer;
      switch (static_cast<NextLayer>(reader_.Bits(2))) {
        case NextLayer::kSame:
          break;
        case NextLayer::kNextTemporal:
          if (layer.temporal++ == kMaxTemporal) return false;
          break;
        case NextLayer::kNextSpatial:
          if (layer.spatial++ == kMaxSpatial) return false;
          layer.temporal = 0;
          break;
        case NextLayer::kNoMore:
          structure_.templates = static_cast<uint8_t>(i + 1);
          return true;
      }
    }
    return false;
  }

  void ReadTemplateReferences() {
    for (size_t i = 0; i < structure_.templates; ++i) {
      while (reader_.Flag()) {
        structure_.has_references[i] = true;
        reader_.Bits(4);
      }
    }
  }

  void SkipTemplateChains() {
    structure_.chains =
        static_cast<uint8_t>(ReadNonSymmetric(reader_, structure_.decode_targets + 1));
    if (structure_.chains == 0) return;
    for (size_t i = 0; i < structure_.decode_targets; ++i) {
      ReadNonSymmetric(reader_, structure_.chains);
    }
    for (size_t i = 0; i < size_t{structure_.templates} * structure_.chains; ++i) reader_.Bits(4);
  }

  void DeriveTargetLayers() {
    for (size_t target = 0; target < structure_.decode_targets; ++target) {
      LayerId& highest = structure_.target_layers[target];
      for (size_t i = 0; i < structure_.templates; ++i) {
        if (structure_.indications[i].Get(target) == DecodeTargetIndication::kNotPresent) continue;
        highest.spatial = std::max(highest.spatial, structure_.layers[i].spatial);
        highest.temporal = std::max(highest.temporal, structure_.layers[i].temporal);
      }
    }
  }

  void SkipResolutions() {
    if (!reader_.Flag()) return;
    // Templates are in the order of their spatial layers.
    const size_t highest = structure_.layers[structure_.templates - 1].spatial;
    for (size_t i = 0; i <= highest; ++i) reader_.Bits(32);
  }

  BitReader& reader_;
  DependencyStructure structure_;
};

struct ExtendedFlags {
  bool has_structure = false;
  bool has_active_targets = false;
  bool custom_indications = false;
  bool custom_references = false;
  bool custom_chains = false;
};

ExtendedFlags ReadExtendedFlags(BitReader& reader) {
  ExtendedFlags flags;
  flags.has_structure = reader.Flag();
  flags.has_active_targets = reader.Flag();
  flags.custom_indications = reader.Flag();
  flags.custom_references = reader.Flag();
  flags.custom_chains = reader.Flag();
  return flags;
}

// Whether there are some.
bool ReadCustomReferences(BitReader& reader) {
  bool some = false;
  while (const size_t size = reader.Bits(2)) {
    reader.Bits(4 * size);
    some = true;
  }
  return some;
}

bool IsSwitchUp(const DependencyStructure& structure, LayerId layer,
                const DecodeTargetIndications& indications) {
  bool some = false;
  for (size_t i = 0; i < structure.decode_targets; ++i) {
    const LayerId target = structure.target_layers[i];
    if (target.spatial != layer.spatial || target.temporal <= layer.temporal) continue;
    if (indications.Get(i) != DecodeTargetIndication::kSwitch) return false;
    some = true;
  }
  return some;
}

// From frame_dependency_definition() on. False if the template is not known.
bool ReadFrame(BitReader& reader, const DependencyStructure& structure, uint32_t template_id,
               const ExtendedFlags& flags, DependencyDescriptor& descriptor) {
  const size_t index = (template_id + kMaxDependencyTemplates - structure.template_id_offset) %
                       kMaxDependencyTemplates;
  if (index >= structure.templates) return false;
  descriptor.layer = structure.layers[index];
  descriptor.indications = flags.custom_indications
                               ? ReadIndications(reader, structure.decode_targets)
                               : structure.indications[index];
  descriptor.has_references =
      flags.custom_references ? ReadCustomReferences(reader) : structure.has_references[index];
  if (flags.custom_chains) {
    for (size_t i = 0; i < structure.chains; ++i) reader.Bits(8);
  }
  descriptor.temporal_switch_up = IsSwitchUp(structure, descriptor.layer, descriptor.indications);
  return true;
}

}  // namespace

std::optional<DependencyDescriptor> DependencyReader::Read(Bytes value, bool newest) {
  BitReader reader(value);
  DependencyDescriptor descriptor;
  descriptor.starts_frame = reader.Flag();
  descriptor.ends_frame = reader.Flag();
  const uint32_t template_id = reader.Bits(6);
  descriptor.frame_number = static_cast<uint16_t>(reader.Bits(16));
  ExtendedFlags flags;
  if (value.size() > kMinDependencyDescriptorSize) flags = ReadExtendedFlags(reader);

  std::optional<DependencyStructure> attached;
  if (flags.has_structure) {
    attached = StructureReader(reader).Read();
    if (!attached) return std::nullopt;
    descriptor.has_structure = true;
  }
  const DependencyStructure& structure = attached ? *attached : structure_;
  if (flags.has_active_targets) {
    descriptor.active_decode_targets = reader.Bits(structure.decode_targets);
  } else if (attached) {
    const uint64_t all = (uint64_t{1} << structure.decode_targets) - 1;
    descriptor.active_decode_targets = static_cast<uint32_t>(all);
  }
  if (!ReadFrame(reader, structure, template_id, flags, descriptor)) return std::nullopt;
  if (!reader.ok()) return std::nullopt;
  if (attached && newest) structure_ = *attached;
  return descriptor;
}

FrameInfo ToFrameInfo(const DependencyDescriptor& descriptor, bool marker) {
  FrameInfo info;
  info.has_layers = true;
  info.spatial = descriptor.layer.spatial;
  info.temporal = descriptor.layer.temporal;
  info.starts_frame = descriptor.starts_frame;
  info.ends_frame = descriptor.ends_frame;
  info.ends_picture = marker;
  info.begins_key_frame =
      descriptor.starts_frame && descriptor.has_structure && !descriptor.has_references;
  info.temporal_switch_up = descriptor.temporal_switch_up;
  return info;
}

}  // namespace baton::rtp
