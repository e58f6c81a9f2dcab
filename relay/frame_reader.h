// What the relay knows of the frame that a packet is part of: from its dependency descriptor, from
// its payload, or, where neither can be read, from its timestamp and marker.
#pragma once

#include <cstdint>

#include "base/lazy_array.h"
#include "relay/capacity.h"
#include "relay/media_packet.h"
#include "relay/state.h"
#include "rtp/header_extensions.h"
#include "rtp/packet.h"
#include "rtp/payload/dependency_descriptor.h"

namespace baton::relay {

class FrameReader {
 public:
  explicit FrameReader(const Limits& limits) : dependencies_(limits.streams) {}

  static size_t BytesPerStream() { return sizeof(rtp::DependencyReader); }

  // Fills in packet.frame and packet.can_start. `ids` are the publisher's. `newest`: the packet is
  // the latest in order of its stream; `new_timestamp`: and no packet before it had its timestamp.
  void Read(const Track& track, uint32_t stream, const rtp::ExtensionIds& ids,
            const rtp::PacketView& view, bool newest, bool new_timestamp, MediaPacket& packet);

  void Forget(uint32_t stream) { dependencies_[stream] = {}; }

 private:
  bool ReadDescriptor(uint32_t stream, uint8_t id, const rtp::PacketView& view, bool newest,
                      MediaPacket& packet);

  LazyArray<rtp::DependencyReader> dependencies_;  // by stream
};

}  // namespace baton::relay
