// Whether the header extensions of what an endpoint is sent are what it has negotiated: nothing
// else is there, what is copied is what the publisher wrote, and the transport-wide numbers count
// every packet once.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "relay/model.h"
#include "rtp/header_extensions.h"
#include "tests/sim/engine/trace.h"

namespace baton::sim {

// What is copied from a publisher's packet.
struct CopiedExtensions {
  Bytes datagram;
  PacketTag tag;
  relay::MediaKind kind = relay::MediaKind::kAudio;
  const rtp::ExtensionIds* subscriber = nullptr;
  const rtp::ExtensionIds* publisher = nullptr;
  std::string_view mid;  // the leg's
};
// Each returns what is wrong, if anything is.
std::optional<std::string> CheckCopied(const CopiedExtensions& packet);

// What one endpoint is sent, packet by packet.
class ExtensionJudge {
 public:
  // A packet to the endpoint, which has these ids. `taken`: its kernel has not refused it.
  std::optional<std::string> OnPacket(Bytes datagram, const rtp::ExtensionIds& ids, bool taken);

 private:
  std::optional<std::string> CheckCount(uint16_t number, bool taken);

  std::optional<uint16_t> last_;  // transport-wide number
  std::set<uint16_t> refused_;    // numbers of packets that the kernel refused: they may come again
};

}  // namespace baton::sim
