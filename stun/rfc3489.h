// What is left of RFC 3489, the first STUN, whose clients are still packaged: Binding requests
// without a magic cookie, whose transaction id has 128 bits (RFC 5389 section 12.2).
#pragma once

#include <cstddef>

#include "base/address.h"
#include "base/bytes.h"

namespace baton::stun {

// A Binding request by its type and length, with no magic cookie.
bool LooksLikeRfc3489Request(Bytes datagram);

// True if the request, which looks like one, wants no more than its address from where it asked: at
// most a CHANGE-REQUEST that changes nothing, and attributes that may be ignored.
bool IsPlainRfc3489Request(Bytes request);

// A Binding response with MAPPED-ADDRESS. Returns its size; `out` has 44 bytes or more.
size_t WriteRfc3489Response(Bytes request, const TransportAddress& source, MutableBytes out);

}  // namespace baton::stun
