#include "bench/load/impair_options.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/address.h"
#include "bench/load/parsed_option.h"
#include "bench/load/units.h"
#include "control/quote.h"

namespace baton::bench {
namespace {

using impair::Profile;

constexpr const char* kFaults = "Faults, of a share of the datagrams (up=..., down=..., or both)";
constexpr const char* kPath = "The path (up=..., down=..., or both)";
constexpr const char* kRun = "The run";

constexpr size_t kMostClients = 10'000;
constexpr size_t kMostInFlight = 65'536;

// Options that set one field of a Profile, of one direction or of both; the last one counts.
class ProfileOptions {
 public:
  ProfileOptions(CLI::App& command, PerDirection<Profile>& profiles)
      : command_(command), profiles_(profiles) {}

  template <class T, class Field>
  CLI::Option* Add(const std::string& name, const std::string& description, const std::string& type,
                   absl::StatusOr<T> (*parse)(std::string_view), Field Profile::*field) {
    const auto store = [name, parse, field,
                        &profiles = profiles_](const std::vector<std::string>& texts) {
      for (const std::string& text : texts) {
        const DirectedText directed = ParseDirected(text);
        const Field value = ValueOf(name, parse(directed.value));
        if (directed.up) profiles.up.*field = value;
        if (directed.down) profiles.down.*field = value;
      }
    };
    return command_.add_option_function<std::vector<std::string>>(name, store, description)
        ->type_name(type)
        ->allow_extra_args(false);
  }

