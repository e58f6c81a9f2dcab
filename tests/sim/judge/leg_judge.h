// Whether what leaves a node for one leg is one continuous stream: each sequence number stands for
// one packet, packets keep the order in which they came in, there is no hole that the input did not
// have, and timestamps go with the frames.
//
// The packets of a stream are counted by their publisher (PacketTag::index), so the truth about
// holes does not depend on anybody's sequence numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time_point.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/judge/input_ledger.h"
#include "tests/sim/media/payload.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {

class LegJudge {
 public:
  struct Rules {
    // The same packet may be sent again under its number.
    bool retransmission = false;
    // A leg that was interrupted goes on with a key frame.
    bool key_frames = false;
  };

  LegJudge(const Rules& rules, uint32_t clock_rate) : rules_(rules), clock_rate_(clock_rate) {}

  // The leg was paused, its subscriber unreachable, or the like: it goes on with the next number,
  // whatever packet that is.
  void Interrupt() { interrupted_ = was_interrupted_ = true; }
  // Numbers of the input cannot be trusted: bits of it have changed on its way.
  void Distrust() { trusted_ = false; }

  // Whether its receiver can rely on what looks decodable: it cannot if the stream went on
  // somewhere else without a gap in its numbers.
  bool promises_continuity() const { return trusted_ && (rules_.key_frames || !was_interrupted_); }

  // A packet of the leg leaves the node; `taken`: its kernel has not refused it. Returns what is
  // wrong with it, if anything is.
  std::optional<std::string> OnWrite(const WirePacket& packet, const PacketIdentity& identity,
                                     bool taken, const InputLedger& ledger);

 private:
  static constexpr size_t kKept = 1024;

  struct Number {
    int64_t out = -1;
    PacketTag tag;
    uint32_t timestamp = 0;
    bool marker = false;
    uint64_t arrival = 0;
    uint32_t taken = 0;  // times
  };

  std::optional<std::string> CheckAgain(Number& number, const WirePacket& packet,
                                        const PacketIdentity& identity, bool taken);
  std::optional<std::string> CheckPlace(int64_t out, const PacketTag& tag,
                                        const InputLedger& ledger);
  std::optional<std::string> CheckTimestamp(const WirePacket& packet,
                                            const PacketIdentity& identity,
                                            const InputLedger& ledger) const;
  std::optional<std::string> CheckOrder(Number& number);

  Rules rules_;
  uint32_t clock_rate_;
  bool interrupted_ = false;  // since the latest packet
  bool was_interrupted_ = false;
  bool trusted_ = true;
  std::vector<Number> numbers_{kKept};  // by out modulo kKept

  bool started_ = false;
  int64_t highest_ = 0;    // number used
  PacketIdentity newest_;  // its packet
  uint32_t newest_timestamp_ = 0;
  int64_t offset_ = 0;         // out = index + offset, within a stretch
  int64_t stretch_first_ = 0;  // out
  uint64_t last_arrival_ = 0;  // of what was taken, within a stretch
};

}  // namespace baton::sim
