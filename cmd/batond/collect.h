// Sums the counters of a node's threads into the snapshot that a scrape shows.
#pragma once

#include "cmd/batond/node_metrics.h"
#include "cmd/node/node.h"
#include "control/counters.h"
#include "control/recording_counters.h"

namespace baton {

// Reads single-writer counters while they are being written: each value is right, and values of one
// snapshot may be some packets apart.
NodeMetrics CollectNode(const Node& node);
ControlMetrics CollectControl(const control::Counters& counters);
RecorderMetrics CollectRecordings(const control::RecordingCounters& counters);

}  // namespace baton
