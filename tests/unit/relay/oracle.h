// A core whose every step is checked against what must always hold. The state of the rooms is known
// from the events alone, as a controller knows it. A broken invariant aborts, so that property
// tests and fuzz targets can share it.
//
// After every datagram:
// - it is counted once, as accepted or as dropped;
// - each RTP packet that went out belongs to one leg: to its subscriber's address, plain or proven,
//   or to its tap, with its SSRC and payload type, not paused, and from its publisher;
// - sinks publish nothing, and get only legs that were asked for;
// - everything but payload type, sequence number, timestamp and SSRC is as it came;
// - a leg's sequence number is not used twice, and no further ahead than the track may go;
// - copies sent and copies dropped are together as many as the track has legs;
// - STUN replies go where the datagram came from, and checks only to where STUN has come from;
// - no receive buffer is held.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/unit/relay/harness.h"

namespace baton::relay::test {

class CheckedHarness {
 public:
  explicit CheckedHarness(const CoreConfig& config = SmallConfig(), size_t batch_entries = 256)
      : harness_(config, batch_entries) {}

  std::vector<Sent> Receive(const Flow& from, Bytes datagram);
  std::vector<Sent> Advance(Duration duration);
  CommandError Do(decltype(Command::action) action);

  // Closes every room, lets time pass, and checks that nothing is left.
  void CloseAll();

  Harness& harness() { return harness_; }

 private:
  struct Member {
    Transport transport = Transport::kPlain;
    std::optional<Flow> tap;                  // of a sink
    std::optional<TransportAddress> address;  // plain: its own; ICE: proven
    std::map<std::string, TrackParameters> tracks;
  };
  using LegKey = std::tuple<std::string, std::string, std::string>;  // subscriber, publisher, track
  struct LegModel {
    LegParameters parameters;
    bool paused = false;
    std::optional<uint64_t> highest;  // unwrapped
    std::set<uint64_t> used;
  };
  struct RoomModel {
    std::map<std::string, Member> members;
    std::map<LegKey, LegModel> legs;
  };
  struct Counts {
    uint64_t accepted = 0;
    uint64_t accepted_rtp = 0;
    uint64_t sent_rtp = 0;
    uint64_t tapped = 0;
    uint64_t dropped = 0;
    uint64_t dropped_copies = 0;
  };

  Counts Count() const;
  void Follow();
  void Apply(const Event& event);
  void DropLegs(RoomModel& room, const std::string& endpoint,
                const std::optional<std::string>& track);
  void CheckCopy(const Flow& from, const rtp::PacketView& original, const Sent& copy);
  void CheckNumber(LegModel& leg, rtp::SequenceNumber sequence);
  void CheckStun(const std::optional<Flow>& from, const Sent& sent);
  std::optional<uint64_t> LegsOf(const Flow& from, const rtp::PacketView& packet) const;

  Harness harness_;
  std::map<std::string, RoomModel> rooms_;
  std::set<std::pair<TransportAddress, SocketIndex>> stun_sources_;
  decltype(Command::action) asked_;  // the latest command
};

}  // namespace baton::relay::test
