#include "bench/load/node_probe.h"

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/client.h"

namespace baton::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::chrono::milliseconds kTimeout{500};

// One line: a name, labels as they are written, a value.
struct Line {
  std::string_view name;
  std::string_view labels;
  double value = 0;

  // The value of a label; empty if there is none. Label values of a node have nothing escaped.
  std::string_view Label(std::string_view label) const {
    const std::string begin = absl::StrCat(std::string(label), "=\"");
    const size_t at = labels.find(begin);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = labels.substr(at + begin.size());
    return rest.substr(0, rest.find('"'));
  }
  uint64_t count() const { return value > 0 ? static_cast<uint64_t>(value) : 0; }
};

std::optional<Line> ParseLine(std::string_view text) {
  if (text.empty() || text[0] == '#') return std::nullopt;
  const size_t space = text.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  Line line;
  const std::string_view number = text.substr(space + 1);
  if (std::from_chars(number.data(), number.data() + number.size(), line.value).ec != std::errc()) {
    return std::nullopt;
  }
  const std::string_view series = text.substr(0, space);
  const size_t brace = series.find('{');
  line.name = series.substr(0, brace);
  if (brace != std::string_view::npos) line.labels = series.substr(brace + 1);
  return line;
}

void ReadStunResult(const Line& line, NodeSample& sample) {
  sample.stun_requests += line.count();
  const std::string_view result = line.Label("result");
  if (result == "answered" || result == "answered_rfc3489") sample.stun_answers += line.count();
  if (result == "rate_limited" && line.count() > 0) sample.dropped["rate_limited"] = line.count();
}

void ReadLine(const Line& line, NodeSample& sample) {
  if (line.name == "process_cpu_seconds_total") {
    sample.cpu_s = line.value;
  } else if (line.name == "process_resident_memory_bytes") {
    sample.resident_bytes = line.count();
  } else if (line.name == "baton_packets_total" && line.Label("kind") == "rtp") {
    (line.Label("direction") == "in" ? sample.rtp_in : sample.rtp_out) += line.count();
  } else if (line.name == "baton_receive_lost_total" && line.Label("reason") == "queue_full") {
    sample.kernel_drops = line.count();
  } else if (line.name == "baton_send_failures_total") {
    sample.send_failures += line.count();
  } else if (line.name == "baton_stun_requests_total") {
    ReadStunResult(line, sample);
  } else if (line.name == "baton_packets_dropped_total" && line.count() > 0) {
    sample.dropped[std::string(line.Label("reason"))] += line.count();
  } else if (line.name == "baton_build_info") {
    sample.version = line.Label("version");
  } else if (line.name == "baton_io_backend" && line.value == 1) {
    sample.io_backend = line.Label("backend");
  }
}

absl::StatusOr<std::string> HttpGet(const std::string& address, const std::string& path) {
  const absl::StatusOr<control::HostPort> where = control::SplitHostPort(address);
  if (!where.ok()) return where.status();
  asio::io_context io;
  asio::ip::tcp::resolver resolver(io);
  beast::tcp_stream stream(io);
  beast::flat_buffer buffer;
  http::request<http::empty_body> request{http::verb::get, path, 10};
  request.set(http::field::host, where->host);
  http::response<http::string_body> response;
  beast::error_code error;
  const auto endpoints = resolver.resolve(where->host, where->port, error);
  if (error) return absl::UnavailableError(error.message());

  // The timeout works for asynchronous operations only.
  stream.expires_after(kTimeout);
  const auto step = [&error](auto&& next) {
    return [&error, next](beast::error_code result, auto&&...) {
      error = result;
      if (!error) next();
    };
  };
  stream.async_connect(
      endpoints, step([&] {
        http::async_write(stream, request,
                          step([&] { http::async_read(stream, buffer, response, step([] {})); }));
      }));
  io.run();
  if (error) return absl::UnavailableError(error.message());
  if (response.result() != http::status::ok) {
    return absl::UnavailableError(absl::StrCat("HTTP status ", response.result_int()));
  }
  return std::move(response).body();
}

}  // namespace

NodeSample ParseMetrics(std::string_view text) {
  NodeSample sample;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (const auto line = ParseLine(text.substr(0, end))) ReadLine(*line, sample);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return sample;
}

NodeUse UseBetween(const NodeSample& before, const NodeSample& after, bool stun) {
  NodeUse use;
  use.cpu_s = after.cpu_s - before.cpu_s;
  use.packets_in = stun ? after.stun_requests - before.stun_requests : after.rtp_in - before.rtp_in;
  use.packets_out =
      stun ? after.stun_answers - before.stun_answers : after.rtp_out - before.rtp_out;
  if (use.packets_out > 0) {
    use.cpu_ns_per_packet_out = use.cpu_s * 1e9 / static_cast<double>(use.packets_out);
  }
  use.resident_bytes = after.resident_bytes;
  use.kernel_drops = after.kernel_drops - before.kernel_drops;
  use.send_failures = after.send_failures - before.send_failures;
  for (const auto& [reason, count] : after.dropped) {
    const auto earlier = before.dropped.find(reason);
    const uint64_t more = count - (earlier == before.dropped.end() ? 0 : earlier->second);
    if (more > 0) use.dropped[reason] = more;
  }
  return use;
}

absl::StatusOr<NodeSample> ScrapeNode(const std::string& address) {
  const absl::StatusOr<std::string> text = HttpGet(address, "/metrics");
  if (!text.ok()) return text.status();
  return ParseMetrics(*text);
}

}  // namespace baton::bench
