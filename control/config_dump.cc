#include <google/protobuf/message.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "control/config.h"
#include "control/config_schema.h"

namespace baton::control {
namespace {

using google::protobuf::Message;

// Strings are printable (the loader sees to it), so two characters need an escape.
std::string Quote(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

std::string ScalarText(const Field& field, const Message& message) {
  const auto& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "true" : "false";
    case Field::CPPTYPE_ENUM:
      return WordOf(*reflection.GetEnum(message, &field));
    case Field::CPPTYPE_UINT32:
      return FormatQuantity(field, reflection.GetUInt32(message, &field));
    case Field::CPPTYPE_UINT64:
      return FormatQuantity(field, reflection.GetUInt64(message, &field));
    default:
      return Quote(reflection.GetString(message, &field));
  }
}

std::string ListText(const Field& field, const Message& message) {
  const auto& reflection = *message.GetReflection();
  std::vector<std::string> items;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    items.push_back(field.cpp_type() == Field::CPPTYPE_STRING
                        ? Quote(reflection.GetRepeatedString(message, &field, i))
                        : absl::StrCat(reflection.GetRepeatedUInt32(message, &field, i)));
  }
  return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
}

void DumpSection(const Message& message, const std::string& indent, std::string& out) {
  const Section& section = *message.GetDescriptor();
  for (int i = 0; i < section.field_count(); ++i) {
    const Field& field = *section.field(i);
    absl::StrAppend(&out, indent, KeyOf(field), ":");
    if (KindOf(field) == ValueKind::kSection) {
      out += '\n';
      DumpSection(message.GetReflection()->GetMessage(message, &field), indent + "  ", out);
    } else {
      absl::StrAppend(&out, " ",
                      field.is_repeated() ? ListText(field, message) : ScalarText(field, message),
                      "\n");
    }
  }
}

}  // namespace

std::string DumpConfig(const config::Config& config) {
  std::string out;
  DumpSection(config, "", out);
  return out;
}

}  // namespace baton::control
