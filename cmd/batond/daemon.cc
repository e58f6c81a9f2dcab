#include "cmd/batond/daemon.h"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/memory_plan.h"
#include "cmd/batond/collect.h"
#include "cmd/batond/logging.h"
#include "cmd/batond/metrics.h"
#include "cmd/batond/service_notify.h"
#include "cmd/batond/settings.h"
#include "cmd/batond/signals.h"
#include "cmd/batond/version.h"
#include "control/config.h"
#include "net/resource_limits.h"

namespace baton {
namespace {

using boost::system::error_code;

constexpr auto kTickInterval = std::chrono::seconds(1);

std::string Join(const std::vector<TransportAddress>& addresses) {
  return absl::StrJoin(addresses, ",", [](std::string* out, const TransportAddress& address) {
    out->append(address.ToString());
  });
}

}  // namespace

Daemon::Daemon(config::Config config, int signal_fd)
    : config_(std::move(config)),
      signal_(io_, signal_fd),
      outputs_(io_),
      tick_(io_),
      watchdog_(io_) {}

Daemon::~Daemon() {
  if (control_ != nullptr) control_->set_recordings(nullptr);
  // The node owns the descriptor.
  if (outputs_.is_open()) outputs_.release();
}

absl::Status Daemon::Run() {
  if (absl::Status status = Start(); !status.ok()) return status;
  io_.run();
  node_->Stop();
  Log(LogLevel::kInfo, "stopped");
  return absl::OkStatus();
}

absl::Status Daemon::Start() {
  Log(LogLevel::kInfo, "starting",
      {{"node", config_.name()}, {"version", ThisBuild().version}, {"commit", ThisBuild().commit}});
  if (const auto limit = net::RaiseFileLimit(); !limit.ok()) {
    Log(LogLevel::kWarning, "cannot raise the limit of open files",
        {{"error", std::string(limit.status().message())}});
  }
  WaitForSignal();
  if (absl::Status status = StartNode(); !status.ok()) return status;
  if (absl::Status status = StartControl(); !status.ok()) return status;
  if (absl::Status status = StartRecordings(); !status.ok()) return status;
  if (absl::Status status = StartAdmin(); !status.ok()) return status;
  node_->Start();
  WaitForOutputs();
  Tick();
  FeedWatchdog();
  return SayReady();
}

absl::Status Daemon::StartNode() {
  auto node = Node::Create(config_);
  if (!node.ok()) return node.status();
  node_ = *std::move(node);
  const bool fell_back =
      config_.io() == config::Config::IO_AUTO && node_->backend() == net::IoBackend::kEpoll;
  Log(fell_back ? LogLevel::kWarning : LogLevel::kInfo, "input and output chosen",
      {{"io", std::string(ToString(node_->backend()))}, {"reason", node_->backend_reason()}});
  uint64_t bytes = 0;
  for (const MemoryItem& item : Node::MemoryPlan(config_)) bytes += item.bytes();
  Log(LogLevel::kInfo, "pools allocated",
      {{"bytes", absl::StrCat(bytes)}, {"shards", absl::StrCat(node_->shard_count())}});
  ReportSocketBuffers();
  return absl::OkStatus();
}

// Media that comes in bursts is lost in a buffer that is too small, so whoever asked for more than
// the kernel granted has to know.
void Daemon::ReportSocketBuffers() {
  const auto report = [](const char* setting, const char* sysctl, uint64_t wanted, int granted) {
    if (static_cast<uint64_t>(granted) >= wanted) return;
    Log(LogLevel::kWarning, "the kernel grants less socket buffer than configured",
        {{"setting", setting},
         {"wanted", absl::StrCat(wanted)},
         {"granted", absl::StrCat(granted)},
         {"remedy", absl::StrCat("raise ", sysctl, ", or give batond CAP_NET_ADMIN")}});
  };
  // One socket stands for all: they are asked for the same.
  const net::BoundSocket& socket = node_->shard(0).sockets()[0];
  report("media.socket_receive_buffer", "net.core.rmem_max",
         config_.media().socket_receive_buffer_bytes(), socket.receive_buffer_bytes);
  report("media.socket_send_buffer", "net.core.wmem_max",
         config_.media().socket_send_buffer_bytes(), socket.send_buffer_bytes);
}

absl::Status Daemon::StartControl() {
  control::ServerOptions options = ControlOptionsOf(config_);
  options.node_version = ThisBuild().version;
  // A script may make a session for each command: not for those who read along.
  options.log = [](const control::SessionNote& note) {
    if (note.reason.empty()) {
      Log(LogLevel::kDebug, note.what, {{"peer", note.peer}, {"client", note.client}});
    } else {
      Log(LogLevel::kDebug, note.what,
          {{"peer", note.peer}, {"client", note.client}, {"reason", std::string(note.reason)}});
    }
  };
  control_ = std::make_unique<control::Server>(io_, *node_, std::move(options));
  const absl::Status status = control_->Listen();
  if (status.ok()) return status;
  const char* keys = absl::IsUnavailable(status) ? "control.listen, control.port: " : "control: ";
  return absl::Status(status.code(), absl::StrCat(keys, status.message()));
}

absl::Status Daemon::StartRecordings() {
  recording_log_ = [](const control::RecordingNote& note) {
    Log(note.warning ? LogLevel::kWarning : LogLevel::kInfo, note.what,
        {{"recording", note.recording}, {"detail", note.detail}});
  };
  control::RecordingOptions options = RecordingOptionsOf(config_, ProgramBeside("baton-record"));
  baton_record_ = std::make_unique<control::BatonRecord>(io_, options.program, recording_log_);
  recordings_ = std::make_unique<control::Recordings>(io_, *control_, node_->taps(), *baton_record_,
                                                      clock_, std::move(options), recording_log_);
  control_->set_recordings(recordings_.get());
  return recordings_->Open();
}

absl::Status Daemon::StartAdmin() {
  auto admin = control::AdminServer::Listen(io_, AdminOptionsOf(config_), *this);
  if (!admin.ok()) return admin.status();
  admin_ = *std::move(admin);
  if (!admin_->address().ip.IsLoopback()) {
    Log(LogLevel::kWarning, "admin HTTP listens beyond loopback, and asks nobody who they are",
        {{"address", admin_->address().ToString()}});
  }
  return absl::OkStatus();
}

BoundAddresses Daemon::Addresses() const {
  BoundAddresses addresses{.control = control_->address(), .admin = admin_->address()};
  for (size_t i = 0; i < node_->shard_count(); ++i) {
    for (const net::BoundSocket& socket : node_->shard(i).sockets()) {
      addresses.media.push_back(socket.local);
    }
  }
  if (const StunServer* stun = node_->stun_server()) {
    for (const net::BoundSocket& socket : stun->sockets()) addresses.stun.push_back(socket.local);
  }
  return addresses;
}

absl::Status Daemon::SayReady() {
  phase_ = Phase::kReady;
  const BoundAddresses addresses = Addresses();
  const std::string line = ReadyLine(ToString(node_->backend()), addresses);
  // Nobody may be listening any more: that is theirs to know.
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    Log(LogLevel::kWarning, "cannot write the ready line on standard output",
        {{"error", std::strerror(errno)}});
  }
  Log(LogLevel::kInfo, "ready",
      {{"stun", Join(addresses.stun)},
       {"media", Join(addresses.media)},
       {"control", addresses.control.ToString()},
       {"admin", addresses.admin.ToString()}});
  NotifyReady("relaying");
  return absl::OkStatus();
}

