#include "control/config_schema.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "control/config_units.h"

#include "proto/config.pb.h"

namespace baton::control {
namespace {

constexpr std::string_view kDurationSuffix = "_ms";
constexpr std::string_view kSizeSuffix = "_bytes";

const config::Rule& RuleOf(const Field& field) {
  return field.options().GetExtension(config::rule);
}

// Levenshtein's distance.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

void CollectKeys(const Section& section, const std::string& prefix, std::vector<KeyPath>& keys) {
  for (int i = 0; i < section.field_count(); ++i) {
    const Field& field = *section.field(i);
    const std::string path = prefix + KeyOf(field);
    if (KindOf(field) == ValueKind::kSection) {
      CollectKeys(*field.message_type(), path + ".", keys);
    } else {
      keys.push_back({path, &field});
    }
  }
}

std::string Example(const Field& field) {
  switch (KindOf(field)) {
    case ValueKind::kDuration:
      return "a duration such as 30s or 500ms";
    case ValueKind::kSize:
      return "a size such as 4MiB or 64kB";
    default:
      return "a whole number";
  }
}

}  // namespace

ValueKind KindOf(const Field& field) {
  const std::string_view name = field.name();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_MESSAGE:
      return ValueKind::kSection;
    case Field::CPPTYPE_BOOL:
      return ValueKind::kBool;
    case Field::CPPTYPE_ENUM:
      return ValueKind::kWord;
    case Field::CPPTYPE_STRING:
      return ValueKind::kString;
    default:
      if (name.ends_with(kDurationSuffix)) return ValueKind::kDuration;
      if (name.ends_with(kSizeSuffix)) return ValueKind::kSize;
      return ValueKind::kNumber;
  }
}

std::string KeyOf(const Field& field) {
  std::string_view name = field.name();
  const ValueKind kind = KindOf(field);
  if (kind == ValueKind::kDuration) name.remove_suffix(kDurationSuffix.size());
  if (kind == ValueKind::kSize) name.remove_suffix(kSizeSuffix.size());
  return std::string(name);
}

const Field* FindKey(const Section& section, std::string_view key) {
  for (int i = 0; i < section.field_count(); ++i) {
    if (KeyOf(*section.field(i)) == key) return section.field(i);
  }
  return nullptr;
}

std::vector<std::string> KeysOf(const Section& section) {
  std::vector<std::string> keys;
  for (int i = 0; i < section.field_count(); ++i) keys.push_back(KeyOf(*section.field(i)));
  return keys;
}

std::string WordOf(const google::protobuf::EnumValueDescriptor& value) {
  const size_t prefix = value.type()->name().size() + 1;
  return absl::AsciiStrToLower(value.name().substr(prefix));
}

const google::protobuf::EnumValueDescriptor* FindWord(const Field& field, std::string_view word) {
  const auto& type = *field.enum_type();
  for (int i = 0; i < type.value_count(); ++i) {
    if (WordOf(*type.value(i)) == word) return type.value(i);
  }
  return nullptr;
}

std::optional<uint64_t> ParseQuantity(const Field& field, std::string_view text) {
  switch (KindOf(field)) {
    case ValueKind::kDuration:
      return ParseDurationMs(text);
    case ValueKind::kSize:
      return ParseSizeBytes(text);
    default:
      return ParseWholeNumber(text);
  }
}

std::string FormatQuantity(const Field& field, uint64_t value) {
  switch (KindOf(field)) {
    case ValueKind::kDuration:
      return FormatDurationMs(value);
    case ValueKind::kSize:
      return FormatSizeBytes(value);
    default:
      return std::to_string(value);
  }
}

bool InRange(const Field& field, uint64_t value) {
  return value >= RuleOf(field).min() && value <= RuleOf(field).max();
}

std::string Wanted(const Field& field) {
  switch (KindOf(field)) {
    case ValueKind::kSection:
      return absl::StrCat("a section with keys: ",
                          absl::StrJoin(KeysOf(*field.message_type()), ", "));
    case ValueKind::kBool:
      return "true or false";
    case ValueKind::kString:
      return "a text";
    case ValueKind::kWord: {
      std::vector<std::string> words;
      const auto& type = *field.enum_type();
      for (int i = 0; i < type.value_count(); ++i) words.push_back(WordOf(*type.value(i)));
      return absl::StrCat("one of ", absl::StrJoin(words, ", "));
    }
    default:
      return absl::StrCat(Example(field), ", from ", FormatQuantity(field, RuleOf(field).min()),
                          " to ", FormatQuantity(field, RuleOf(field).max()));
  }
}

std::string Suggestion(const Section& section, std::string_view key) {
  // Longer words are nobody's slip of the finger, and the distance is quadratic.
  constexpr size_t kMaxKeySize = 64;
  if (key.size() > kMaxKeySize) return "";
  std::string normal = absl::AsciiStrToLower(std::string(key));
  std::replace(normal.begin(), normal.end(), '-', '_');
  std::string best;
  // Some slips, but never all of the word.
  size_t best_distance = std::min(1 + std::max<size_t>(2, key.size() / 3), key.size());
  for (const std::string& candidate : KeysOf(section)) {
    const size_t distance = EditDistance(normal, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  if (best.empty()) {
    for (const KeyPath& known : AllKeys()) {
      if (KeyOf(*known.field) == normal) best = known.path;
    }
  }
  return best.empty() ? "" : absl::StrCat(" (did you mean '", best, "'?)");
}

std::vector<KeyPath> AllKeys() {
  std::vector<KeyPath> keys;
  CollectKeys(*config::Config::descriptor(), "", keys);
  return keys;
}

}  // namespace baton::control
