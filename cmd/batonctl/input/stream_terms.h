// Notations of the command line for what streams a track has, and which of them a leg forwards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "proto/control.pb.h"

namespace baton::cli {

// "ssrc=0x1234,rid=h,rtx=0x1235": each part once at most, one at least. What a RID may look like
// and which parts are needed is the node's to judge.
absl::StatusOr<control::v1::Encoding> ParseEncoding(std::string_view text);

// "nack,pli,fir", or some of them; "none".
absl::StatusOr<control::v1::Feedback> ParseFeedback(std::string_view text);
// The same, back.
std::string FormatFeedback(const control::v1::Feedback& feedback);

// "2", or "highest": nothing.
absl::StatusOr<std::optional<uint32_t>> ParseLayerIndex(std::string_view text);

}  // namespace baton::cli
