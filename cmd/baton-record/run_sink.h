// A sink as batond starts it.
#pragma once

#include "absl/status/status.h"

namespace baton::record {

// Descriptor 3 is the socket to the node, 4 the recording's directory; SIGTERM and SIGINT end the
// recording. FAILED_PRECONDITION: the descriptors are none of that, so it was started by hand.
absl::Status RunSink();

}  // namespace baton::record
