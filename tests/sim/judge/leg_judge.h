// Whether what leaves a node for one leg is one continuous stream, wherever its packets come from:
// each sequence number stands for one packet, a late packet keeps its place, there is no hole that
// the input did not have, timestamps go with the frames, and where the leg begins, resumes or is
// switched a decoder can begin too.
//
// The packets of a stream are counted by their publisher (PacketTag::index), so the truth about
// holes does not depend on anybody's sequence numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time_point.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/judge/input_ledger.h"
#include "tests/sim/judge/layer_rule.h"
#include "tests/sim/judge/leg_numbers.h"
#include "tests/sim/media/payload.h"

namespace baton::sim {

class LegJudge {
 public:
  struct Rules {
    uint32_t clock_rate = 90'000;
    // Where the leg goes on somewhere else, it does so with a key frame: the relay can see which
    // those are.
    bool key_frames = false;
    // That holds for its first packet too: the track has several encodings.
    bool begins_with_key_frame = false;
    // The leg may be interrupted at any time: the room forwards the media of some speakers only.
    bool speaker_limits = false;
  };

  LegJudge(const Rules& rules, const InputLedger& ledger) : rules_(rules), ledger_(&ledger) {}

  // The leg was paused, or its subscriber is unreachable: it goes on with the next number, whatever
  // packet that is.
  void Interrupt() { interrupted_ = was_interrupted_ = true; }
  // Numbers of the input cannot be trusted: bits of it have changed on its way.
  void Distrust() { trusted_ = false; }
  bool trusted() const { return trusted_; }
  LayerRule& layers() { return layers_; }

  // A packet as it leaves the node.
  struct Written {
    TimePoint now;
    uint16_t sequence = 0;  // of RTX: the original one
    uint32_t timestamp = 0;
    bool marker = false;
    PacketIdentity packet;
    bool rtx = false;
    bool taken = true;      // the kernel has not refused it
    uint64_t arrivals = 0;  // packets that nodes have read by now
  };
  // Returns what is wrong with it, if anything is.
  std::optional<std::string> OnWrite(const Written& written);
  // An empty packet under this number.
  std::optional<std::string> OnFiller(TimePoint now, uint16_t sequence, bool taken);

  // Whether its receiver can rely on what looks decodable: it cannot if the stream went on
  // somewhere else, without a gap in its numbers and without a key frame.
  bool promises_continuity() const { return trusted_ && (rules_.key_frames || !was_interrupted_); }
  bool started() const { return started_; }
  // The newest packet; started().
  const PacketIdentity& newest() const { return newest_; }
  uint16_t newest_sequence() const { return static_cast<uint16_t>(highest_); }
  uint32_t newest_timestamp() const { return newest_timestamp_; }

 private:
  std::optional<std::string> CheckAgain(const Written& written, UsedNumber& number);
  std::optional<std::string> CheckLate(const Written& written);
  std::optional<std::string> CheckNewest(const Written& written, int64_t number,
                                         const InputRecord& record);
  std::optional<std::string> CheckBeginning(const Written& written, int64_t step);
  std::optional<std::string> CheckStep(const Written& written, int64_t number,
                                       const InputRecord& record);
  std::optional<std::string> CheckLeftOut(uint32_t stream, uint32_t from, uint32_t to,
                                          uint64_t before) const;
  std::optional<std::string> CheckTimestamp(const Written& written) const;
  std::optional<std::string> CheckOrder(const UsedNumber& number);
  // What became of a packet, as far as it can be known: whether it came while the leg took what
  // comes, and before the arrival `before`.
  enum class Coming : uint8_t { kCame, kMissing, kUncertain };
  Coming ComingOf(const InputRecord* record, uint64_t before) const;
  // How many numbers have to be kept for the packets between the two, and how many more may be.
  struct Missing {
    int64_t certain = 0;
    int64_t uncertain = 0;
  };
  Missing MissingBetween(uint32_t stream, uint32_t from, uint32_t to, uint64_t before) const;
  int64_t NumbersLeftOpen(TimePoint now) const;
  bool Begins(const Written& written, int64_t step) const;
  bool AcrossRestart(uint32_t stream, uint32_t from, uint32_t to) const;

  Rules rules_;
  const InputLedger* ledger_;
  LayerRule layers_;
  LegNumbers numbers_;
  uint64_t sent_again_ = 0;   // packets, because they were asked for
  bool interrupted_ = false;  // since the newest packet
  bool was_interrupted_ = false;
  bool trusted_ = true;

  bool started_ = false;
  int64_t highest_ = 0;  // number of a packet
  int64_t highest_empty_ = -1;
  int64_t stream_since_ = 0;  // number with which the newest packet's stream began
  PacketIdentity newest_;     // that packet
  uint32_t newest_timestamp_ = 0;
  uint64_t last_arrival_ = 0;  // of what was taken
  // The arrivals of the packet with which the stretch began: it was taken in at one of them.
  uint64_t stretch_begin_ = 0;
  uint64_t stretch_begun_ = 0;
  uint64_t numbering_begun_ = 0;   // likewise the latest one of its stream's latest numbering
  uint64_t stretch_arrivals_ = 0;  // what had been read when the stretch began: it may be replayed
};

}  // namespace baton::sim