void Daemon::WaitForOutputs() {
  if (!outputs_.is_open()) outputs_.assign(node_->output_fd());
  outputs_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    if (error) return;
    node_->DrainOutputs([this](size_t shard, relay::Output&& output) {
      control_->OnOutput(shard, std::move(output));
    });
    WaitForOutputs();
  });
}

void Daemon::WaitForSignal() {
  signal_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    if (!error) BeginStop();
  });
}

void Daemon::Tick() {
  tick_.expires_after(kTickInterval);
  tick_.async_wait([this](error_code error) {
    if (error) return;
    node_->Sample();
    Tick();
  });
}

void Daemon::FeedWatchdog() {
  const std::optional<Duration> interval = WatchdogInterval();
  if (!interval) return;
  NotifyWatchdog();
  watchdog_.expires_after(*interval);
  watchdog_.async_wait([this](error_code error) {
    if (!error) FeedWatchdog();
  });
}

void Daemon::BeginStop() {
  phase_ = Phase::kStopping;
  Log(LogLevel::kInfo, "stopping", {{"signal", absl::StrCat(CaughtSignal())}});
  NotifyStopping("stopping");
  // Files are finished while media still flows and watchers still hear of it.
  recordings_->Close([this] { CloseControl(); });
}

void Daemon::CloseControl() {
  // Sessions get their goodbye while the shards still answer what they have asked.
  control_->Close([this] { io_.stop(); });
}

std::string Daemon::Metrics() {
  NodeMetrics metrics = CollectNode(*node_);
  metrics.control = CollectControl(control_->counters());
  metrics.recorder = CollectRecordings(recordings_->counters());
  metrics.admin_connections_refused = admin_->connections_refused();
  return MetricsText(metrics, ReadProcessMetrics(), ThisBuild());
}

control::Health Daemon::Live() { return {.ok = true}; }

control::Health Daemon::Ready() {
  switch (phase_) {
    case Phase::kStarting:
      return {.reason = "starting"};
    case Phase::kReady:
      return {.ok = true};
    case Phase::kStopping:
      break;
  }
  return {.reason = "stopping"};
}

std::string Daemon::ConfigYaml() { return control::DumpConfig(config_); }

}  // namespace baton
