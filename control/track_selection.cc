#include "control/track_selection.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "control/quote.h"
#include "relay/names.h"

namespace baton::control {
namespace {

// What stands for a name: its characters, '*' and '?'.
bool IsNamePattern(std::string_view text) {
  std::string name(text);
  std::replace(name.begin(), name.end(), '*', '_');
  std::replace(name.begin(), name.end(), '?', '_');
  return relay::IsValidName(name);
}

bool IsTrackPattern(std::string_view pattern) {
  const size_t slash = pattern.find('/');
  if (slash == std::string_view::npos) return IsNamePattern(pattern);
  return IsNamePattern(pattern.substr(0, slash)) && IsNamePattern(pattern.substr(slash + 1));
}

bool Matches(std::string_view pattern, std::string_view publisher, std::string_view track) {
  const size_t slash = pattern.find('/');
  if (!MatchesPattern(pattern.substr(0, slash), publisher)) return false;
  return slash == std::string_view::npos || MatchesPattern(pattern.substr(slash + 1), track);
}

}  // namespace

bool MatchesPattern(std::string_view pattern, std::string_view text) {
  // After a mismatch only the last '*' has to take one character more: linear in pattern x text.
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

absl::StatusOr<TrackSelection> TrackSelection::FromMessage(const v1::TrackSelection& message) {
  if (message.patterns_size() > kMaxPatterns) {
    return absl::InvalidArgumentError(
        absl::StrCat(message.patterns_size(), " patterns of tracks are too many: give at most ",
                     kMaxPatterns, ", and use '*'"));
  }
  for (const std::string& pattern : message.patterns()) {
    if (IsTrackPattern(pattern)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the pattern ", Quoted(pattern, 160),
                     " of tracks is not allowed: write PUBLISHER/TRACK, with '*' and '?' for any "
                     "characters, as in alice/cam, alice/* or */mic"));
  }
  const bool known = message.kind() == v1::MEDIA_KIND_UNSPECIFIED ||
                     message.kind() == v1::MEDIA_KIND_AUDIO ||
                     message.kind() == v1::MEDIA_KIND_VIDEO;
  if (!known) {
    return absl::InvalidArgumentError(
        absl::StrCat("media kind ", static_cast<int>(message.kind()),
                     " is not known: use AUDIO (1), VIDEO (2), or none for both"));
  }
  TrackSelection selection;
  selection.message_ = message;
  return selection;
}

bool TrackSelection::Has(std::string_view publisher, std::string_view track,
                         relay::MediaKind kind) const {
  const v1::MediaKind wanted = message_.kind();
  const v1::MediaKind is =
      kind == relay::MediaKind::kAudio ? v1::MEDIA_KIND_AUDIO : v1::MEDIA_KIND_VIDEO;
  if (wanted != v1::MEDIA_KIND_UNSPECIFIED && wanted != is) return false;
  const auto& patterns = message_.patterns();
  return patterns.empty() ||
         std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
           return Matches(pattern, publisher, track);
         });
}

bool TrackSelection::operator==(const TrackSelection& other) const {
  const auto& a = message_.patterns();
  const auto& b = other.message_.patterns();
  return message_.kind() == other.message_.kind() &&
         std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace baton::control
