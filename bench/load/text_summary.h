// A run's outcome for a terminal.
#pragma once

#include <string>

#include "bench/load/result.h"

namespace baton::bench {

// The verdict, the figures in aligned lines, and last the thresholds of `summary.judgements` with
// their outcome. Plain text, ends with a newline; text from outside has its control characters
// escaped.
std::string TextSummary(const Summary& summary);

}  // namespace baton::bench
