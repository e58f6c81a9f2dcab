// What a room's tracks and legs have counted, as tables for people.
#pragma once

#include <cstdint>
#include <string>

#include "proto/control.pb.h"

namespace baton::cli {

// One row for each encoding of a track, and one for each leg.
std::string RoomStatisticsView(const control::v1::RoomStatistics& statistics);

// Jitter in units of the clock rate, as milliseconds; 0 where the rate is not known.
double JitterMs(uint32_t jitter, uint32_t clock_rate);

}  // namespace baton::cli
