#include "record/clock_log.h"

#include "rtp/ntp.h"

namespace baton::record {
namespace {

constexpr int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr int64_t kMicrosecondsPerSecond = 1'000'000;

// To the microsecond, which is more than the clocks are good for.
void SetWallClock(uint64_t ntp, google::protobuf::Timestamp& timestamp) {
  // RFC 4330 section 3: with the highest bit of the seconds 0 it is a time after 2036.
  const int64_t era = ntp >> 63 == 0 ? int64_t{1} << 32 : 0;
  const int64_t since_1970 =
      era + static_cast<int64_t>(ntp >> 32) - static_cast<int64_t>(rtp::kNtpUnixOffsetSeconds);
  const auto fraction = static_cast<int64_t>(ntp & 0xffffffff);
  const int64_t rounded = (fraction * kMicrosecondsPerSecond + (int64_t{1} << 31)) >> 32;
  const int64_t us = since_1970 * kMicrosecondsPerSecond + rounded;
  // Before 1970 the seconds are below 0, and the rest of them is not.
  int64_t seconds = us / kMicrosecondsPerSecond;
  if (us % kMicrosecondsPerSecond < 0) --seconds;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(us - seconds * kMicrosecondsPerSecond) * 1000);
}

}  // namespace

bool ClockLog::IsDue(uint32_t rtp_timestamp, Duration time) const {
  if (!last_time_ || time - *last_time_ >= interval_) return true;
  const auto ticks = static_cast<int32_t>(rtp_timestamp - last_timestamp_);
  const Duration expected = *last_time_ + Duration(ticks * kNanosecondsPerSecond / clock_rate_);
  return time - expected > kMaxError || expected - time > kMaxError;
}

void ClockLog::Add(uint32_t rtp_timestamp, Duration time, std::optional<uint64_t> ntp) {
  auto& points = *notes_.mutable_clock();
  if (points.size() == kMaxPoints) {
    for (int i = 0; i < kMaxPoints / 2; ++i) points.SwapElements(i, 2 * i);
    points.DeleteSubrange(kMaxPoints / 2, kMaxPoints / 2);
    interval_ *= 2;
  }
  v1::Manifest::ClockPoint& point = *points.Add();
  point.set_seconds(std::chrono::duration<double>(time).count());
  point.set_rtp_timestamp(rtp_timestamp);
  if (ntp) SetWallClock(*ntp, *point.mutable_wall_clock());
  last_time_ = time;
  last_timestamp_ = rtp_timestamp;
}

}  // namespace baton::record
