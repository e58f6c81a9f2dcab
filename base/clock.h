// The host's clocks. Only net/, control/, cmd/, bench/ and tests include this: the pure parts are
// handed a TimePoint.
#pragma once

#include <cstdint>

#include "base/time_point.h"

namespace baton {

// CLOCK_MONOTONIC.
TimePoint MonotonicNow();

// CLOCK_REALTIME, nanoseconds since 1970: what the kernel stamps datagrams with.
int64_t RealtimeNowNs();

// CPU time of the calling thread, nanoseconds.
int64_t ThreadCpuNs();

}  // namespace baton
