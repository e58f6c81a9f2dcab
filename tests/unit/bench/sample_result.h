// Results to write, read and draw.
#pragma once

#include "bench/load/result.h"

namespace baton::bench {

// A webinar with some loss, joins and leaves: every field has a value of its own.
RunResult SampleResult();

}  // namespace baton::bench
