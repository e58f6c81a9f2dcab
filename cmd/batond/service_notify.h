// What a service manager is told (sd_notify(3)); nothing where there is none.
#pragma once

#include <optional>
#include <string>

#include "base/time_point.h"

namespace baton {

void NotifyReady(const std::string& status);
void NotifyStopping(const std::string& status);
void NotifyWatchdog();

// How often NotifyWatchdog() is wanted: half of the manager's patience.
std::optional<Duration> WatchdogInterval();

}  // namespace baton
