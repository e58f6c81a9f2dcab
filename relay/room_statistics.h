// The counters of one room, for whoever asks. Allocates its answer: not for the packet path.
#pragma once

#include <cstdint>
#include <memory>

#include "base/lazy_array.h"
#include "base/time_point.h"
#include "relay/leg_feedback.h"
#include "relay/output.h"
#include "relay/registry.h"

namespace baton::relay {

std::unique_ptr<RoomStatistics> CollectStatistics(TimePoint now, uint32_t room, Registry& registry,
                                                  const LazyArray<LegFeedback>& legs);

}  // namespace baton::relay
