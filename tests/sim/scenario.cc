#include "tests/sim/scenario.h"

#include <algorithm>
#include <array>

#include "tests/sim/engine/random_stream.h"
#include "tests/sim/engine/virtual_clock.h"

namespace baton::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

double Share(Random& random, double max) {
  return max * static_cast<double>(random.Below(1'000'001)) / 1e6;
}

// Most faults are absent from most runs: those that are there then stand out, and runs differ.
bool Sometimes(Random& random) { return random.OneIn(3); }

// Most of them are there in most runs.
Features DrawFeatures(Random& random) {
  Features features;
  for (bool* feature : {&features.key_frames_when_asked, &features.layers, &features.simulcast,
                        &features.source_switch, &features.rtx, &features.extensions,
                        &features.rids, &features.opaque, &features.speaker_limits}) {
    *feature = !Sometimes(random);
  }
  return features;
}

void DrawNetwork(Random& random, Scenario& scenario) {
  if (Sometimes(random)) scenario.loss_max = Share(random, 0.1);
  if (Sometimes(random)) scenario.burst_loss_max = Share(random, 0.1);
  if (Sometimes(random)) scenario.duplicate_max = Share(random, 0.05);
  if (Sometimes(random)) scenario.reorder_max = Share(random, 0.05);
  if (random.OneIn(6)) scenario.corrupt = 0.001;
  scenario.delay_max = Between(random, milliseconds(1), milliseconds(150));
  if (Sometimes(random)) scenario.jitter_max = Between(random, milliseconds(1), milliseconds(40));
  if (Sometimes(random)) scenario.clogs_per_million = 300'000;
  if (Sometimes(random)) scenario.slow_per_million = 300'000;
  if (Sometimes(random)) scenario.move_interval = Between(random, seconds(1), seconds(10));
  if (Sometimes(random)) scenario.restart_interval = Between(random, seconds(1), seconds(10));
  if (Sometimes(random)) scenario.attack_interval = Between(random, milliseconds(5), seconds(1));
}

IoFaults DrawIoFaults(Random& random, TimePoint until) {
  IoFaults faults;
  const auto draw = [&random] {
    return Sometimes(random) ? static_cast<uint32_t>(Between(random, 1'000, 200'000)) : 0;
  };
  faults.interrupted = draw();
  faults.partial = draw();
  faults.late = draw();
  faults.kept_back = draw();
  faults.disarmed = draw();
  faults.stolen_buffers = draw();
  faults.slow_receive = draw();
  faults.until = until;
  return faults;
}

SendRefusals::Config DrawRefusals(Random& random, TimePoint until) {
  SendRefusals::Config refusals;
  if (Sometimes(random)) refusals.paths_per_million = static_cast<uint32_t>(random.Below(kAlways));
  if (Sometimes(random)) refusals.route_period = Between(random, seconds(1), seconds(20));
  if (Sometimes(random)) {
    refusals.spell_period = Between(random, milliseconds(200), seconds(5));
    refusals.spell_length = refusals.spell_period / static_cast<int64_t>(Between(random, 2, 20));
    refusals.refused_per_million = static_cast<uint32_t>(random.Below(kAlways));
  }
  refusals.until = until;
  return refusals;
}

// Sockets of node `index`: one for each family, or for IPv4 only.
std::vector<TransportAddress> Addresses(uint32_t index, bool with_ipv6) {
  const auto number = static_cast<uint8_t>(index + 1);
  std::vector<TransportAddress> addresses = {{IpAddress::V4({198, 51, 100, number}), 7882}};
  if (with_ipv6) {
    std::array<uint8_t, 16> ip = {0x20, 0x01, 0x0d, 0xb8};
    ip[15] = number;
    addresses.push_back({IpAddress::V6(ip), 7882});
  }
  return addresses;
}

