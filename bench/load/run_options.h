// How a run is done, beside what its scenario says.
#pragma once

#include <atomic>
#include <string>

#include "bench/load/progress.h"
#include "bench/load/result.h"
#include "control/client.h"

namespace baton::bench {

struct RunOptions {
  control::ClientOptions control;           // the node
  std::string stun_server;                  // host:port, for STUN loads
  std::string admin;                        // the node's admin HTTP, host:port; empty: do without
  bool gso = true;                          // see GeneratorOptions
  Environment environment;                  // without the node's part
  Progress* progress = nullptr;             // may be null
  const std::atomic<bool>* stop = nullptr;  // set when the user wants an end; not null
};

}  // namespace baton::bench
