#include "cmd/batonctl/input/extensions.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/batonctl/input/number.h"
#include "cmd/batonctl/output/safe_text.h"
#include "rtp/header_extensions.h"

namespace baton::cli {
namespace {

constexpr uint64_t kMaxId = 255;

// By rtp::ExtensionKind.
constexpr std::array<const char*, rtp::kExtensionKinds> kNames = {
    "mid",
    "rid",
    "repaired-rid",
    "audio-level",
    "transport-cc",
    "abs-send-time",
    "transmission-offset",
    "dependency-descriptor",
    "video-orientation",
    "playout-delay",
    "video-timing",
    "content-type",
    "color-space",
    "abs-capture-time",
};
static_assert(kNames.back() != nullptr);

std::optional<std::string> UriOf(std::string_view name) {
  if (name.find(':') != std::string_view::npos) return std::string(name);
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return std::string(rtp::Uri(static_cast<rtp::ExtensionKind>(found - kNames.begin())));
}

}  // namespace

absl::StatusOr<control::v1::HeaderExtension> ParseExtension(std::string_view text) {
  const size_t equals = text.rfind('=');
  if (equals == std::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "\"", SafeText(text), "\" is not a header extension: write NAME=ID, like mid=3"));
  }
  const std::optional<std::string> uri = UriOf(text.substr(0, equals));
  if (!uri) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no header extension \"", SafeText(text.substr(0, equals)),
                     "\": write its URI, or one of ", ExtensionNames()));
  }
  const absl::StatusOr<uint64_t> id = ParseUnsigned(text.substr(equals + 1), kMaxId);
  if (!id.ok()) return id.status();
  control::v1::HeaderExtension extension;
  extension.set_uri(*uri);
  extension.set_id(static_cast<uint32_t>(*id));
  return extension;
}

std::string ExtensionName(const std::string& uri) {
  const std::optional<rtp::ExtensionKind> kind = rtp::ExtensionKindOf(uri);
  return kind ? kNames[static_cast<size_t>(*kind)] : uri;
}

std::string ExtensionNames() { return absl::StrJoin(kNames, ", "); }

}  // namespace baton::cli
