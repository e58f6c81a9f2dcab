#include "tests/sim/judge/leg_judge.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_cat.h"
#include "relay/retransmission_limiter.h"
#include "rtp/reception.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {
namespace {

using Wrong = std::optional<std::string>;

// How far a timestamp may be from where the capture times put it: by the rounding of both.
constexpr int64_t kRounding = 2;
// How far it may go on where the relay has only the time of arrivals to go by.
constexpr int64_t kToleranceMs = 60'000;

// What a relay leaves between the numbers of before a restart and those of after it.
constexpr int64_t kRestartGap = 2;

constexpr uint64_t kAnyArrival = std::numeric_limits<uint64_t>::max();

// A packet is sent again at most once in a round trip, and so not twice at one moment. The relay
// remembers so many.
constexpr uint64_t kRemembered = relay::RetransmissionLimiter::kRemembered;

std::string Describe(const PacketTag& tag) {
  return absl::StrCat("packet ", tag.index, " of stream ", tag.stream);
}

}  // namespace

Wrong LegJudge::OnWrite(const Written& written) {
  const int64_t number =
      started_ ? Unwrap(highest_, written.sequence) : int64_t{1} << 20 | written.sequence;
  if (UsedNumber* const used = numbers_.Find(number)) return CheckAgain(written, *used);

  const InputRecord* const record = ledger_->Find(written.packet.tag);
  if (record == nullptr || !record->came()) return "a packet that never came in";
  const bool late = started_ && number < highest_;
  if (trusted_) {
    if (Wrong wrong = CheckTimestamp(written)) return wrong;
    if (Wrong wrong = late ? CheckLate(written) : CheckNewest(written, number, *record)) {
      return wrong;
    }
  }
  UsedNumber used;
  used.number = number;
  used.packet = written.packet;
  used.timestamp = written.timestamp;
  used.marker = written.marker;
  used.written = written.now;
  used.first_arrival = record->first_arrival;
  used.last_arrival = record->last_arrival;
  used.taken = written.taken ? 1 : 0;
  used.late = late;
  numbers_.Use(used);
  if (late) return std::nullopt;
  started_ = true;
  highest_ = number;
  newest_ = written.packet;
  newest_timestamp_ = written.timestamp;
  return written.taken ? CheckOrder(used) : std::nullopt;
}

Wrong LegJudge::OnFiller(TimePoint now, uint16_t sequence, bool taken) {
  // In the place of one that was left out before anything was forwarded.
  if (!started_) return std::nullopt;
  const int64_t number = Unwrap(highest_, sequence);
  if (const UsedNumber* const used = numbers_.Find(number)) {
    if (used->filler) return std::nullopt;
    return absl::StrCat("an empty packet under the number of ", Describe(used->packet.tag));
  }
  UsedNumber used;
  used.number = number;
  used.filler = true;
  highest_empty_ = std::max(highest_empty_, number);
  used.written = now;
  used.taken = taken ? 1 : 0;
  numbers_.Use(used);
  return std::nullopt;
}

// A number that has been used: the packet is tried again because its kernel has refused it, or is
// sent again because it was asked for.
Wrong LegJudge::CheckAgain(const Written& written, UsedNumber& number) {
  if (number.filler || number.packet.tag != written.packet.tag ||
      number.timestamp != written.timestamp || number.marker != written.marker) {
    return absl::StrCat(Describe(written.packet.tag), " under the number of ",
                        number.filler ? "an empty packet" : Describe(number.packet.tag));
  }
  if (number.taken == 0 && number.written == written.now) {
    number.taken = written.taken ? 1 : 0;
    return written.taken && !number.late ? CheckOrder(number) : std::nullopt;
  }
  if (!written.taken) {
    ++sent_again_;
    return std::nullopt;
  }
  const bool at_once = number.taken > 1 && written.now == number.sent_again;
  const uint64_t others = sent_again_++ - number.sent_again_as;
  ++number.taken;
  number.sent_again = written.now;
  number.sent_again_as = sent_again_;
  if (at_once && others < kRemembered) return "a packet is sent again twice at once";
  return std::nullopt;
}

// A number that was kept for a packet that had not come. It may have come while the leg was paused
// and be sent because it is asked for.
Wrong LegJudge::CheckLate(const Written& written) {
  const int64_t before = numbers_.NumberOf(written.packet.tag);
  if (before < 0) return std::nullopt;
  return absl::StrCat(Describe(written.packet.tag), " has left before, under number ",
                      static_cast<uint16_t>(before));
}

