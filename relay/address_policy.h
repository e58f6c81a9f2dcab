// Whether a remote address may be sent to at all.
#pragma once

#include "base/address.h"
#include "relay/config.h"

namespace baton::relay {

enum class AddressVerdict : uint8_t { kAllowed, kRefused, kOurs };

inline bool IsOwnAddress(const TransportAddress& own, const TransportAddress& remote) {
  if (own.port != remote.port || own.ip.family() != remote.ip.family()) return false;
  // A wildcard socket also hears what is sent to the host's other addresses, which are not known
  // here; loopback ones are the host's for certain.
  return own.ip == remote.ip || (own.ip.IsUnspecified() && remote.ip.IsLoopback());
}

inline AddressVerdict Judge(const CoreConfig& config, const TransportAddress& remote) {
  const IpAddress& ip = remote.ip;
  if (remote.port == 0 || ip.size() == 0 || ip.IsUnspecified() || ip.IsMulticast() ||
      ip.IsBroadcast() || ip.IsV4InV6()) {
    return AddressVerdict::kRefused;
  }
  if (ip.IsLoopback() && !config.policy.allow_loopback) return AddressVerdict::kRefused;
  if (ip.IsLinkLocal() && !config.policy.allow_link_local) return AddressVerdict::kRefused;
  for (const TransportAddress& own : config.own_addresses) {
    if (IsOwnAddress(own, remote)) return AddressVerdict::kOurs;
  }
  return AddressVerdict::kAllowed;
}

}  // namespace baton::relay
