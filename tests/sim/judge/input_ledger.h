// What went into the nodes: for each packet of each stream when its publisher sent it and when a
// node read it. The latest packets of each stream only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "tests/sim/engine/trace.h"

namespace baton::sim {

struct InputRecord {
  uint32_t index = ~uint32_t{0};  // of the packet; none if the place is not in use
  TimePoint sent;
  // The places of its first and its latest arrival among everything that was read; 0: none. A
  // packet that came several times was taken in at one of its arrivals.
  uint64_t first_arrival = 0;
  uint64_t last_arrival = 0;
};

class InputLedger {
 public:
  // The publisher makes the packet. Another time is a retransmission and changes nothing.
  void OnSent(TimePoint now, const PacketTag& tag);
  // The stream's numbers begin anew with its next packet.
  void OnRestart(uint32_t stream);
  // A node reads the packet. `arrival` rises.
  void OnRead(const PacketTag& tag, uint64_t arrival);

  // Null if it was never sent, or is too old.
  const InputRecord* Find(const PacketTag& tag) const;
  // Whether the numbering began anew after the packet `from` and up to `to`.
  bool Restarted(uint32_t stream, uint32_t from, uint32_t to) const;
  // Of the packets after `from` and before `to`, those that a node has read.
  uint32_t ReadBetween(uint32_t stream, uint32_t from, uint32_t to) const;

 private:
  static constexpr size_t kKept = 2048;

  struct Stream {
    std::vector<InputRecord> records{kKept};  // by index modulo kKept
    std::vector<uint32_t> restarts;           // the first packet of each numbering but the first
    uint32_t next = 0;
  };

  InputRecord* FindPlace(const PacketTag& tag);

  std::vector<Stream> streams_;
};

}  // namespace baton::sim
