#include "bench/yardsticks/measurement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/str_format.h"

namespace baton::bench {
namespace {

// A load that is late by more than this, or by more than the time from burst to burst, is another
// load than the one that was asked for.
constexpr int64_t kToleratedLagNs = 500'000;

double Seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double Share(double part, double whole) { return whole > 0 ? part / whole : 0; }

// Why the line says nothing about the subject; empty if it does.
std::string Objection(const Options& options, const Measurement& m, int64_t lag_p99) {
  if (m.overflows > 0) return "a receiver's queue overflowed: the load is too slow for this rate";
  const int64_t interval = options.burst_interval().count();
  if (lag_p99 > std::max(interval, kToleratedLagNs)) return "the load fell behind its schedule";
  if (m.misshapen > 0) return "packets arrived that nobody has sent so";
  if (m.out == 0) return "nothing was sent";
  return "";
}

}  // namespace

int64_t Quantile(std::vector<int64_t>& values, double quantile) {
  if (values.empty()) return 0;
  const auto rank = static_cast<size_t>(std::ceil(quantile * static_cast<double>(values.size())));
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

std::string ToJson(const Options& options, const std::string& trigger, Measurement m) {
  const auto us = [](int64_t ns) { return static_cast<double>(ns) / 1000; };
  const int64_t lag_p99 = Quantile(m.lag_ns, 0.99);
  const int64_t lag_max = Quantile(m.lag_ns, 1);
  const std::string objection = Objection(options, m, lag_p99);
  const auto cpu_ns = static_cast<double>(m.cpu.total_ns);

  std::string json = "{";
  const auto add = [&json](const char* key, const std::string& value) {
    absl::StrAppendFormat(&json, "%s\"%s\":%s", json.size() > 1 ? "," : "", key, value);
  };
  const auto text = [&add](const char* key, const std::string& value) {
    add(key, "\"" + value + "\"");
  };
  const auto number = [&add](const char* key, double value) {
    add(key, absl::StrFormat("%.12g", value));
  };
  const auto flag = [&add](const char* key, bool value) { add(key, value ? "true" : "false"); };

  text("subject", options.subject);
  text("io", options.subject == "naive" || options.subject == "echo" ? "" : options.io);
  text("trigger", trigger);
  number("publishers", options.publishers);
  number("receivers", options.receivers);
  flag("all_to_all", options.all_to_all);
  number("burst", options.burst);
  number("size", options.size);
  number("uneven", options.uneven);
  number("shards", options.shards);
  number("rate", options.saturate ? 0 : static_cast<double>(options.rate));
  flag("saturate", options.saturate);
  flag("receiver_gro", options.receiver_gro);
  flag("receivers_wait", options.receivers_wait);
  number("seconds", Seconds(m.elapsed));
  number("packets_in", static_cast<double>(m.in));
  number("packets_out", static_cast<double>(m.out));
  number("received", static_cast<double>(m.received));
  number("lost", static_cast<double>(m.out) - static_cast<double>(m.received));
  number("gaps", static_cast<double>(m.gaps));
  number("reordered", static_cast<double>(m.reordered));
  number("packets_per_second", Share(static_cast<double>(m.received), Seconds(m.elapsed)));
  number("cpu_ns_per_packet_out", Share(cpu_ns, static_cast<double>(m.out)));
  number("cpu_user_share", m.cpu.user_share());
  number("cpu_busy", Share(cpu_ns / 1e9, Seconds(m.elapsed)));
  number("latency_us_p50", us(Quantile(m.latency_ns, 0.5)));
  number("latency_us_p99", us(Quantile(m.latency_ns, 0.99)));
  number("latency_samples", static_cast<double>(m.latency_ns.size()));
  number("load_lag_us_p99", us(lag_p99));
  number("load_lag_us_max", us(lag_max));
  number("receiver_overflows", static_cast<double>(m.overflows));
  flag("valid", objection.empty());
  text("objection", objection);
  return json + "}";
}

}  // namespace baton::bench
