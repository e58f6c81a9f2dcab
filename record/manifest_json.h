// The manifest of a recording as it lies on disk: docs/recording-manifest.md.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "proto/record.pb.h"

namespace baton::record {

inline constexpr std::string_view kManifestName = "manifest.json";
// Its name while the recording runs, and after a crash.
inline constexpr std::string_view kManifestPartName = "manifest.json.part";
// Longer ones are not read.
inline constexpr size_t kMaxManifestSize = size_t{64} << 20;

// Text with line breaks and one at its end. Its dates are of the years 1 to 9999: the caller's
// duty, and so in whatever ManifestFromJson() gave.
std::string ManifestToJson(const v1::Manifest& manifest);

// INVALID_ARGUMENT if it is no manifest, or one of another version. Fields that are not known are
// left out.
absl::StatusOr<v1::Manifest> ManifestFromJson(std::string_view json);

}  // namespace baton::record
