// Which of a room's tracks a recording has. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "relay/model.h"

#include "proto/control.pb.h"

namespace baton::control {

class TrackSelection {
 public:
  static constexpr int kMaxPatterns = 64;

  // All tracks.
  TrackSelection() = default;

  // INVALID_ARGUMENT that says which pattern is wrong and what they look like.
  static absl::StatusOr<TrackSelection> FromMessage(const v1::TrackSelection& message);

  bool Has(std::string_view publisher, std::string_view track, relay::MediaKind kind) const;

  // As it was asked for.
  const v1::TrackSelection& message() const { return message_; }
  // Whether the same was asked for, word by word.
  bool operator==(const TrackSelection& other) const;

 private:
  v1::TrackSelection message_;
};

// Whether `text` is as `pattern` says: '*' stands for any number of characters, '?' for one.
bool MatchesPattern(std::string_view pattern, std::string_view text);

}  // namespace baton::control
