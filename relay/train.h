// Packets of one track that came one after another: what a leg's numbering and header are made for
// at once. Fan-out walks the legs once for a train rather than once for a packet, so a leg's state
// is loaded once and its copies lie side by side.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/bytes.h"
#include "base/check.h"
#include "base/time_point.h"
#include "relay/state.h"
#include "rtp/packet.h"
#include "rtp/types.h"

namespace baton::relay {

struct TrainPacket {
  const uint8_t* header;           // of kFixedHeaderSize bytes, as it came
  Bytes rest;                      // what follows it
  rtp::ExtendedSequence sequence;  // the track's, continuous
  rtp::RtpTimestamp timestamp;     // likewise
  TimePoint received;

  size_t size() const { return rtp::kFixedHeaderSize + rest.size(); }
};

class Train {
 public:
  // As many as a message carries, so that a full train still makes full messages.
  static constexpr size_t kMaxPackets = 64;

  uint32_t track() const { return track_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == kMaxPackets; }
  std::span<const TrainPacket> packets() const { return std::span(packets_).first(size_); }
  size_t bytes() const { return bytes_; }

  // Not full(); all of one track.
  void Add(uint32_t track, const TrainPacket& packet) {
    BATON_CHECK(!full() && (empty() || track == track_));
    track_ = track;
    packets_[size_++] = packet;
    bytes_ += packet.size();
  }
  void Clear() {
    size_ = 0;
    bytes_ = 0;
  }

 private:
  std::array<TrainPacket, kMaxPackets> packets_;
  size_t size_ = 0;
  size_t bytes_ = 0;
  uint32_t track_ = kNoIndex;
};

}  // namespace baton::relay
