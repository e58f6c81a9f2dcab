// How the messages of proto/config.proto read as YAML: the names of keys, the kinds of values, what
// a message about a wrong one says.
#pragma once

#include <google/protobuf/descriptor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::control {

enum class ValueKind {
  kSection,
  kBool,
  kNumber,
  kDuration,  // a number of milliseconds in the message: the field's name ends in _ms
  kSize,      // a number of bytes in the message: the field's name ends in _bytes
  kWord,      // an enum
  kString,
};

using Field = google::protobuf::FieldDescriptor;
using Section = google::protobuf::Descriptor;

ValueKind KindOf(const Field& field);

// The field's name without the suffix of its unit.
std::string KeyOf(const Field& field);
// The field of `section` with that key, or null.
const Field* FindKey(const Section& section, std::string_view key);
std::vector<std::string> KeysOf(const Section& section);

// "auto" for IO_AUTO: lower case, without the name of the enum.
std::string WordOf(const google::protobuf::EnumValueDescriptor& value);
const google::protobuf::EnumValueDescriptor* FindWord(const Field& field, std::string_view word);

// For kNumber, kDuration and kSize: text to the field's unit, and back.
std::optional<uint64_t> ParseQuantity(const Field& field, std::string_view text);
std::string FormatQuantity(const Field& field, uint64_t value);
bool InRange(const Field& field, uint64_t value);

// What the field wants: "a duration such as 30s, from 100ms to 1h".
std::string Wanted(const Field& field);

// " (did you mean 'rooms'?)" or nothing; a key of another section counts if it is exactly the same.
std::string Suggestion(const Section& section, std::string_view key);

// "media.port", "control.tls.key": every key that has a value.
struct KeyPath {
  std::string path;
  const Field* field;
};
std::vector<KeyPath> AllKeys();

}  // namespace baton::control
