// The numbering of a leg: how the numbers of the streams that it forwards become its own, so that
// the receiver sees one continuous stream however often the leg is paused, filtered and switched.
//
// It is piecewise linear. Each stretch in which the same mapping holds is a segment; the leg's
// cursor is the segment that is being written, and a short ring keeps it and those before it, so
// that late packets find their place and a subscriber's NACK finds its packet.
//
// Plain data; no notion of time. All-zero bytes are a LegSegments without segments.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "rtp/types.h"

namespace baton::relay {

// Names one stream for ever: its index and the generation of its slot.
struct StreamKey {
  uint32_t index = 0;
  uint32_t generation = 0;

  friend bool operator==(const StreamKey&, const StreamKey&) = default;
};

// What a leg makes of a stream's packets.
struct LegMapping {
  static constexpr uint8_t kAllLayers = 15;

  // Added to the stream's numbers.
  int64_t sequence = 0;
  uint32_t timestamp = 0;
  uint16_t picture_id = 0;
  uint8_t tl0_picture_index = 0;
  // The highest layers within the stream that are forwarded, 0..kAllLayers: 4 bits each, because a
  // leg has to fit into a cache line.
  uint8_t layers = kAllLayers << 4 | kAllLayers;

  uint8_t temporal() const { return layers & kAllLayers; }
  uint8_t spatial() const { return layers >> 4; }
  void SetTemporal(uint8_t layer) { SetLayers(spatial(), layer); }
  void SetSpatial(uint8_t layer) { SetLayers(layer, temporal()); }
  void SetLayers(uint8_t spatial, uint8_t temporal) {
    layers = static_cast<uint8_t>(spatial << 4 | temporal);
  }
  bool renumbers_pictures() const { return picture_id != 0 || tl0_picture_index != 0; }
};

struct LegSegment {
  StreamKey stream;
  uint64_t start_in = 0;  // the stream's number with which it begins
  LegMapping mapping;

  int64_t start_out() const { return static_cast<int64_t>(start_in) + mapping.sequence; }
};

// The segments of one leg, the newest ones.
class LegSegments {
 public:
  // At 30 frames a second of which every second one is left out, two seconds.
  static constexpr size_t kKept = 32;

  struct Source {
    StreamKey stream;
    rtp::ExtendedSequence sequence;  // the stream's
    LegMapping mapping;
  };

  // `segment` goes on where the one before ends. That one is forgotten if no number is left to it.
  void Begin(const LegSegment& segment);

  // What holds for the stream's packet `in`; nothing if it is older than all that is kept of that
  // stream.
  std::optional<LegMapping> FindByIn(StreamKey stream, rtp::ExtendedSequence in) const;

  // Which packet the leg's number `out` stands for. `next_out` is one past the highest number used,
  // and the number is taken for the nearest one below that. Nothing for one that is older than
  // what is kept.
  std::optional<Source> FindByOut(rtp::SequenceNumber out, int64_t next_out) const;

  void Clear() { begun_ = 0; }

 private:
  const LegSegment& Newest(uint64_t age) const { return ring_[(begun_ - 1 - age) % kKept]; }
  uint64_t kept() const { return begun_ < kKept ? begun_ : kKept; }

  std::array<LegSegment, kKept> ring_;
  uint64_t begun_;
};

// The segment that is being written, and what it has come to. In the fan-out table: hot.
struct LegCursor {
  uint64_t start_in = 0;    // of the current segment
  uint64_t highest_in = 0;  // the newest of the stream's packets that was forwarded or left out
  LegMapping mapping;
  uint16_t newest_left_out = 0xffff;   // picture ID of the frame that was left out last
  rtp::RtpTimestamp newest_timestamp;  // the leg's, of the newest packet forwarded

  // One past the highest number that the leg has used.
  int64_t next_out() const { return static_cast<int64_t>(highest_in) + 1 + mapping.sequence; }
};

}  // namespace baton::relay
