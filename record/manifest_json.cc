#include "record/manifest_json.h"

#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"

namespace baton::record {
namespace {

constexpr uint32_t kVersion = 1;

}  // namespace

std::string ManifestToJson(const v1::Manifest& manifest) {
  v1::Manifest versioned = manifest;
  versioned.set_version(kVersion);
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.add_whitespace = true;
  std::string json;
  const google::protobuf::LogSilencer silencer;
  BATON_CHECK(google::protobuf::util::MessageToJsonString(versioned, &json, options).ok());
  return json;
}

absl::StatusOr<v1::Manifest> ManifestFromJson(std::string_view json) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  v1::Manifest manifest;
  const google::protobuf::LogSilencer silencer;
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(json.data(), json.size()), &manifest, options);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the manifest is not valid: ",
                     absl::string_view(status.message().data(), status.message().size())));
  }
  if (manifest.version() != kVersion) {
    return absl::InvalidArgumentError(
        absl::StrCat("the manifest has version ", manifest.version(), ", and not ", kVersion));
  }
  return manifest;
}

}  // namespace baton::record
