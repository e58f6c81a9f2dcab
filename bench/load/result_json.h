// The shapes of result.h as JSON and back; docs/benchmark-results.md describes the fields. Reading
// throws nlohmann::json's exceptions and, for a value that cannot be, std::range_error, both with a
// text that names the field; result_io.cc catches them.
#pragma once

#include <nlohmann/json.hpp>

#include "bench/load/result.h"

namespace baton::bench {

// Keeps the order of the fields: people read these files.
using Json = nlohmann::ordered_json;

Json ToJson(const Summary& summary);
Json ToJson(const Interval& interval);
Json ToJson(const LatencyHistogram& histogram);

Summary SummaryFromJson(const Json& json);
Interval IntervalFromJson(const Json& json);
LatencyHistogram HistogramFromJson(const Json& json);

}  // namespace baton::bench
