#include "record/file_name.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace baton::record {
namespace {

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool StaysAsItIs(char c, bool first) {
  if (IsLetterOrDigit(c) || c == '_' || c == '@' || c == '+') return true;
  return !first && (c == '.' || c == '-' || c == '~');
}

}  // namespace

std::string FileStem(std::string_view name) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string stem;
  for (const char c : name) {
    if (StaysAsItIs(c, stem.empty())) {
      stem += c;
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    stem += '=';
    stem += kDigits[byte >> 4];
    stem += kDigits[byte & 15];
  }
  return stem;
}

bool IsFileName(std::string_view name) {
  constexpr size_t kMaxLength = 255;
  if (name.empty() || name.size() > kMaxLength || name == "." || name == "..") return false;
  return std::none_of(name.begin(), name.end(), [](char c) { return c == '/' || c == '\0'; });
}

SplitName SplitFileName(std::string_view name) {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return {std::string(name), ""};
  return {std::string(name.substr(0, dot)), std::string(name.substr(dot + 1))};
}

std::string NumberedName(std::string_view stem, std::string_view extension, int number) {
  std::string name(stem);
  if (number > 1) name += "-" + std::to_string(number);
  if (!extension.empty()) name.append(".").append(extension);
  return name;
}

}  // namespace baton::record