NodeConfig DrawNode(uint32_t index, Random& random, const ScenarioOptions& options,
                    const Scenario& scenario) {
  NodeConfig node;
  const bool uring = random.OneIn(2);
  node.backend = options.backend.value_or(uring ? net::IoBackend::kUring : net::IoBackend::kEpoll);
  node.loop.bind = Addresses(index, scenario.ipv6_per_million > 0);
  node.loop.rx_buffers = Between(random, 8, 64);
  node.loop.receive_runs = random.OneIn(2);
  node.loop.max_batch = Sometimes(random) ? Between(random, 1, 32) : 256;
  node.core.limits = {.rooms = scenario.rooms + 1,
                      .endpoints = 24,
                      .tracks = 48,
                      .streams = 80,
                      .legs = 200,
                      .endpoints_per_room = 12,
                      .tracks_per_endpoint = 4,
                      .legs_per_track = 12};
  node.loop.destinations = node.core.limits.endpoints;
  node.core.sockets = node.loop.bind;
  node.core.own_addresses = node.loop.bind;
  node.core.consent_timeout = seconds(5);
  node.core.check_interval = milliseconds(1500);
  node.core.media_timeout = seconds(3);
  node.core.pad_runs = !Sometimes(random);
  node.core.history_bytes = Sometimes(random) ? Between(random, 0, 400'000) : size_t{4} << 20;
  node.core.history_age = Between(random, milliseconds(200), milliseconds(2'000));
  for (uint64_t& word : node.core.seed) word = random();
  for (uint8_t& byte : node.core.transaction_secret) byte = static_cast<uint8_t>(random.Below(256));
  node.sockets.tight_queue_bytes = Between(random, 10'000, 100'000);
  if (Sometimes(random)) node.sockets.tight_until = scenario.calm;
  if (node.loop.receive_runs)
    node.sockets.gro_window = Between(random, microseconds(1), milliseconds(2));
  node.sockets.refusals = DrawRefusals(random, scenario.calm);
  node.faults = DrawIoFaults(random, scenario.calm);
  node.wake_delay_max = Between(random, microseconds(10), milliseconds(5));
  return node;
}

// Ways that do not take every run stay: that they are refused and remembered is the loops' doing.
void TakeKernelFaultsAway(NodeConfig& node) {
  node.faults = {};
  node.sockets.refusals.spell_period = {};
  node.sockets.tight_until = {};
  node.loop.rx_buffers = 4096;
  node.loop.max_batch = 4096;
}

}  // namespace

Scenario DrawScenario(uint64_t seed, const ScenarioOptions& options) {
  Random random = RandomStream(seed, "scenario");
  Scenario scenario;
  scenario.seed = seed;
  scenario.features = DrawFeatures(random);
  scenario.end = kBeginning + options.length;
  scenario.calm = scenario.end - std::max(options.length / 4, Duration(seconds(8)));
  scenario.rooms = static_cast<uint32_t>(Between(random, 1, 3));
  scenario.endpoints_per_room = static_cast<uint32_t>(Between(random, 2, 5));
  scenario.change_interval = Between(random, milliseconds(100), seconds(3));
  if (!Sometimes(random)) scenario.ice_per_million = static_cast<uint32_t>(random.Below(kAlways));
  if (Sometimes(random)) scenario.ipv6_per_million = static_cast<uint32_t>(random.Below(kAlways));
  if (!options.kernel_faults) scenario.ipv6_per_million = 0;
  DrawNetwork(random, scenario);
  const uint32_t nodes = random.OneIn(4) ? 2 : 1;
  for (uint32_t i = 0; i < nodes; ++i) {
    scenario.nodes.push_back(DrawNode(i, random, options, scenario));
  }
  for (NodeConfig& node : scenario.nodes) {
    if (!options.kernel_faults) TakeKernelFaultsAway(node);
    node.core.own_addresses.clear();
    for (uint32_t i = 0; i < nodes; ++i) {
      for (const TransportAddress& address : Addresses(i, scenario.ipv6_per_million > 0)) {
        node.core.own_addresses.push_back(address);
      }
    }
  }
  return scenario;
}

LinkConfig DrawLink(const Scenario& scenario, Random& random) {
  LinkConfig link;
  impair::Profile& profile = link.profile;
  profile.loss = Share(random, scenario.loss_max);
  profile.mean_burst = static_cast<double>(Between(random, 2, 30));
  profile.burst_loss = Share(random, scenario.burst_loss_max);
  profile.duplicate = Share(random, scenario.duplicate_max);
  profile.reorder = Share(random, scenario.reorder_max);
  profile.reorder_by = Between(random, milliseconds(1), milliseconds(60));
  profile.corrupt = scenario.corrupt;
  profile.delay = Between(random, microseconds(200), scenario.delay_max);
  profile.jitter = Between(random, Duration{}, scenario.jitter_max);
  profile.jitter_reorders = random.OneIn(2);
  if (Happens(random, scenario.slow_per_million)) {
    profile.bits_per_second = Between(random, 200'000, 3'000'000);
    // Of 50 ms to 1.5 s.
    profile.queue_bytes = profile.bits_per_second / 8 * Between(random, 50, 1'500) / 1'000;
  }
  if (Happens(random, scenario.clogs_per_million)) {
    TimePoint from = kBeginning;
    while (true) {
      from += Between(random, seconds(1), seconds(15));
      const TimePoint until = from + Between(random, milliseconds(50), seconds(6));
      if (until >= scenario.calm) break;
      link.clogs.push_back({from, until, random.OneIn(2)});
      from = until;
    }
  }
  link.heals = scenario.calm;
  return link;
}

}  // namespace baton::sim