Wrong LegJudge::CheckNewest(const Written& written, int64_t number, const InputRecord& record) {
  // An empty packet behind it tells its receiver that it is missing.
  if (written.rtx && number > highest_empty_) {
    return "a retransmission of a number that has not been reached";
  }
  const int64_t step = started_ ? number - highest_ : 1;
  // Nothing changes within a frame, nor for what is late.
  if (written.packet.begins_frame() && record.late_by == 0 &&
      !layers_.MayForward(written.now, written.packet.frame.temporal)) {
    return absl::StrCat(Describe(written.packet.tag), " of temporal layer ",
                        written.packet.frame.temporal, ", which is not wanted");
  }
  if (!Begins(written, step)) return CheckStep(written, number, record);
  if (Wrong wrong = CheckBeginning(written, step)) return wrong;
  if (!started_ || written.packet.tag.stream != newest_.tag.stream) stream_since_ = number;
  was_interrupted_ |= started_;
  interrupted_ = false;
  last_arrival_ = 0;
  stretch_begin_ = record.first_arrival;
  stretch_begun_ = record.last_arrival;
  stretch_arrivals_ = written.arrivals;
  return std::nullopt;
}

bool LegJudge::Begins(const Written& written, int64_t step) const {
  if (!started_ || interrupted_ || written.packet.tag.stream != newest_.tag.stream) return true;
  return rules_.speaker_limits && step == 1 && written.packet.tag.index > newest_.tag.index + 1;
}

Wrong LegJudge::CheckBeginning(const Written& written, int64_t step) {
  const int64_t fillers = started_ ? numbers_.FillersBetween(highest_, highest_ + step) : 0;
  if (step < 1 || step - 1 > fillers + NumbersLeftOpen(written.now)) {
    return absl::StrCat("it goes on with ", Describe(written.packet.tag), ", ", step,
                        " numbers after ", Describe(newest_.tag));
  }
  const bool needs_key = rules_.key_frames && (started_ || rules_.begins_with_key_frame);
  const bool is_key = written.packet.frame.key && written.packet.begins_frame();
  if (!needs_key || is_key) return std::nullopt;
  return absl::StrCat("it goes on with ", Describe(written.packet.tag),
                      ", which does not begin a key frame");
}

// What had come of the stream after the newest packet that was forwarded, and was left out, keeps
// the numbers open of what had not come before it, even if that came before the leg went on.
int64_t LegJudge::NumbersLeftOpen(TimePoint now) const {
  constexpr uint8_t kSomeLayer = 3;
  if (!started_ || !layers_.MayLeaveOut(now, kSomeLayer)) return 0;
  const PacketTag tag = newest_.tag;
  int64_t open = 0;
  for (uint32_t i = tag.index + 1; i < ledger_->NewestRead(tag.stream); ++i) {
    const InputRecord* const record = ledger_->Find({tag.stream, i});
    const bool in_order = ComingOf(record, kAnyArrival) == Coming::kCame && record->late_by == 0;
    open += in_order ? 0 : 1;
  }
  return open;
}

// What is between two packets of a stretch has not come yet, and keeps its number; or is left out,
// and has none; or was left out too late, and has an empty packet.
Wrong LegJudge::CheckStep(const Written& written, int64_t number, const InputRecord& record) {
  const PacketTag tag = written.packet.tag;
  const int64_t step = number - highest_;
  const int64_t steps_in = int64_t{tag.index} - int64_t{newest_.tag.index};
  if (AcrossRestart(tag.stream, newest_.tag.index, tag.index)) {
    // The relay cannot know how many packets of the old numbering it never saw.
    numbering_begun_ = record.last_arrival;
    if (step >= 1 && step <= std::max<int64_t>(steps_in, kRestartGap) + 1) return std::nullopt;
  } else if (steps_in >= 1) {
    const int64_t fillers = numbers_.FillersBetween(highest_, number);
    for (const uint64_t arrival : {record.first_arrival, record.last_arrival}) {
      const Missing missing = MissingBetween(tag.stream, newest_.tag.index, tag.index, arrival);
      const int64_t kept = step - 1 - fillers;
      // What is replayed where a stretch begins may have been too old to be kept.
      const bool replayed = arrival <= stretch_arrivals_;
      const int64_t most = replayed ? steps_in - 1 : missing.certain + missing.uncertain;
      if (kept < missing.certain || kept > most) continue;
      return CheckLeftOut(tag.stream, newest_.tag.index, tag.index, arrival);
    }
  }
  return absl::StrCat(Describe(tag), " is ", step, " numbers after ", Describe(newest_.tag));
}

