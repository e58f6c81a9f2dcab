#include "record/gap_log.h"

#include <algorithm>
#include <limits>

namespace baton::record {
namespace {

// A packet's arrival and its media's place differ by less.
constexpr Duration kTolerance = std::chrono::seconds(2);

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

void GapLog::OnFrame(Duration time, Duration duration, bool discontinuity) {
  if (discontinuity) Add(end_.value_or(time), time);
  lost_ = 0;
  end_ = std::max(end_.value_or(time), time + duration);
}

void GapLog::OnEnd(Duration time) {
  if (lost_ > 0) Add(end_.value_or(time), time);
  lost_ = 0;
}

void GapLog::Add(Duration start, Duration end) {
  if (notes_.gaps_size() == kMaxListed) {
    notes_.set_gaps_not_listed(notes_.gaps_not_listed() + 1);
    return;
  }
  v1::Manifest::Gap& gap = *notes_.add_gaps();
  start = std::min(start, end);
  gap.set_start_seconds(Seconds(start));
  gap.set_end_seconds(Seconds(end));
  gap.set_cause(CauseOf(start, end));
  constexpr uint64_t kMaxPackets = std::numeric_limits<uint32_t>::max();
  gap.set_packets(static_cast<uint32_t>(std::min(lost_, kMaxPackets)));
}

v1::Manifest::GapCause GapLog::CauseOf(Duration start, Duration end) const {
  if (lost_ == 0) return v1::Manifest::DAMAGED;
  const bool dropped = dropped_ && *dropped_ >= start - kTolerance && *dropped_ <= end + kTolerance;
  return dropped ? v1::Manifest::DROPPED : v1::Manifest::LOST;
}

}  // namespace baton::record
