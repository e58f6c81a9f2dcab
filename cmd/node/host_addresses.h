// The addresses of this host's network interfaces.
#pragma once

#include <vector>

#include "base/address.h"

namespace baton {

// Of all interfaces that are up, loopback included. Empty if the system does not say.
std::vector<IpAddress> HostAddresses();

}  // namespace baton
