// The text that Prometheus reads. docs/metrics.md says what each metric is for.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "cmd/batond/node_metrics.h"
#include "cmd/batond/process_metrics.h"
#include "cmd/batond/version.h"

namespace baton {

std::vector<prometheus::MetricFamily> NodeFamilies(const NodeMetrics& metrics);
std::vector<prometheus::MetricFamily> ProcessFamilies(const ProcessMetrics& metrics);
prometheus::MetricFamily BuildInfoFamily(const BuildInfo& info);

// Text format 0.0.4.
std::string MetricsText(const NodeMetrics& node, const ProcessMetrics& process,
                        const BuildInfo& build);

}  // namespace baton
