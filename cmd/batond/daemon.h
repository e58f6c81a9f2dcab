// A node's life: everything that batond starts, in order, until it is told to stop.
//
// The thread that calls Run() is the control thread: the control protocol, admin HTTP, signals and
// timers all run on it. Shards and the STUN server have threads of their own (cmd/node).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/clock.h"
#include "cmd/batond/ready_line.h"
#include "cmd/node/node.h"
#include "control/admin_http.h"
#include "control/baton_record.h"
#include "control/recordings.h"
#include "control/server.h"

#include "proto/config.pb.h"

namespace baton {

// The host's clocks, for recordings.
class HostClock final : public control::RecordingClock {
 public:
  TimePoint Now() const override { return MonotonicNow(); }
  int64_t UnixUs() const override { return RealtimeNowNs() / 1000; }
};

class Daemon final : private control::AdminPages {
 public:
  // `config` is checked and complete. `signal_fd` becomes readable when it is time to stop
  // (cmd/batond/signals.h); the daemon closes it.
  Daemon(config::Config config, int signal_fd);
  ~Daemon() override;

  // Starts, says so on standard output, and returns when everything has ended: OK if it was told
  // to, otherwise what failed.
  absl::Status Run();

 private:
  enum class Phase { kStarting, kReady, kStopping };

  absl::Status Start();
  absl::Status StartAdmin();
  absl::Status StartNode();
  void ReportSocketBuffers();
  absl::Status StartControl();
  absl::Status StartRecordings();
  BoundAddresses Addresses() const;
  absl::Status SayReady();
  void WaitForOutputs();
  void WaitForSignal();
  void Tick();
  void FeedWatchdog();
  void BeginStop();
  void CloseControl();

  // control::AdminPages:
  std::string Metrics() override;
  control::Health Live() override;
  control::Health Ready() override;
  std::string ConfigYaml() override;

  const config::Config config_;
  const HostClock clock_;
  Phase phase_ = Phase::kStarting;
  boost::asio::io_context io_{1};
  boost::asio::posix::stream_descriptor signal_;
  boost::asio::posix::stream_descriptor outputs_;
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer watchdog_;
  std::unique_ptr<Node> node_;
  std::unique_ptr<control::Server> control_;
  control::RecordingLog recording_log_;
  std::unique_ptr<control::BatonRecord> baton_record_;
  std::unique_ptr<control::Recordings> recordings_;
  std::unique_ptr<control::AdminServer> admin_;
};

}  // namespace baton
