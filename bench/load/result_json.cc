#include "bench/load/result_json.h"

#include <cmath>
#include <concepts>
#include <limits>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace baton::bench {
namespace {

// Each shape lists its fields once, in Visit(), for a writer and a reader alike.
class Writer {
 public:
  template <typename T>
  void Field(const char* name, const T& value) {
    json_[name] = Value(value);
  }

  // What could not be computed is absent, as 0 says in result.h; JSON has no infinity.
  static Json Value(double value) { return std::isfinite(value) ? value : 0.0; }
  static Json Value(uint64_t value) { return value; }
  static Json Value(unsigned value) { return value; }
  static Json Value(bool value) { return value; }
  static Json Value(const std::string& value) { return value; }
  static Json Value(Verdict value) { return value == Verdict::kValid ? "VALID" : "INVALID"; }
  template <typename T>
  static Json Value(const std::map<std::string, T>& values) {
    Json json = Json::object();
    for (const auto& [key, value] : values) json[key] = value;
    return json;
  }
  template <typename T>
  static Json Value(const std::vector<T>& values) {
    Json json = Json::array();
    for (const T& value : values) json.push_back(Value(value));
    return json;
  }
  template <typename T>
  static Json Value(const T& value);

 private:
  Json json_ = Json::object();
};

uint64_t WholeNumber(const Json& json) {
  // What is negative or too large the library reads as a number of another kind.
  if (!json.is_number_unsigned()) throw std::range_error("not a whole number from 0 to 2^64 - 1");
  return json.get<uint64_t>();
}

class Reader {
 public:
  explicit Reader(const Json& json) : json_(json) {}

  template <typename T>
  void Field(const char* name, T& value) {
    try {
      Read(json_.at(name), value);
    } catch (const std::exception& error) {
      throw std::range_error(std::string(name) + ": " + error.what());
    }
  }

  static void Read(const Json& json, double& value) { value = json.get<double>(); }
  static void Read(const Json& json, uint64_t& value) { value = WholeNumber(json); }
  static void Read(const Json& json, unsigned& value) {
    const uint64_t number = WholeNumber(json);
    if (number > std::numeric_limits<unsigned>::max()) throw std::range_error("too large");
    value = static_cast<unsigned>(number);
  }
  static void Read(const Json& json, bool& value) { value = json.get<bool>(); }
  static void Read(const Json& json, std::string& value) { value = json.get<std::string>(); }
  static void Read(const Json& json, Verdict& value) {
    const auto text = json.get<std::string>();
    if (text != "VALID" && text != "INVALID") throw std::range_error("not VALID or INVALID");
    value = text == "VALID" ? Verdict::kValid : Verdict::kInvalid;
  }
  template <typename T>
  static void Read(const Json& json, std::map<std::string, T>& values) {
    for (const auto& [key, value] : json.get_ref<const Json::object_t&>()) {
      Read(value, values[key]);
    }
  }
  template <typename T>
  static void Read(const Json& json, std::vector<T>& values) {
    for (const Json& item : json.get_ref<const Json::array_t&>()) {
      Read(item, values.emplace_back());
    }
  }
  template <typename T>
  static void Read(const Json& json, T& value);

