// What a node says about itself, as tables for people.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <cstdint>
#include <optional>
#include <string>

#include "proto/control.pb.h"

namespace baton::cli {

std::string NodeStatusView(const control::v1::NodeStatus& status);
std::string NodeStatisticsView(const control::v1::NodeStatistics& statistics);

// The bound of the bucket that holds the quantile (0 < `quantile` <= 1): no more than that share of
// the values is known to lie above it. Nothing if the histogram is empty.
std::optional<uint64_t> Quantile(
    const google::protobuf::RepeatedPtrField<control::v1::HistogramBucket>& buckets,
    double quantile);

// "17 s", "5 min 3 s", "4 h 12 min", "3 d 4 h".
std::string FormatUptime(uint64_t ms);

}  // namespace baton::cli
