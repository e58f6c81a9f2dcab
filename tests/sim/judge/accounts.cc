#include "tests/sim/judge/accounts.h"

#include "absl/strings/str_cat.h"
#include "relay/drop_reason.h"

namespace baton::sim {
namespace {

// The reasons for which a datagram is dropped on its way in; the others are for copies.
constexpr bool IsOfInput(relay::DropReason reason) {
  return reason < relay::DropReason::kLegPaused;
}

std::optional<std::string> Compare(const char* what, uint64_t a, uint64_t b) {
  if (a == b) return std::nullopt;
  return absl::StrCat(what, ": ", a, " against ", b);
}

// What was to go to legs: packets, times those who were to have them.
std::optional<std::string> CheckCopies(const relay::CoreMetrics& core, bool all_have_left) {
  const auto kRtp = static_cast<size_t>(relay::PacketKind::kRtp);
  uint64_t done =
      core.out[kRtp].packets.value() - core.retransmitted.packets.value() - core.fillers.value();
  for (size_t i = 0; i < relay::kDropReasons; ++i) {
    if (!IsOfInput(static_cast<relay::DropReason>(i))) done += core.drops[i].value();
  }
  const uint64_t due = core.copies_due.value();
  // Some may be held until a switch.
  if (done == due || (done < due && !all_have_left)) return std::nullopt;
  return absl::StrCat("copies due, and those made or dropped: ", due, " against ", done);
}

std::optional<std::string> CheckGauges(const relay::CoreMetrics& core,
                                       const Directory::Census& census) {
  const Directory::Census told{core.rooms.value(), core.endpoints.value(),
                               core.audio_tracks.value() + core.video_tracks.value(),
                               core.legs.value()};
  if (told == census) return std::nullopt;
  return absl::StrCat("rooms, endpoints, tracks, legs by metrics: ", told.rooms, " ",
                      told.endpoints, " ", told.tracks, " ", told.legs,
                      ", by events: ", census.rooms, " ", census.endpoints, " ", census.tracks, " ",
                      census.legs);
}

}  // namespace

std::optional<std::string> CheckAccounts(const relay::CoreMetrics& core,
                                         const net::LoopCounters& loop, const NodeTally& tally,
                                         const Directory::Census& census) {
  uint64_t in = 0;
  uint64_t out = 0;
  for (const relay::Traffic& traffic : core.in) in += traffic.packets.value();
  for (const relay::Traffic& traffic : core.out) out += traffic.packets.value();
  for (size_t i = 0; i < relay::kDropReasons; ++i) {
    if (IsOfInput(static_cast<relay::DropReason>(i))) in += core.drops[i].value();
  }
  uint64_t refused = 0;
  for (const Counter& failures : loop.tx_failures) refused += failures.value();

  if (loop.rx_datagrams.value() > tally.read) return "more is received than was there";
  if (auto w = Compare("datagrams received, and those taken in or dropped",
                       loop.rx_datagrams.value(), in)) {
    return w;
  }
  if (auto w =
          Compare("datagrams sent, and the loop's count", tally.taken, loop.tx_datagrams.value())) {
    return w;
  }
  if (auto w = Compare("datagrams made, and those sent or refused", out, tally.taken + refused)) {
    return w;
  }
  if (auto w = CheckCopies(core, core.legs.value() == 0)) return w;
  return CheckGauges(core, census);
}

}  // namespace baton::sim
