// The parts of a report that are text: HTML, escaped.
#pragma once

#include <string>

#include "bench/load/result.h"

namespace baton::bench {

// The key figures, large.
std::string ReportTiles(const Summary& summary);
// A list of the thresholds with their outcome; empty if there are none.
std::string ReportThresholds(const Summary& summary);
// Everything that a summary holds.
std::string ReportTables(const Summary& summary);

}  // namespace baton::bench
