#include "cmd/batond/service_notify.h"

#include <systemd/sd-daemon.h>

namespace baton {
namespace {

// A manager that does not listen is no reason to stop.
void Notify(const std::string& state) { static_cast<void>(sd_notify(0, state.c_str())); }

}  // namespace

void NotifyReady(const std::string& status) { Notify("READY=1\nSTATUS=" + status); }
void NotifyStopping(const std::string& status) { Notify("STOPPING=1\nSTATUS=" + status); }
void NotifyWatchdog() { Notify("WATCHDOG=1"); }

std::optional<Duration> WatchdogInterval() {
  uint64_t patience_us = 0;
  if (sd_watchdog_enabled(0, &patience_us) <= 0) return std::nullopt;
  return std::chrono::microseconds(patience_us / 2);
}

}  // namespace baton
