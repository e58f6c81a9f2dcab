// Header extensions (RFC 8285) as people name them: by a short name instead of the URI.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "proto/control.pb.h"

namespace baton::cli {

// "mid=3", "urn:ietf:params:rtp-hdrext:sdes:mid=3". What has a colon is a URI, which may be one
// that this program does not know; anything else is a short name.
absl::StatusOr<control::v1::HeaderExtension> ParseExtension(std::string_view text);

// The short name of a URI, or the URI where it has none.
std::string ExtensionName(const std::string& uri);

// All short names, for help: "mid, rid, ...".
std::string ExtensionNames();

}  // namespace baton::cli
