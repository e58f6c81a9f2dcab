#include "bench/yardsticks/options.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "bench/yardsticks/packet.h"

namespace baton::bench {
namespace {

// What one UDP_SEGMENT message can carry.
constexpr uint32_t kMaxSegments = 64;
constexpr uint32_t kMaxMessageBytes = 65507;

constexpr const char* kAbout =
    "Puts traffic through one subject on loopback and prints one line of JSON: what it cost the "
    "subject's CPU for each packet that it had to send, and what arrived.";

Duration Seconds(double seconds) { return std::chrono::nanoseconds(std::llround(seconds * 1e9)); }

bool IsRequestAnswer(const Options& options) {
  return options.subject == "stun" || options.subject == "echo";
}

// What is wrong with options that are each right; empty if nothing is.
std::string Objection(const Options& options) {
  const bool floor = options.subject == "floor";
  if (floor && options.io == "epoll") return "the floor sends by --io sendmmsg or uring";
  if (!floor && options.io == "sendmmsg") return "--io sendmmsg is the floor's; here: uring, epoll";
  if (options.receive && !floor) return "--receive is an option of --subject floor";
  if (floor && options.saturate && !options.receive) {
    return "--saturate needs a subject that answers traffic: give the floor --receive";
  }
  if (options.burst > kMaxSegments || options.burst * options.size > kMaxMessageBytes) {
    return "a burst is one message of at most 64 packets and 65507 bytes: lower --burst or --size";
  }
  if (options.uneven > 0 && (floor || options.size < kMinPacketSize + options.uneven)) {
    return "--uneven is for subjects that forward packets of 48 bytes or more";
  }
  if (options.shards > 1 && options.subject != "batond") return "--shards are batond's";
  if (options.all_to_all && options.publishers < 2)
    return "--all-to-all needs --publishers 2 or more";
  if (IsRequestAnswer(options) && options.burst > options.receivers) {
    return "each client has one request under way: --burst may not exceed --receivers";
  }
  return "";
}

}  // namespace

Duration Options::burst_interval() const {
  const double senders = IsRequestAnswer(*this) ? 1 : publishers;
  return Seconds(burst / (static_cast<double>(rate) * senders));
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  options.yardsticks = here;
  options.batond = here.parent_path().parent_path() / "cmd/batond/batond";
  double seconds = 2;
  double warm_up = 0.3;

  CLI::App app(kAbout, "relay_cost");
  app.option_defaults()->always_capture_default();
  app.add_option("--subject", options.subject, "What is measured")
      ->check(CLI::IsMember({"batond", "floor", "naive", "stun", "echo"}));
  app.add_option("--io", options.io, "Back end of batond and stun; how the floor sends")
      ->check(CLI::IsMember({"uring", "epoll", "sendmmsg"}));
  app.add_option("--batond", options.batond, "The program, for batond and stun");
  app.add_option("--yardsticks", options.yardsticks, "Where floor, naive and echo are");
  app.add_flag("--receive", options.receive,
               "The floor is set off by the publishers' traffic, as a relay is, not by a timer");
  app.add_option("--shards", options.shards, "Of batond; each room lies on one of them")
      ->check(CLI::Range(1, 64));
  app.add_option("--publishers", options.publishers, "Senders, each in a room of its own")
      ->check(CLI::Range(1, 1000));
  app.add_option("--receivers", options.receivers, "Of each publisher; clients of stun and echo")
      ->check(CLI::Range(1, 10000));
  app.add_flag("--all-to-all", options.all_to_all,
               "The publishers share a room and receive each other; there are no other receivers");
  app.add_option("--burst", options.burst, "Packets back to back")->check(CLI::Range(1, 1000));
  app.add_option("--rate", options.rate,
                 "Packets/s of each publisher; for stun and echo requests/s of all clients")
      ->check(CLI::Range(1, 10'000'000));
  app.add_option("--size", options.size, "Bytes of UDP payload")
      ->check(CLI::Range(static_cast<int>(kMinPacketSize), 1500));
  app.add_option(
         "--uneven", options.uneven,
         "The first half of each burst is so many bytes shorter, as of encoders that spread "
         "a frame over its packets")
      ->check(CLI::Range(0, 16));
  app.add_flag("--receiver-gro", options.receiver_gro, "Receivers have UDP_GRO");
  app.add_flag(
      "--receivers-wait", options.receivers_wait,
      "Receivers sleep until a packet wakes them, which is the sender's work, not polling");
  app.add_flag("--saturate", options.saturate, "As fast as the subject answers; --rate is ignored");
  app.add_option("--window", options.window, "With --saturate: packets under way at most")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--seconds", seconds, "How long to measure")->check(CLI::Range(0.01, 3600.0));
  app.add_option("--warm-up", warm_up, "Seconds before that")->check(CLI::Range(0.0, 60.0));
  app.add_option("--subject-cpu", options.subject_cpu, "CPU of the subject; -1: any");
  app.add_option("--load-cpu", options.load_cpu, "CPU of senders and receivers; -1: any");
  app.callback([&options] {
    if (const std::string objection = Objection(options); !objection.empty()) {
      throw CLI::ValidationError(objection);
    }
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(app.exit(error) == 0 ? 0 : 2);
  }
  options.measured = Seconds(seconds);
  options.warm_up = Seconds(warm_up);
  return options;
}

}  // namespace baton::bench
