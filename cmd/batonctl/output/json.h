// JSON as `-o json` prints it: protobuf's canonical mapping of the messages of proto/control.proto,
// with the field names of that file, absent numbers and flags written out, on one line. Every
// protobuf library can read it back, and docs/cli.md describes it.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <string_view>

namespace baton::cli {

std::string ToJson(const google::protobuf::Message& message);

// A string value with its quotes.
std::string ToJson(std::string_view text);

// {"<key>":[...]}
template <class T>
std::string ListToJson(std::string_view key, const google::protobuf::RepeatedPtrField<T>& list) {
  std::string json = "{" + ToJson(key) + ":[";
  for (const T& element : list) {
    if (&element != &list[0]) json += ',';
    json += ToJson(element);
  }
  return json + "]}";
}

}  // namespace baton::cli
