#include "bench/load/options.h"

#include <utility>

#include "absl/status/status.h"
#include "bench/load/parsed_option.h"
#include "bench/load/units.h"

namespace baton::bench {
void AddNodeOptions(CLI::App& command, NodeOptions& options, const std::string& default_admin,
                    bool control) {
  constexpr const char* kGroup = "The node";
  options.admin = default_admin;
  command
      .add_option("--admin", options.admin,
                  "The node's admin HTTP, for its CPU, drops and memory; none: do without")
      ->envname("BATON_ADMIN")
      ->type_name("HOST:PORT")
      ->capture_default_str()
      ->group(kGroup);
  if (!control) return;
  command.add_option("--node", options.node, "The node's control address")
      ->envname("BATON_NODE")
      ->type_name("HOST:PORT")
      ->capture_default_str()
      ->group(kGroup);
  command
      .add_option("--tls-ca", options.tls_ca,
                  "Use TLS: a PEM file of who signs nodes' certificates")
      ->envname("BATON_TLS_CA")
      ->type_name("FILE")
      ->group(kGroup);
  command.add_option("--tls-cert", options.tls_certificate, "Our own certificate, a PEM file")
      ->envname("BATON_TLS_CERT")
      ->type_name("FILE")
      ->group(kGroup);
  command.add_option("--tls-key", options.tls_key, "The key of our certificate, a PEM file")
      ->envname("BATON_TLS_KEY")
      ->type_name("FILE")
      ->group(kGroup);
  command
      .add_option("--tls-server-name", options.tls_server_name,
                  "What the node's certificate must say, if not the host of --node")
      ->envname("BATON_TLS_SERVER_NAME")
      ->type_name("NAME")
      ->group(kGroup);
}

void AddOutputOptions(CLI::App& command, OutputOptions& options) {
  constexpr const char* kGroup = "The result";
  command
      .add_option("-o,--out", options.directory,
                  "Write summary, intervals, histograms and report.html into this directory")
      ->type_name("DIRECTORY")
      ->group(kGroup);
  command
      .add_option("--assert", options.asserts,
                  "What has to hold, or the exit status is 1: 'forward_latency_p99<10ms', "
                  "'loss<0.1%'. May be given several times")
      ->type_name("EXPRESSION")
      ->allow_extra_args(false)
      ->group(kGroup);
  command.add_flag("--json", options.json, "Print the summary as JSON")->group(kGroup);
}

void AddFanoutOptions(CLI::App& command, Scenario& scenario) {
  constexpr const char* kPeople = "Rooms and people";
  command.add_option("--rooms", scenario.rooms, "Rooms")->capture_default_str()->group(kPeople);
  command.add_option("--publishers", scenario.publishers_per_room, "Publishers in each room")
      ->capture_default_str()
      ->group(kPeople);
  command
      .add_option("--subscribers", scenario.subscribers_per_room,
                  "Endpoints in each room that only receive")
      ->capture_default_str()
      ->group(kPeople);
  command
      .add_flag("--all-to-all", scenario.publishers_subscribe,
                "Publishers get what the others of their room send")
      ->group(kPeople);
  command
      .add_flag_callback(
          "--ice",
          [&scenario] {
            scenario.publisher_transport = Transport::kIce;
            scenario.subscriber_transport = Transport::kIce;
          },
          "Endpoints prove their addresses with ICE, and keep up consent")
      ->group(kPeople);
  command
      .add_option("--joins", scenario.joins_per_second,
                  "Subscribers that join rooms of their own, a second")
      ->capture_default_str()
      ->group(kPeople);
  command
      .add_option("--leaves", scenario.leaves_per_second, "Subscribers that leave these, a second")
      ->capture_default_str()
      ->group(kPeople);
  command.add_option("--churn-rooms", scenario.churn_rooms, "How many rooms they join and leave")
      ->capture_default_str()
      ->group(kPeople);

  constexpr const char* kMedia = "What a publisher sends";
  AddParsed<uint64_t>(command, "--bitrate", "Video, bits a second: 2.5M, 800k", "RATE", &ParseCount,
                      [&scenario](const uint64_t& rate) { scenario.video.bits_per_second = rate; })
      ->default_str(FormatCount(scenario.video.bits_per_second))
      ->group(kMedia);
  command.add_option("--fps", scenario.video.frames_per_second, "Video frames a second")
      ->capture_default_str()
      ->group(kMedia);
  command
      .add_option("--packet-size", scenario.video.packet_size,
                  "Bytes of UDP payload of video packets, at most")
      ->capture_default_str()
      ->group(kMedia);
  command
      .add_flag_callback(
          "--no-video", [&scenario] { scenario.video.bits_per_second = 0; }, "Send no video")
      ->group(kMedia);
  command
      .add_flag_callback(
          "--no-audio", [&scenario] { scenario.audio.enabled = false; },
          "Send no audio, which is otherwise 50 packets a second")
      ->group(kMedia);
  const auto set_pacing = [&scenario](const std::string& pacing) {
    scenario.pacing = pacing == "even" ? Pacing::kEven : Pacing::kFrames;
  };
  command
      .add_option_function<std::string>(
          "--pacing", set_pacing,
          "frames: bursts as encoders make them; even: single packets, evenly spaced")
      ->check(CLI::IsMember({"frames", "even"}))
      ->default_str("frames")
      ->group(kMedia);
}

void AddStunOptions(CLI::App& command, Scenario& scenario) {
  scenario.stun.emplace();
  scenario.name = "stun";
  AddParsed<uint64_t>(
      command, "--rate", "Binding requests a second, of all ports together: 50000, 50k", "RATE",
      &ParseCount, [&scenario](const uint64_t& rate) { scenario.stun->requests_per_second = rate; })
      ->default_str(FormatCount(scenario.stun->requests_per_second));
  command.add_option("--sources", scenario.stun->sources, "Local ports that send in turn")
      ->capture_default_str();
}

void AddTimeOptions(CLI::App& command, Scenario& scenario) {
  AddTime(command, "--duration", scenario.duration, "How long to measure: 10 (seconds), 90s, 2m");
  AddTime(command, "--warm-up", scenario.warm_up, "How long to send before that, unmeasured");
  AddTime(command, "--max-lag", scenario.max_generator_lag,
          "The run is INVALID if the p99 of the generator's own lag is beyond this");
}

absl::StatusOr<RunOptions> RunOptionsOf(const NodeOptions& options) {
  RunOptions run;
  run.admin = options.admin == "none" ? "" : options.admin;
  run.control = {.address = options.node, .name = "baton-bench"};
  const bool any_tls = !options.tls_ca.empty() || !options.tls_certificate.empty() ||
                       !options.tls_key.empty() || !options.tls_server_name.empty();
  if (!any_tls) return run;
  if (options.tls_ca.empty() || options.tls_certificate.empty() || options.tls_key.empty()) {
    return absl::InvalidArgumentError(
        "TLS needs all of --tls-ca, --tls-cert and --tls-key (or BATON_TLS_CA, BATON_TLS_CERT and "
        "BATON_TLS_KEY)");
  }
  run.control.tls = control::ClientTls{.ca_file = options.tls_ca,
                                       .certificate_file = options.tls_certificate,
                                       .key_file = options.tls_key,
                                       .server_name = options.tls_server_name};
  return run;
}

absl::StatusOr<std::vector<Threshold>> ThresholdsOf(const OutputOptions& options) {
  std::vector<Threshold> thresholds;
  for (const std::string& text : options.asserts) {
    absl::StatusOr<Threshold> threshold = ParseThreshold(text);
    if (!threshold.ok()) return threshold.status();
    thresholds.push_back(*std::move(threshold));
  }
  return thresholds;
}

}  // namespace baton::bench
