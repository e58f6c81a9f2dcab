#include "cmd/batonctl/output/node_views.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/output/table.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

std::string FormatLatency(const v1::ShardStatistics& shard, double quantile) {
  const std::optional<uint64_t> bound_ns = Quantile(shard.forward_latency(), quantile);
  if (!bound_ns) return "";
  if (*bound_ns == std::numeric_limits<uint64_t>::max()) return "above all buckets";
  return absl::StrFormat("%.4g us", static_cast<double>(*bound_ns) / 1000.0);
}

std::string ShardTable(const google::protobuf::RepeatedPtrField<v1::ShardStatus>& shards) {
  Table table({{"SHARD", Align::kRight},
               {"MEDIA"},
               {"ROOMS", Align::kRight},
               {"ENDPOINTS", Align::kRight},
               {"TRACKS", Align::kRight},
               {"LEGS", Align::kRight},
               {"BUSY", Align::kRight}});
  for (const v1::ShardStatus& shard : shards) {
    table.Add({absl::StrCat(shard.shard()), absl::StrJoin(shard.media_addresses(), ", "),
               absl::StrCat(shard.room_count()), absl::StrCat(shard.endpoint_count()),
               absl::StrCat(shard.track_count()), absl::StrCat(shard.leg_count()),
               absl::StrFormat("%.1f%%", shard.busy_ratio() * 100)});
  }
  return table.Render();
}

// The counters that are not zero.
std::string CounterTable(const v1::NodeStatistics& statistics) {
  Table table({{"COUNTER"}, {"WHERE"}, {"VALUE", Align::kRight}});
  bool any = false;
  const auto add = [&](const std::string& name, const std::string& where, uint64_t value) {
    if (value == 0) return;
    table.Add({name, where, absl::StrCat(value)});
    any = true;
  };
  for (const v1::ShardStatistics& shard : statistics.shards()) {
    for (const v1::NamedCounter& drop : shard.packets_dropped()) {
      add(absl::StrCat("dropped: ", drop.name()), absl::StrCat("shard ", shard.shard()),
          drop.value());
    }
  }
  for (const v1::NamedCounter& counter : statistics.control().counters()) {
    add(counter.name(), "control", counter.value());
  }
  return any ? table.Render() : "nothing dropped\n";
}

}  // namespace

std::string NodeStatusView(const v1::NodeStatus& status) {
  FieldList fields;
  fields.Add("node", status.name());
  fields.Add("version", status.version());
  fields.Add("up", FormatUptime(status.uptime_ms()));
  fields.Add("io", status.io_backend());
  fields.Add("rooms", absl::StrCat(status.room_count()));
  fields.Add("endpoints", absl::StrCat(status.endpoint_count()));
  fields.Add("tracks", absl::StrCat(status.track_count()));
  fields.Add("legs", absl::StrCat(status.leg_count()));
  fields.Add("position", absl::StrCat(status.epoch(), ":", status.revision()));
  return absl::StrCat(fields.Render(), "\n", ShardTable(status.shards()));
}

std::string NodeStatisticsView(const v1::NodeStatistics& statistics) {
  Table traffic({{"SHARD", Align::kRight},
                 {"RX PACKETS", Align::kRight},
                 {"RX BYTES", Align::kRight},
                 {"TX PACKETS", Align::kRight},
                 {"TX BYTES", Align::kRight},
                 {"LATENCY P50", Align::kRight},
                 {"P99", Align::kRight}});
  for (const v1::ShardStatistics& shard : statistics.shards()) {
    traffic.Add({absl::StrCat(shard.shard()), absl::StrCat(shard.rx_packets()),
                 absl::StrCat(shard.rx_bytes()), absl::StrCat(shard.tx_packets()),
                 absl::StrCat(shard.tx_bytes()), FormatLatency(shard, 0.5),
                 FormatLatency(shard, 0.99)});
  }
  FieldList control;
  control.Add("sessions", absl::StrCat(statistics.control().sessions()));
  control.Add("watchers", absl::StrCat(statistics.control().watchers()));
  return absl::StrCat(traffic.Render(), "\n", control.Render(), "\n", CounterTable(statistics));
}

std::optional<uint64_t> Quantile(
    const google::protobuf::RepeatedPtrField<v1::HistogramBucket>& buckets, double quantile) {
  uint64_t total = 0;
  for (const v1::HistogramBucket& bucket : buckets) total += bucket.count();
  if (total == 0) return std::nullopt;
  const double rank = std::ceil(quantile * static_cast<double>(total));
  uint64_t below = 0;
  for (const v1::HistogramBucket& bucket : buckets) {
    below += bucket.count();
    if (static_cast<double>(below) >= rank) return bucket.upper_bound();
  }
  return buckets[buckets.size() - 1].upper_bound();
}

std::string FormatUptime(uint64_t ms) {
  const uint64_t seconds = ms / 1000;
  const uint64_t minutes = seconds / 60;
  const uint64_t hours = minutes / 60;
  const uint64_t days = hours / 24;
  if (days > 0) return absl::StrCat(days, " d ", hours % 24, " h");
  if (hours > 0) return absl::StrCat(hours, " h ", minutes % 60, " min");
  if (minutes > 0) return absl::StrCat(minutes, " min ", seconds % 60, " s");
  return absl::StrCat(seconds, " s");
}

}  // namespace baton::cli
