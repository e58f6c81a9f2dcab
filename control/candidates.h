// The node's ICE candidates as SDP names them.
#pragma once

#include <cstddef>
#include <string>

#include "base/address.h"

namespace baton::control {

// The value of an a=candidate attribute (RFC 8839 section 5.1) for the `index`th (from 0, best
// first) of a shard's media addresses: a host candidate of component 1 over UDP.
std::string CandidateLine(const TransportAddress& address, size_t index);

}  // namespace baton::control
