#include "rtp/extension_map.h"

#include <algorithm>

#include "base/check.h"
#include "rtp/extension_block.h"
#include "rtp/payload/dependency_descriptor.h"

namespace baton::rtp {
namespace {

// Kinds that describe the hop on which they came, or a stream that a leg is not.
constexpr bool EndsAtRelay(ExtensionKind kind) {
  switch (kind) {
    case ExtensionKind::kMid:
    case ExtensionKind::kRid:
    case ExtensionKind::kRepairedRid:
    case ExtensionKind::kTransportSequence:
    case ExtensionKind::kAbsoluteSendTime:
      return true;
    default:
      return false;
  }
}

// False if the form cannot say one of them.
bool AddOwn(const ExtensionMap& map, const ExtensionOverrides& overrides, ExtensionBlock& block) {
  bool said = true;
  if (!overrides.mid.empty() && map.mid() != 0) {
    const auto* text = reinterpret_cast<const uint8_t*>(overrides.mid.data());
    said = block.Add(map.mid(), {text, overrides.mid.size()});
  }
  if (overrides.transport_sequence && map.transport_sequence() != 0) {
    std::array<uint8_t, 2> value;
    StoreU16(value.data(), overrides.transport_sequence->value());
    said = said && block.Add(map.transport_sequence(), value);
  }
  if (overrides.absolute_send_time && map.absolute_send_time() != 0) {
    std::array<uint8_t, 3> value;
    StoreU24(value.data(), *overrides.absolute_send_time);
    said = said && block.Add(map.absolute_send_time(), value);
  }
  return said;
}

// False if the form cannot say one of them.
bool AddCopies(ExtensionReader source, const ExtensionMap& map,
               std::optional<uint16_t> frame_number, ExtensionBlock& block) {
  while (const std::optional<ExtensionElement> element = source.Next()) {
    const uint8_t id = map.Map(element->id);
    if (id == 0) continue;
    if (!block.Add(id, element->data)) return false;
    if (id == map.dependency_descriptor() && frame_number &&
        element->data.size() >= kMinDependencyDescriptorSize) {
      block.OverwriteU16(element->data.size() - kFrameNumberOffset, *frame_number);
    }
  }
  return true;
}

}  // namespace

ExtensionMap::ExtensionMap(const ExtensionIds& publisher, const ExtensionIds& subscriber)
    : mid_(subscriber.IdOf(ExtensionKind::kMid)),
      transport_sequence_(subscriber.IdOf(ExtensionKind::kTransportSequence)),
      absolute_send_time_(subscriber.IdOf(ExtensionKind::kAbsoluteSendTime)) {
  for (size_t i = 0; i < kExtensionKinds; ++i) {
    const auto kind = static_cast<ExtensionKind>(i);
    const uint8_t from = publisher.IdOf(kind);
    const uint8_t to = subscriber.IdOf(kind);
    if (from == 0 || to == 0 || EndsAtRelay(kind)) continue;
    if (from < low_.size()) {
      low_[from] = to;
    } else {
      high_[i] = {from, to};
    }
    if (kind == ExtensionKind::kDependencyDescriptor) dependency_descriptor_ = to;
  }
}

uint8_t ExtensionMap::MapHigh(uint8_t id) const {
  const auto found = std::ranges::find(high_, id, &Pair::from);
  return found == high_.end() ? uint8_t{0} : found->to;
}

size_t WriteMappedExtensions(uint16_t profile, Bytes extension, const ExtensionMap& map,
                             const ExtensionOverrides& overrides, MutableBytes out) {
  BATON_CHECK(overrides.mid.size() <= kMaxMidSize);
  const ExtensionReader source(profile, extension);
  const auto add_all = [&](ExtensionBlock& block) {
    return AddOwn(map, overrides, block) && AddCopies(source, map, overrides.frame_number, block);
  };
  // Nearly always this form will do, so it is tried rather than foreseen.
  ExtensionBlock short_form(ExtensionForm::kOneByte, out);
  if (add_all(short_form)) return short_form.Finish();
  ExtensionBlock long_form(ExtensionForm::kTwoByte, out);
  add_all(long_form);
  return long_form.Finish();
}

}  // namespace baton::rtp
