// Which address of this host its kernel sends from.
#pragma once

#include "absl/status/statusor.h"
#include "base/address.h"

namespace baton::bench {

// Towards `remote`, by the routes as they are now. Sends nothing. An error if there is no route.
absl::StatusOr<IpAddress> LocalAddressTowards(const TransportAddress& remote);

}  // namespace baton::bench
