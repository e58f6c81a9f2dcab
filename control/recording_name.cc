#include "control/recording_name.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "control/quote.h"

namespace baton::control {
namespace {

// What a name may have beside what a number behind it needs.
constexpr size_t kNumberSize = 12;

bool IsNameCharacter(char c) {
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("._-@:+=~").find(c) != std::string_view::npos;
}

bool MayBegin(char c) { return c != '.' && c != '-'; }

std::string Format(const char* format, int64_t unix_s) {
  const time_t time = unix_s;
  tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 64> text;
  return std::string(text.data(), strftime(text.data(), text.size(), format, &utc));
}

// What stands for `word` (without its braces); nothing if it is not known.
std::optional<std::string> ValueOf(std::string_view word, const NameValues& values) {
  if (word == "room") return std::string(values.room);
  if (word == "date") return Format("%Y%m%d", values.started_unix_s);
  if (word == "time") return Format("%Y%m%dT%H%M%SZ", values.started_unix_s);
  if (word == "id") return absl::StrFormat("%08x", values.id);
  return std::nullopt;
}

absl::Status PatternError(std::string_view pattern, const char* what) {
  return absl::InvalidArgumentError(
      absl::StrCat("the name ", Quoted(pattern, kMaxNamePatternSize), " of a recording ", what,
                   ": use 1 to 128 ASCII letters, digits and \"._-@:+=~\", the first no '.' or "
                   "'-', with {room}, "
                   "{date}, {time} and {id}"));
}

}  // namespace

absl::Status CheckNamePattern(std::string_view pattern) {
  return ExpandNamePattern(pattern, NameValues{.room = "r"}).status();
}

absl::StatusOr<std::string> ExpandNamePattern(std::string_view pattern, const NameValues& values) {
  if (pattern.empty() || pattern.size() > kMaxNamePatternSize) {
    return PatternError(pattern, "is empty or too long");
  }
  if (!MayBegin(pattern.front())) return PatternError(pattern, "begins with '.' or '-'");
  std::string name;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    if (rest.front() != '{') {
      if (!IsNameCharacter(rest.front())) return PatternError(pattern, "is not allowed");
      name += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const size_t end = rest.find('}');
    if (end == std::string_view::npos) return PatternError(pattern, "has a '{' without '}'");
    const std::optional<std::string> value = ValueOf(rest.substr(1, end - 1), values);
    if (!value) return PatternError(pattern, "has something unknown in braces");
    name += *value;
    rest.remove_prefix(end + 1);
  }
  if (!MayBegin(name.front())) name.front() = '_';
  if (name.size() > kMaxRecordingNameSize - kNumberSize) {
    return PatternError(pattern, "becomes too long for a directory");
  }
  return name;
}

std::string NumberedName(const std::string& name, uint32_t attempt) {
  return attempt <= 1 ? name : absl::StrCat(name, "-", attempt);
}

bool IsRecordingName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxRecordingNameSize && MayBegin(name.front()) &&
         std::all_of(name.begin(), name.end(), IsNameCharacter);
}

}  // namespace baton::control
