#include "tests/sim/judge/leg_judge.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "rtp/reception.h"

namespace baton::sim {
namespace {

// How far a timestamp may be from where the capture times put it: within a stretch the rounding of
// both; elsewhere the relay can only go by arrivals.
constexpr int64_t kRounding = 2;
constexpr int64_t kToleranceMs = 10'000;

}  // namespace

std::optional<std::string> LegJudge::OnWrite(const WirePacket& packet,
                                             const PacketIdentity& identity, bool taken,
                                             const InputLedger& ledger) {
  const int64_t out =
      started_ ? Unwrap(highest_, packet.sequence) : int64_t{1} << 20 | packet.sequence;
  Number& number = numbers_[static_cast<size_t>(out) % kKept];
  if (number.out == out) return CheckAgain(number, packet, identity, taken);

  const InputRecord* const record = ledger.Find(identity.tag);
  if (record == nullptr || record->first_arrival == 0) return "a packet that never came in";
  if (trusted_) {
    if (auto wrong = CheckTimestamp(packet, identity, ledger)) return wrong;
    if (auto wrong = CheckPlace(out, identity.tag, ledger)) return wrong;
  }
  const uint64_t arrival =
      record->first_arrival > last_arrival_ ? record->first_arrival : record->last_arrival;
  number = {out, identity.tag, packet.timestamp, packet.marker, arrival, taken ? 1u : 0u};
  if (!started_ || out > highest_) {
    started_ = true;
    highest_ = out;
    newest_ = identity;
    newest_timestamp_ = packet.timestamp;
  }
  return taken ? CheckOrder(number) : std::nullopt;
}

std::optional<std::string> LegJudge::CheckAgain(Number& number, const WirePacket& packet,
                                                const PacketIdentity& identity, bool taken) {
  if (number.tag != identity.tag || number.timestamp != packet.timestamp ||
      number.marker != packet.marker) {
    return absl::StrCat("sequence number ", packet.sequence, " stands for packet ",
                        number.tag.index, " of stream ", number.tag.stream, " already");
  }
  if (!taken) return std::nullopt;
  if (++number.taken == 1) return CheckOrder(number);
  if (!rules_.retransmission) return "a packet is sent twice";
  return std::nullopt;
}

std::optional<std::string> LegJudge::CheckPlace(int64_t out, const PacketTag& tag,
                                                const InputLedger& ledger) {
  const int64_t offset = out - int64_t{tag.index};
  const bool begins = !started_ || interrupted_ || tag.stream != newest_.tag.stream;
  if (!begins && offset == offset_) {
    if (out >= stretch_first_) return std::nullopt;
    return "a packet from before the stretch";
  }
  const int64_t step = started_ ? out - highest_ : 1;
  bool fits = step == 1;
  if (!begins) {
    // The relay cannot know how many packets of the old numbering it never saw.
    const int64_t steps_in = int64_t{tag.index} - int64_t{newest_.tag.index};
    const bool anew = steps_in >= rtp::Reception::kMaxDropout ||
                      (steps_in > 0 && ledger.Restarted(tag.stream, newest_.tag.index, tag.index));
    fits = anew && step >= 1 && step <= steps_in + 1;
  }
  if (!fits) {
    return absl::StrCat("packet ", tag.index, " of stream ", tag.stream, " is ", step,
                        " numbers after packet ", newest_.tag.index, " of stream ",
                        newest_.tag.stream);
  }
  if (begins) {
    stretch_first_ = out;
    last_arrival_ = 0;
  }
  interrupted_ = false;
  offset_ = offset;
  return std::nullopt;
}

std::optional<std::string> LegJudge::CheckTimestamp(const WirePacket& packet,
                                                    const PacketIdentity& identity,
                                                    const InputLedger& ledger) const {
  if (!started_ || identity.tag.stream != newest_.tag.stream) return std::nullopt;
  const auto step = static_cast<int32_t>(packet.timestamp - newest_timestamp_);
  const bool later = identity.tag.index > newest_.tag.index;
  const bool same_frame = identity.frame.number == newest_.frame.number;
  if (same_frame != (step == 0) || (later ? step < 0 : step > 0)) {
    return absl::StrCat("timestamp ", packet.timestamp, " of frame ", identity.frame.number,
                        " after ", newest_timestamp_, " of frame ", newest_.frame.number);
  }
  const InputRecord* const record = ledger.Find(identity.tag);
  const InputRecord* const newest = ledger.Find(newest_.tag);
  if (record == nullptr || newest == nullptr) return std::nullopt;
  const int64_t expected_us = (record->sent - newest->sent).count() / 1000;
  const int64_t expected = expected_us * int64_t{clock_rate_} / 1'000'000;
  const auto [low, high] = std::minmax(identity.tag.index, newest_.tag.index);
  const bool one_timeline =
      !ledger.Restarted(identity.tag.stream, low, high) && high - low < rtp::Reception::kMaxDropout;
  const int64_t tolerance = one_timeline ? kRounding : kToleranceMs * int64_t{clock_rate_} / 1000;
  if (std::abs(step - expected) <= tolerance) return std::nullopt;
  return absl::StrCat("the timestamp goes on by ", step, " where ", expected, " are expected");
}

std::optional<std::string> LegJudge::CheckOrder(Number& number) {
  if (!trusted_ || number.arrival > last_arrival_) {
    last_arrival_ = number.arrival;
    return std::nullopt;
  }
  return absl::StrCat("packet ", number.tag.index, " of stream ", number.tag.stream,
                      " overtakes or is overtaken");
}

}  // namespace baton::sim