bool LegJudge::AcrossRestart(uint32_t stream, uint32_t from, uint32_t to) const {
  const auto [low, high] = std::minmax(from, to);
  // Too far to be believed, or to be remembered here.
  constexpr uint32_t kFar = std::min<uint32_t>(rtp::Reception::kMaxDropout, InputLedger::kKept) / 2;
  return high - low >= kFar || ledger_->Restarted(stream, low, high);
}

LegJudge::Coming LegJudge::ComingOf(const InputRecord* record, uint64_t before) const {
  if (record == nullptr || !record->came() || record->first_arrival > before) {
    return Coming::kMissing;
  }
  // It overtook the beginning, and is among what is replayed if the leg was held.
  if (record->first_arrival < stretch_begin_) return Coming::kUncertain;
  // While a sender's new numbers were not believed yet they were dropped; and so is what comes far
  // too late.
  const bool believed = record->first_arrival >= std::max(stretch_begun_, numbering_begun_) &&
                        record->late_by < rtp::Reception::kMaxMisorder;
  return record->IsCertainBy(before) && believed ? Coming::kCame : Coming::kUncertain;
}

LegJudge::Missing LegJudge::MissingBetween(uint32_t stream, uint32_t from, uint32_t to,
                                           uint64_t before) const {
  Missing missing;
  for (uint32_t i = from + 1; i < to; ++i) {
    const Coming coming = ComingOf(ledger_->Find({stream, i}), before);
    missing.certain += coming == Coming::kMissing;
    missing.uncertain += coming == Coming::kUncertain;
  }
  return missing;
}

Wrong LegJudge::CheckLeftOut(uint32_t stream, uint32_t from, uint32_t to, uint64_t before) const {
  for (uint32_t i = from + 1; i < to; ++i) {
    const InputRecord* const record = ledger_->Find({stream, i});
    if (ComingOf(record, before) != Coming::kCame) continue;
    if (layers_.MayLeaveOut(record->read, record->identity.frame.temporal)) continue;
    return absl::StrCat(Describe({stream, i}), " of temporal layer ",
                        record->identity.frame.temporal, " came and was left out");
  }
  return std::nullopt;
}

Wrong LegJudge::CheckTimestamp(const Written& written) const {
  const PacketTag tag = written.packet.tag;
  const auto step = static_cast<int32_t>(written.timestamp - newest_timestamp_);
  if (!started_) return std::nullopt;
  const int64_t number = Unwrap(highest_, written.sequence);
  if (number < stream_since_) return std::nullopt;
  const int64_t most = kToleranceMs * int64_t{rules_.clock_rate} / 1000;
  if (tag.stream != newest_.tag.stream) {
    if (number < highest_ || (step > 0 && step <= most)) return std::nullopt;
    return absl::StrCat("timestamp ", written.timestamp, " of another stream after ",
                        newest_timestamp_);
  }
  if (AcrossRestart(tag.stream, tag.index, newest_.tag.index)) {
    if (number > highest_ ? step > 0 && step <= most : step <= 0) return std::nullopt;
    return absl::StrCat("the timestamp goes on by ", step, " across a restart");
  }
  // By number: whatever a leg goes on with comes after what it had.
  const bool later = number > highest_;
  const bool same_frame = written.packet.frame.number == newest_.frame.number;
  if (same_frame != (step == 0) || (later ? step < 0 : step > 0)) {
    return absl::StrCat("timestamp ", written.timestamp, " of frame ", written.packet.frame.number,
                        " after ", newest_timestamp_, " of frame ", newest_.frame.number);
  }
  const InputRecord* const record = ledger_->Find(tag);
  const InputRecord* const newest = ledger_->Find(newest_.tag);
  if (record == nullptr || newest == nullptr) return std::nullopt;
  const int64_t expected_us = (record->sent - newest->sent).count() / 1000;
  const int64_t expected = expected_us * int64_t{rules_.clock_rate} / 1'000'000;
  if (std::abs(step - expected) <= kRounding) return std::nullopt;
  return absl::StrCat("the timestamp goes on by ", step, " where ", expected, " are expected");
}

// It was taken in at one of its arrivals.
Wrong LegJudge::CheckOrder(const UsedNumber& number) {
  const uint64_t arrival =
      number.first_arrival > last_arrival_ ? number.first_arrival : number.last_arrival;
  if (!trusted_ || arrival <= stretch_arrivals_ || arrival > last_arrival_) {
    last_arrival_ = std::max(last_arrival_, arrival);
    return std::nullopt;
  }
  return absl::StrCat(Describe(number.packet.tag), " overtakes or is overtaken");
}

}  // namespace baton::sim
