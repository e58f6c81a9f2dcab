#include "tests/sim/judge/extension_judge.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tests/sim/media/header_extensions.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {
namespace {

using Wrong = std::optional<std::string>;

// There if the publisher wrote it and the subscriber knows it, and then with the publisher's value.
Wrong CheckByte(const CopiedExtensions& packet, rtp::ExtensionKind kind, uint8_t value) {
  const uint8_t id = packet.subscriber->IdOf(kind);
  if (id == 0) return std::nullopt;
  const std::optional<Bytes> found = FindExtensionValue(packet.datagram, id);
  const bool wanted = packet.publisher->IdOf(kind) != 0;
  if (found.has_value() != wanted) {
    return absl::StrCat("header extension ", id, wanted ? " is missing" : " came from nowhere");
  }
  if (!found || (found->size() == 1 && (*found)[0] == value)) return std::nullopt;
  return absl::StrCat("header extension ", id, " has changed");
}

}  // namespace

Wrong CheckCopied(const CopiedExtensions& packet) {
  if (const uint8_t id = packet.subscriber->IdOf(rtp::ExtensionKind::kMid); id != 0) {
    const Bytes mid = FindExtensionValue(packet.datagram, id).value_or(Bytes());
    if (!std::equal(mid.begin(), mid.end(), packet.mid.begin(), packet.mid.end())) {
      return "the MID is not the leg's";
    }
  }
  if (packet.kind == relay::MediaKind::kAudio) {
    return CheckByte(packet, rtp::ExtensionKind::kAudioLevel, AudioLevelOf(packet.tag));
  }
  return CheckByte(packet, rtp::ExtensionKind::kVideoOrientation, OrientationOf(packet.tag));
}

Wrong ExtensionJudge::OnPacket(Bytes datagram, const rtp::ExtensionIds& ids, bool taken) {
  for (uint8_t id = 1; id <= rtp::kMaxOneByteId; ++id) {
    if (ids.KindOf(id) || !FindExtensionValue(datagram, id)) continue;
    return absl::StrCat("header extension ", id, ", which was not negotiated");
  }
  const uint8_t id = ids.IdOf(rtp::ExtensionKind::kTransportSequence);
  if (id == 0) return std::nullopt;
  const std::optional<Bytes> number = FindExtensionValue(datagram, id);
  if (!number || number->size() != 2) return "no transport-wide number";
  return CheckCount(LoadU16(number->data()), taken);
}

Wrong ExtensionJudge::CheckCount(uint16_t number, bool taken) {
  const bool next = !last_ || number == static_cast<uint16_t>(*last_ + 1);
  if (next) last_ = number;
  if (!next && !refused_.contains(number)) {
    return absl::StrCat("transport-wide number ", number, " after ", *last_);
  }
  if (taken) {
    refused_.erase(number);
  } else {
    refused_.insert(number);
  }
  return std::nullopt;
}

}  // namespace baton::sim
