// The packets of one batch, gathered by stream. Fan-out then walks a stream's legs once for all of
// its packets rather than once for each: a leg's state is loaded once, its copies lie side by side,
// and packets of other streams that came between do not cut them apart. Packets of one stream keep
// their order; between streams there is none.
//
// Nothing allocates after construction.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "relay/media_packet.h"
#include "relay/state.h"

namespace baton::relay {

class Trains {
 public:
  // A batch with more packets than this is forwarded in parts.
  static constexpr size_t kMaxPackets = 1024;
  // As many as one message carries.
  static constexpr size_t kMaxTrain = 64;

  // For streams numbered below `streams`.
  explicit Trains(size_t streams) : open_(streams) {
    packets_.reserve(kMaxPackets);
    trains_.reserve(kMaxPackets);
  }

  static size_t BytesPerStream() { return sizeof(Open); }
  static size_t FixedBytes() { return kMaxPackets * (sizeof(Packet) + sizeof(Train)); }

  bool empty() const { return packets_.empty(); }
  bool full() const { return packets_.size() == kMaxPackets; }

  // Not full().
  void Add(uint32_t stream, const MediaPacket& packet) {
    const auto index = static_cast<uint32_t>(packets_.size());
    packets_.push_back({packet, kNoIndex});
    Open& open = open_[stream];
    if (open.epoch != epoch_ || trains_[open.train].size == kMaxTrain) {
      open = {epoch_, static_cast<uint32_t>(trains_.size())};
      trains_.push_back({stream, index, index, 1});
      return;
    }
    Train& train = trains_[open.train];
    packets_[train.last].next = index;
    train.last = index;
    ++train.size;
  }

  // Calls handle(stream, packets), with 1..kMaxTrain packets that it may change, for each train in
  // the order in which they began, and forgets them.
  template <typename Handle>
  void TakeAll(Handle&& handle) {
    std::array<MediaPacket, kMaxTrain> packets;
    for (const Train& train : trains_) {
      uint32_t next = train.first;
      for (uint32_t i = 0; i < train.size; ++i) {
        packets[i] = packets_[next].packet;
        next = packets_[next].next;
      }
      handle(train.stream, std::span<MediaPacket>(packets.data(), train.size));
    }
    packets_.clear();
    trains_.clear();
    ++epoch_;
  }

 private:
  struct Packet {
    MediaPacket packet;
    uint32_t next;  // of the same train, or kNoIndex
  };
  struct Train {
    uint32_t stream;
    uint32_t first;
    uint32_t last;
    uint32_t size;
  };
  // A stream's latest train, if the epoch is the current one.
  struct Open {
    uint32_t epoch = 0;
    uint32_t train = 0;
  };

  std::vector<Packet> packets_;
  std::vector<Train> trains_;
  std::vector<Open> open_;  // by stream
  uint32_t epoch_ = 1;
};

}  // namespace baton::relay
