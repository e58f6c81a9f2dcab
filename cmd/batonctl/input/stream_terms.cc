#include "cmd/batonctl/input/stream_terms.h"

#include <limits>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cmd/batonctl/input/number.h"
#include "cmd/batonctl/output/safe_text.h"

namespace baton::cli {
namespace {

constexpr uint64_t kMaxSsrc = std::numeric_limits<uint32_t>::max();
constexpr uint64_t kMaxLayer = 7;

// Sets what `key` means; NotFound for another key.
absl::Status SetPart(const std::string& key, const std::string& value,
                     control::v1::Encoding& encoding) {
  if (key == "rid") {
    encoding.set_rid(value);
    return absl::OkStatus();
  }
  if (key != "ssrc" && key != "rtx") return absl::NotFoundError(key);
  const absl::StatusOr<uint64_t> ssrc = ParseUnsigned(value, kMaxSsrc);
  if (!ssrc.ok()) return ssrc.status();
  if (key == "ssrc") encoding.set_ssrc(static_cast<uint32_t>(*ssrc));
  if (key == "rtx") encoding.set_rtx_ssrc(static_cast<uint32_t>(*ssrc));
  return absl::OkStatus();
}

absl::Status NotAnEncoding(std::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", SafeText(text),
                   "\" is not an encoding: write ssrc=SSRC,rid=RID,rtx=SSRC, or those that there "
                   "are"));
}

}  // namespace

absl::StatusOr<control::v1::Encoding> ParseEncoding(std::string_view text) {
  control::v1::Encoding encoding;
  std::set<std::string> keys;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(std::string(text), ','))) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals + 1 == part.size()) return NotAnEncoding(text);
    const std::string key = part.substr(0, equals);
    if (!keys.insert(key).second) return NotAnEncoding(text);
    const absl::Status set = SetPart(key, part.substr(equals + 1), encoding);
    if (absl::IsNotFound(set)) return NotAnEncoding(text);
    if (!set.ok()) return set;
  }
  return encoding;
}

absl::StatusOr<control::v1::Feedback> ParseFeedback(std::string_view text) {
  control::v1::Feedback feedback;
  if (text == "none") return feedback;
  for (const std::string& kind : std::vector<std::string>(absl::StrSplit(std::string(text), ','))) {
    if (kind == "nack") {
      feedback.set_nack(true);
    } else if (kind == "pli") {
      feedback.set_picture_loss(true);
    } else if (kind == "fir") {
      feedback.set_full_intra(true);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", SafeText(text),
                       "\" is not a list of feedback: write nack,pli,fir, or some of them, or "
                       "none"));
    }
  }
  return feedback;
}

std::string FormatFeedback(const control::v1::Feedback& feedback) {
  std::vector<std::string> kinds;
  if (feedback.nack()) kinds.push_back("nack");
  if (feedback.picture_loss()) kinds.push_back("pli");
  if (feedback.full_intra()) kinds.push_back("fir");
  return kinds.empty() ? "none" : absl::StrJoin(kinds, ",");
}

absl::StatusOr<std::optional<uint32_t>> ParseLayerIndex(std::string_view text) {
  if (text == "highest") return std::optional<uint32_t>();
  const absl::StatusOr<uint64_t> index = ParseUnsigned(text, kMaxLayer);
  if (!index.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", SafeText(text), "\" is not a layer: write 0 to 7, or highest"));
  }
  return std::optional<uint32_t>(static_cast<uint32_t>(*index));
}

}  // namespace baton::cli