 private:
  CLI::App& command_;
  PerDirection<Profile>& profiles_;
};

absl::StatusOr<double> ParseBurstLength(std::string_view text) {
  const absl::StatusOr<double> length = ParseNumber(text);
  if (length.ok() && *length < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(control::Quoted(text), " is no length of a burst, which is 1 or more"));
  }
  return length;
}

absl::StatusOr<uint64_t> ParseRate(std::string_view text) {
  const absl::StatusOr<uint64_t> rate = ParseCount(text);
  if (rate.ok() && *rate == 0) {
    return absl::InvalidArgumentError("0 lets nothing pass; if that is meant, --loss 100% does it");
  }
  return rate;
}

absl::StatusOr<TransportAddress> ParseAddress(std::string_view text) {
  if (const auto address = TransportAddress::Parse(text)) return *address;
  return absl::InvalidArgumentError(
      absl::StrCat(control::Quoted(text),
                   " is not an address and a port; write them like 192.0.2.1:5004 or "
                   "[2001:db8::1]:5004"));
}

void AddAddresses(CLI::App& command, ForwarderOptions& options) {
  const auto add = [&](const std::string& name, const std::string& description,
                       std::function<void(const TransportAddress&)> store) {
    return AddParsed<TransportAddress>(command, name, description, "ADDRESS:PORT", &ParseAddress,
                                       std::move(store));
  };
  add("--listen", "Where clients send to; with port 0 any, which the first line says",
      [&options](const TransportAddress& address) { options.listen = address; })
      ->required();
  add("--to", "Where that goes", [&options](const TransportAddress& address) {
    options.server = address;
  })->required();
  add("--from", "Where that comes from, if the server has to know it; for a single client",
      [&options](const TransportAddress& address) {
        options.from = address;
        options.max_clients = 1;
      })
      ->default_str("a port for each client");
}

void AddFaults(CLI::App& command, ForwarderOptions& options) {
  constexpr Duration kReorderBy = std::chrono::milliseconds(20);
  constexpr double kMeanBurst = 5;
  for (const Direction direction : kDirections) {
    options.profiles[direction].reorder_by = kReorderBy;
    options.profiles[direction].mean_burst = kMeanBurst;
  }
  ProfileOptions add(command, options.profiles);
  add.Add("--loss", "Lost, each for itself: 5%", "SHARE", &ParseShare, &Profile::loss)
      ->group(kFaults);
  add.Add("--burst-loss",
          "Lost in bursts, beside those of --loss; the two are the model of Gilbert and Elliott",
          "SHARE", &ParseShare, &Profile::burst_loss)
      ->group(kFaults);
  add.Add("--burst-length",
          "How many datagrams a burst loses on average, geometrically distributed", "NUMBER",
          &ParseBurstLength, &Profile::mean_burst)
      ->default_str("5")
      ->group(kFaults);
  add.Add("--duplicate", "Arrive twice", "SHARE", &ParseShare, &Profile::duplicate)->group(kFaults);
  add.Add("--reorder", "Held back, so that later ones overtake them", "SHARE", &ParseShare,
          &Profile::reorder)
      ->group(kFaults);
  add.Add("--reorder-by", "How long they are held back", "TIME", &ParseDuration,
          &Profile::reorder_by)
      ->default_str(FormatDuration(kReorderBy))
      ->group(kFaults);
  add.Add("--corrupt", "Arrive with one bit flipped", "SHARE", &ParseShare, &Profile::corrupt)
      ->group(kFaults);
  command
      .add_flag("--media-only", options.media_only,
                "None of these for what is not RTP (RTCP, STUN, DTLS)")
      ->group(kFaults);
}

void AddPath(CLI::App& command, ForwarderOptions& options) {
  constexpr size_t kQueueBytes = 64'000;
  for (const Direction direction : kDirections) {
    options.profiles[direction].queue_bytes = kQueueBytes;
  }
  ProfileOptions add(command, options.profiles);
  add.Add("--delay", "How long each datagram takes", "TIME", &ParseDuration, &Profile::delay)
      ->group(kPath);
  add.Add("--jitter", "On top of that, evenly distributed from nothing to this", "TIME",
          &ParseDuration, &Profile::jitter)
      ->group(kPath);
  command
      .add_flag_callback(
          "--jitter-reorders",
          [&options] {
            for (const Direction direction : kDirections) {
              options.profiles[direction].jitter_reorders = true;
            }
          },
          "Let jitter change the order; otherwise a datagram waits for those before it")
      ->group(kPath);
  add.Add("--rate", "Bits a second of UDP payload that pass, of each client: 2M", "RATE",
          &ParseRate, &Profile::bits_per_second)
      ->group(kPath);
  add.Add("--queue", "How much may wait at that rate; what finds no room is dropped", "SIZE",
          &ParseBytes, &Profile::queue_bytes)
      ->default_str("64kB")
      ->group(kPath);
}

void AddRun(CLI::App& command, ImpairArguments& arguments) {
  ForwarderOptions& options = arguments.forwarder;
  command
      .add_option("--seed", options.seed,
                  "Decides which datagrams the faults hit; the same traffic with the same seed has "
                  "the same faults")
      ->capture_default_str()
      ->group(kRun);
  AddTime(command, "--duration", arguments.length, "End by itself after this time")
      ->default_str("until it is stopped")
      ->group(kRun);
  AddTime(command, "--after", options.bad_after,
          "The network is good until then: it hands on at once and unharmed")
      ->group(kRun);
  AddTime(command, "--for", options.bad_for, "How long it is bad, before it is good again")
      ->default_str("to the end")
      ->group(kRun);
  AddTime(command, "--rebind-every", options.rebind_every,
          "Send from other ports so often, as a NAT that forgets")
      ->default_str("never")
      ->group(kRun);
  command.add_option("--max-clients", options.max_clients, "How many there may be")
      ->check(CLI::Range(size_t{1}, kMostClients))
      ->capture_default_str()
      ->group(kRun);
  AddTime(command, "--expire", options.client_expiry, "Forget a client that is silent for so long")
      ->group(kRun);
  command
      .add_option("--max-in-flight", options.max_in_flight,
                  "How many datagrams may be on their way; each takes up to 64 KiB")
      ->check(CLI::Range(size_t{1}, kMostInFlight))
      ->capture_default_str()
      ->group(kRun);
  command.add_flag("--json", arguments.json, "Print the figures as JSON")->group(kRun);
}

}  // namespace

DirectedText ParseDirected(std::string_view text) {
  constexpr std::string_view kUp = "up=";
  constexpr std::string_view kDown = "down=";
  if (text.starts_with(kUp)) return {.down = false, .value = text.substr(kUp.size())};
  if (text.starts_with(kDown)) return {.up = false, .value = text.substr(kDown.size())};
  return {.value = text};
}

void AddImpairOptions(CLI::App& command, ImpairArguments& arguments) {
  AddAddresses(command, arguments.forwarder);
  AddFaults(command, arguments.forwarder);
  AddPath(command, arguments.forwarder);
  AddRun(command, arguments);
  command.get_option("--from")->excludes("--max-clients")->excludes("--rebind-every");
}

absl::Status CheckImpairments(const ForwarderOptions& options) {
  for (const Direction direction : kDirections) {
    const Profile& profile = options.profiles[direction];
    const double most = impair::MaxBurstLoss(profile.mean_burst);
    if (profile.burst_loss <= most) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("--burst-loss ", RoundedShare(profile.burst_loss), ": bursts of ",
                     profile.mean_burst, " with one datagram between two of them lose ",
                     RoundedShare(most), "; make --burst-length longer"));
  }
  return absl::OkStatus();
}

}  // namespace baton::bench
