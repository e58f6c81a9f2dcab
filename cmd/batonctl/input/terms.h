// The small notations of the command line.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "proto/control.pb.h"

namespace baton::cli {

// "VP8/90000", "opus/48000/2". What the encoding may be called is the node's to judge.
absl::StatusOr<control::v1::Codec> ParseCodec(std::string_view text);
// The same, back.
std::string FormatCodec(const control::v1::Codec& codec);

// "alice/cam": a track, by the endpoint that publishes it and its name.
struct TrackReference {
  std::string publisher;
  std::string track;
};
absl::StatusOr<TrackReference> ParseTrackReference(std::string_view text);

// "42" or "1234:42": a revision, of the node's present run or of the one with that epoch.
absl::StatusOr<control::v1::Position> ParsePosition(std::string_view text, uint64_t present_epoch);

}  // namespace baton::cli
