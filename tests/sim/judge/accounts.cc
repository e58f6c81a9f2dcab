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
  const Directory::Census told{core.rooms.value(), core.endpoints.value(),
                               core.audio_tracks.value() + core.video_tracks.value(),
                               core.legs.value()};
  if (told == census) return std::nullopt;
  return absl::StrCat("rooms, endpoints, tracks, legs by metrics: ", told.rooms, " ",
                      told.endpoints, " ", told.tracks, " ", told.legs,
                      ", by events: ", census.rooms, " ", census.endpoints, " ", census.tracks, " ",
                      census.legs);
}

}  // namespace baton::sim
