// Requests to a server and its answers: STUN Binding requests, each client with at most one under
// way, a burst being one request each of as many clients.
#pragma once

#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/time_point.h"
#include "bench/yardsticks/measurement.h"
#include "bench/yardsticks/options.h"
#include "bench/yardsticks/subject.h"
#include "net/unique_fd.h"

namespace baton::bench {

class RequestRun {
 public:
  // All of them outlive this.
  RequestRun(const Options& options, const Subject& subject);

  // Warms up, then measures. Each part begins and ends with nothing under way.
  Measurement Measure();

 private:
  struct Client {
    net::UniqueFd socket;
    bool timestamps = false;
    bool waiting = false;
    uint64_t requests = 0;
    int64_t sent_ns = 0;  // CLOCK_REALTIME
  };

  void Run(Duration duration);
  void RunPaced(Duration duration);
  void RunSaturated(Duration duration);
  // The next client's, if its last one has been answered.
  bool SendNext();
  // One pass over the clients that wait. Returns how many answers it found.
  uint64_t Collect(TimePoint deadline);
  bool CollectOne(Client& client);
  void CollectAll();

  const Options& options_;
  const Subject& subject_;
  std::vector<Client> clients_;
  size_t next_to_send_ = 0;
  size_t next_to_collect_ = 0;
  uint64_t waiting_ = 0;
  Measurement found_;
};

}  // namespace baton::bench
