#include "relay/frame_reader.h"

#include "rtp/payload/payload_format.h"

namespace baton::relay {

void FrameReader::Read(const Track& track, uint32_t stream, const rtp::ExtensionIds& ids,
                       const rtp::PacketView& view, bool newest, bool new_timestamp,
                       MediaPacket& packet) {
  packet.frame = {};
  if (track.parameters.kind == MediaKind::kAudio) {
    packet.frame.starts_frame = packet.frame.ends_frame = packet.frame.ends_picture = true;
    packet.can_start = true;
    return;
  }
  const uint8_t id = ids.IdOf(rtp::ExtensionKind::kDependencyDescriptor);
  if (id != 0 && !rtp::HasPictureNumbers(track.format) &&
      ReadDescriptor(stream, id, view, newest, packet)) {
    packet.can_start = packet.frame.begins_key_frame;
    return;
  }
  if (track.format != rtp::PayloadFormat::kOther) {
    packet.frame = rtp::ReadFrameInfo(track.format, view.payload(), view.marker);
    packet.can_start = packet.frame.begins_key_frame;
    return;
  }
  packet.frame.starts_frame = new_timestamp;
  packet.frame.ends_frame = packet.frame.ends_picture = view.marker;
  packet.can_start = new_timestamp;
}

bool FrameReader::ReadDescriptor(uint32_t stream, uint8_t id, const rtp::PacketView& view,
                                 bool newest, MediaPacket& packet) {
  const std::optional<Bytes> value = rtp::FindExtension(view, id);
  if (!value) return false;
  rtp::DependencyReader& reader = dependencies_[stream];
  const auto descriptor = reader.Read(*value, newest);
  if (!descriptor) return false;
  packet.frame = rtp::ToFrameInfo(*descriptor, view.marker);
  // Numbers the frames, as a picture ID does.
  packet.frame.picture_id = descriptor->frame_number;
  packet.frame.picture_id_bits = 16;
  return true;
}

}  // namespace baton::relay
