// What went into the nodes: for each packet of each stream what it is, when its publisher sent it
// and when a node read it. The latest packets of each stream only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/media/payload.h"

namespace baton::sim {

struct InputRecord {
  PacketIdentity identity;
  TimePoint sent;
  // The places of its first and its latest arrival among everything that was read; 0: none. A
  // packet that came several times was taken in at one of its arrivals.
  uint64_t first_arrival = 0;
  uint64_t last_arrival = 0;
  TimePoint read;  // the first time
  // The first arrival from an address that the node knew to be its publisher's, so that it was
  // taken for what it is; 0: none.
  uint64_t certain_arrival = 0;
  uint32_t late_by =
      0;  // how many packets after it the newest was that had come before it, at most
  bool used = false;

  bool came() const { return first_arrival != 0; }
  bool IsCertainBy(uint64_t arrival) const {
    return certain_arrival != 0 && certain_arrival <= arrival;
  }
};

class InputLedger {
 public:
  static constexpr size_t kKept = 2048;

  // The publisher makes the packet. Another time is a retransmission and changes nothing.
  void OnSent(TimePoint now, const PacketIdentity& packet);
  // The stream's numbers begin anew with its next packet.
  void OnRestart(uint32_t stream);
  // A node reads the packet. `arrival` rises; `certain`: from an address that it
  // knows to be its publisher's.
  void OnRead(TimePoint now, const PacketTag& tag, uint64_t arrival, bool certain);

  // Null if it was never sent, or is too old.
  const InputRecord* Find(const PacketTag& tag) const;
  // Of the stream's packets that a node has read, the latest that was made.
  uint32_t NewestRead(uint32_t stream) const { return streams_[stream].newest_read; }
  // Whether the numbering began anew after the packet `from` and up to `to`.
  bool Restarted(uint32_t stream, uint32_t from, uint32_t to) const;
  bool EverRestarted(uint32_t stream) const { return !streams_[stream].restarts.empty(); }

 private:
  struct Stream {
    std::vector<InputRecord> records{kKept};  // by index modulo kKept
    std::vector<uint32_t> restarts;           // the first packet of each numbering but the first
    uint32_t next = 0;
    uint32_t newest_read = 0;
  };

  InputRecord* FindPlace(const PacketTag& tag);

  std::vector<Stream> streams_;
};

}  // namespace baton::sim
