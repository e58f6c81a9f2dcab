#include "tests/sim/media/header_extensions.h"

namespace baton::sim {
namespace {

Bytes TextOf(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

void PublisherExtensions::Add(rtp::ExtensionKind kind, Bytes value) {
  if (ids_.IdOf(kind) != 0 && !value.empty()) values_.push_back({ids_.IdOf(kind), value});
}

std::span<const ExtensionValue> PublisherExtensions::For(const PacketTag& tag,
                                                         const StreamLabels& labels, bool rtx) {
  values_.clear();
  Add(rtp::ExtensionKind::kMid, TextOf(labels.mid));
  Add(rtx ? rtp::ExtensionKind::kRepairedRid : rtp::ExtensionKind::kRid, TextOf(labels.rid));
  level_ = AudioLevelOf(tag);
  orientation_ = OrientationOf(tag);
  if (labels.kind == relay::MediaKind::kAudio) {
    Add(rtp::ExtensionKind::kAudioLevel, {&level_, 1});
  } else {
    Add(rtp::ExtensionKind::kVideoOrientation, {&orientation_, 1});
  }
  if (ids_.IdOf(rtp::ExtensionKind::kTransportSequence) != 0) {
    StoreU16(transport_.data(), transport_sequence_++);
    Add(rtp::ExtensionKind::kTransportSequence, transport_);
  }
  return values_;
}

}  // namespace baton::sim
