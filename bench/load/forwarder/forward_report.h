// What a forwarder did, for people and for programs.
#pragma once

#include <string>

#include "base/address.h"
#include "base/time_point.h"
#include "bench/load/forwarder/forward_counts.h"
#include "bench/load/result_json.h"

namespace baton::bench {

struct ForwardResult {
  TransportAddress listen;
  TransportAddress server;
  uint64_t seed = 0;
  Duration length{};
  ForwardCounts counts;
};

// One line, to whoever started it: {"event":"ready","listen":"127.0.0.1:40000"} with a newline.
std::string ForwardReadyLine(const TransportAddress& listen);

// A live line: "12 s  2 clients  up 1,234 received, 5.02 % lost  down 0 received".
std::string ForwardProgress(const ForwardCounts& counts, Duration since_begin);

// Why datagrams were lost that were not to be: the run is INVALID. Empty if none were.
std::string ForwardTrouble(const ForwardCounts& counts);

// The verdict, and a table with what there was. Ends with a newline.
std::string ForwardText(const ForwardResult& result);

// As docs/benchmark.md describes it.
Json ForwardJson(const ForwardResult& result);

}  // namespace baton::bench
