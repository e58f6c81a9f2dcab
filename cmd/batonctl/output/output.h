// Where results go: standard output, in the format that was asked for.
#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <ostream>
#include <string>
#include <string_view>

#include "cmd/batonctl/output/json.h"

namespace baton::cli {

enum class Format { kTable, kJson };

class Output {
 public:
  // Renders for people; not called for JSON.
  using Render = std::function<std::string()>;

  // Both streams outlive this.
  Output(Format format, std::ostream& out, std::ostream& err);

  // One result: a message, or `table` for people. JSON is one line for each result.
  void Show(const google::protobuf::Message& message, const Render& table);

  // One result that is a list: {"<key>":[...]}.
  template <class T>
  void ShowList(std::string_view key, const google::protobuf::RepeatedPtrField<T>& list,
                const Render& table) {
    Write(json() ? ListToJson(key, list) + '\n' : table());
  }

  // One result that is a text for other programs: as it is, or {"<key>":"<text>"}.
  void ShowText(std::string_view key, const std::string& text);

  // A result that is JSON already.
  void ShowJson(const std::string& json, const Render& table);

  // A line on standard error, for people. The text must be safe (SafeText).
  void Note(std::string_view text);

  bool json() const { return format_ == Format::kJson; }

 private:
  // Flushes, so that who reads a pipe gets each result when it is there.
  void Write(const std::string& text);

  Format format_;
  std::ostream& out_;
  std::ostream& err_;
};

}  // namespace baton::cli