 private:
  const Json& json_;
};

// `Shape` itself, or const for a writer.
template <typename T, typename Shape>
concept Is = std::same_as<std::remove_const_t<T>, Shape>;

template <typename V, Is<LegCounts> T>
void Visit(V& visitor, T& legs) {
  visitor.Field("expected", legs.expected);
  visitor.Field("received", legs.received);
  visitor.Field("lost", legs.lost);
  visitor.Field("duplicated", legs.duplicated);
  visitor.Field("reordered", legs.reordered);
  visitor.Field("corrupted", legs.corrupted);
  visitor.Field("misdelivered", legs.misdelivered);
}

template <typename V, Is<Percentiles> T>
void Visit(V& visitor, T& percentiles) {
  visitor.Field("p50_ns", percentiles.p50);
  visitor.Field("p90_ns", percentiles.p90);
  visitor.Field("p99_ns", percentiles.p99);
  visitor.Field("p999_ns", percentiles.p999);
  visitor.Field("max_ns", percentiles.max);
  visitor.Field("mean_ns", percentiles.mean);
}

template <typename V, Is<NodeUse> T>
void Visit(V& visitor, T& node) {
  visitor.Field("cpu_s", node.cpu_s);
  visitor.Field("cpu_ns_per_packet_out", node.cpu_ns_per_packet_out);
  visitor.Field("packets_in", node.packets_in);
  visitor.Field("packets_out", node.packets_out);
  visitor.Field("resident_bytes", node.resident_bytes);
  visitor.Field("kernel_drops", node.kernel_drops);
  visitor.Field("send_failures", node.send_failures);
  visitor.Field("dropped", node.dropped);
}

template <typename V, Is<Environment> T>
void Visit(V& visitor, T& environment) {
  visitor.Field("started", environment.started);
  visitor.Field("host_kernel", environment.host_kernel);
  visitor.Field("cpu_model", environment.cpu_model);
  visitor.Field("cpu_count", environment.cpu_count);
  visitor.Field("commit", environment.commit);
  visitor.Field("bench_version", environment.bench_version);
  visitor.Field("node_version", environment.node_version);
  visitor.Field("node_io_backend", environment.node_io_backend);
  visitor.Field("node_address", environment.node_address);
  visitor.Field("command_line", environment.command_line);
  visitor.Field("sysctls", environment.sysctls);
}

template <typename V, Is<Judgement> T>
void Visit(V& visitor, T& judgement) {
  visitor.Field("holds", judgement.holds);
  visitor.Field("text", judgement.text);
}

template <typename V, Is<Summary> T>
void Visit(V& visitor, T& summary) {
  visitor.Field("scenario", summary.scenario);
  visitor.Field("mode", summary.mode);
  visitor.Field("verdict", summary.verdict);
  visitor.Field("verdict_reason", summary.verdict_reason);
  visitor.Field("judgements", summary.judgements);
  visitor.Field("duration_s", summary.duration_s);
  visitor.Field("sent", summary.sent);
  visitor.Field("sent_bytes", summary.sent_bytes);
  visitor.Field("legs", summary.legs);
  visitor.Field("latency", summary.latency);
  visitor.Field("join_latency", summary.join_latency);
  visitor.Field("generator_lag", summary.generator_lag);
  visitor.Field("node", summary.node);
  visitor.Field("joins", summary.joins);
  visitor.Field("leaves", summary.leaves);
  visitor.Field("control_errors", summary.control_errors);
  visitor.Field("parameters", summary.parameters);
  visitor.Field("environment", summary.environment);
}

template <typename V, Is<Interval> T>
void Visit(V& visitor, T& interval) {
  visitor.Field("start_s", interval.start_s);
  visitor.Field("length_s", interval.length_s);
  visitor.Field("sent", interval.sent);
  visitor.Field("sent_bytes", interval.sent_bytes);
  visitor.Field("legs", interval.legs);
  visitor.Field("received_bytes", interval.received_bytes);
  visitor.Field("latency", interval.latency);
  visitor.Field("generator_lag_max_ns", interval.generator_lag_max);
  visitor.Field("joins", interval.joins);
  visitor.Field("leaves", interval.leaves);
  visitor.Field("node", interval.node);
}

template <typename T>
Json Writer::Value(const T& value) {
  Writer writer;
  Visit(writer, value);
  return std::move(writer.json_);
}

template <typename T>
void Reader::Read(const Json& json, T& value) {
  if (!json.is_object()) throw std::range_error("not an object");
  Reader reader(json);
  Visit(reader, value);
}

template <typename T>
T Parse(const Json& json) {
  T value;
  Reader::Read(json, value);
  return value;
}

}  // namespace

Json ToJson(const Summary& summary) { return Writer::Value(summary); }
Json ToJson(const Interval& interval) { return Writer::Value(interval); }

Json ToJson(const LatencyHistogram& histogram) {
  Json buckets = Json::array();
  for (size_t i = 0; i < histogram.size(); ++i) {
    if (histogram.bucket(i) == 0) continue;
    buckets.push_back({LatencyHistogram::UpperBound(i), histogram.bucket(i)});
  }
  return {{"count", histogram.count()},
          {"min_ns", histogram.min()},
          {"max_ns", histogram.max()},
          {"sum_ns", histogram.sum()},
          {"buckets", std::move(buckets)}};
}

Summary SummaryFromJson(const Json& json) { return Parse<Summary>(json); }
Interval IntervalFromJson(const Json& json) { return Parse<Interval>(json); }

LatencyHistogram HistogramFromJson(const Json& json) {
  std::vector<LatencyHistogram::Bucket> buckets;
  for (const Json& pair : json.at("buckets")) {
    const auto bound = WholeNumber(pair.at(0));
    const size_t index = LatencyHistogram::IndexOf(bound);
    if (LatencyHistogram::UpperBound(index) != bound) {
      throw std::range_error("buckets: no bucket ends at " + std::to_string(bound));
    }
    buckets.emplace_back(index, WholeNumber(pair.at(1)));
  }
  const auto histogram =
      LatencyHistogram::Restore(buckets, WholeNumber(json.at("min_ns")),
                                WholeNumber(json.at("max_ns")), json.at("sum_ns").get<double>());
  if (!histogram || histogram->count() != WholeNumber(json.at("count"))) {
    throw std::range_error("the buckets contradict count, min_ns, max_ns or sum_ns");
  }
  return *histogram;
}

}  // namespace baton::bench
