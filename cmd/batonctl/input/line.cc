#include "cmd/batonctl/input/line.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace baton::cli {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Takes one word, whose first character `rest` begins with, off `rest`.
absl::StatusOr<std::string> TakeWord(std::string_view& rest) {
  std::string word;
  char quote = 0;
  size_t i = 0;
  for (; i < rest.size() && (quote != 0 || !IsBlank(rest[i])); ++i) {
    const char c = rest[i];
    const bool escapes = c == '\\' && (quote == 0 || (quote == '"' && i + 1 < rest.size() &&
                                                      (rest[i + 1] == '"' || rest[i + 1] == '\\')));
    if (escapes) {
      if (++i == rest.size()) {
        return absl::InvalidArgumentError("the line ends with a backslash: commands take one line");
      }
      word += rest[i];
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      word += c;
    }
  }
  if (quote != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("a quote is not closed: its ", std::string(1, quote), " is missing"));
  }
  rest.remove_prefix(i);
  return word;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> SplitLine(std::string_view line) {
  std::vector<std::string> words;
  for (;;) {
    while (!line.empty() && IsBlank(line.front())) line.remove_prefix(1);
    if (line.empty() || line.front() == '#') return words;
    absl::StatusOr<std::string> word = TakeWord(line);
    if (!word.ok()) return word.status();
    words.push_back(*std::move(word));
  }
}

}  // namespace baton::cli
