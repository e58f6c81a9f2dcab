#include "control/config.h"

#include <google/protobuf/message.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "control/config_defaults.h"
#include "control/config_schema.h"
#include "control/config_validate.h"

namespace baton::control {
namespace {

using google::protobuf::Message;

constexpr size_t kMaxListItems = 1024;
constexpr size_t kMaxStringSize = 4096;

std::string Where(const std::string& source, const YamlMark& mark) {
  if (mark.line == 0) return source;
  return absl::StrCat(source, ":", mark.line, ":", mark.column);
}

std::string Describe(const YamlNode& node) {
  constexpr size_t kMaxShown = 60;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a section";
    case YamlNode::Kind::kScalar:
      break;
  }
  const std::string shown = absl::CHexEscape(node.scalar.substr(0, kMaxShown));
  return absl::StrCat(node.quoted ? "the quoted text " : "", "'", shown, "'");
}

bool IsPrintable(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return false;
  }
  return true;
}

bool StoreQuantity(const YamlNode& node, const Field& field, Message& message) {
  // A quoted number is a text; a duration or a size is one anyway.
  if (node.quoted && KindOf(field) == ValueKind::kNumber) return false;
  const std::optional<uint64_t> value = ParseQuantity(field, node.scalar);
  if (!value || !InRange(field, *value)) return false;
  const auto& reflection = *message.GetReflection();
  if (field.cpp_type() == Field::CPPTYPE_UINT64) {
    reflection.SetUInt64(&message, &field, *value);
  } else if (field.is_repeated()) {
    reflection.AddUInt32(&message, &field, static_cast<uint32_t>(*value));
  } else {
    reflection.SetUInt32(&message, &field, static_cast<uint32_t>(*value));
  }
  return true;
}

// False if the scalar is not what the field wants.
bool StoreScalar(const YamlNode& node, const Field& field, Message& message) {
  if (node.kind != YamlNode::Kind::kScalar) return false;
  const auto& reflection = *message.GetReflection();
  switch (KindOf(field)) {
    case ValueKind::kSection:
      return false;
    case ValueKind::kBool:
      if (node.quoted || (node.scalar != "true" && node.scalar != "false")) return false;
      reflection.SetBool(&message, &field, node.scalar == "true");
      return true;
    case ValueKind::kWord: {
      const auto* word = FindWord(field, node.scalar);
      if (word != nullptr) reflection.SetEnum(&message, &field, word);
      return word != nullptr;
    }
    case ValueKind::kString:
      if (node.scalar.size() > kMaxStringSize || !IsPrintable(node.scalar)) return false;
      if (field.is_repeated()) {
        reflection.AddString(&message, &field, node.scalar);
      } else {
        reflection.SetString(&message, &field, node.scalar);
      }
      return true;
    default:
      return StoreQuantity(node, field, message);
  }
}

}  // namespace

void ConfigLoader::AddFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  if (file) {
    // One byte more than is allowed, so that a longer file is seen to be one.
    text.resize(kMaxConfigBytes + 1);
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<size_t>(file.gcount()));
  }
  if (!file && !file.eof()) {
    unreadable_ = true;
    return AddProblem(path, absl::StrCat("cannot be read: ", std::strerror(errno)));
  }
  AddYaml(text, path);
}

void ConfigLoader::AddYaml(std::string_view text, const std::string& source) {
  const YamlDocument document = ParseYaml(text);
  if (document.problem) {
    unreadable_ = true;
    return AddProblem(Where(source, document.problem->mark), document.problem->text);
  }
  ReadSection(document.root, source, "", loaded_.config);
}

void ConfigLoader::Set(const std::string& path, std::string_view value, const std::string& source) {
  const std::vector<std::string> keys = absl::StrSplit(path, '.');
  const YamlDocument document = ParseYaml(value);
  if (document.problem) {
    return AddProblem(source, absl::StrCat(path, ": ", document.problem->text));
  }
  // The value, put where a file would have it; marks in a flag would help nobody.
  YamlNode node = document.root;
  if (keys.size() > kMaxConfigDepth) return AddProblem(source, "no such key");
  node.mark = {};
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    YamlNode parent{.kind = YamlNode::Kind::kMap};
    parent.entries.push_back({.key = *key, .value = std::move(node)});
    node = std::move(parent);
  }
  ReadSection(node, source, "", loaded_.config);
}

void ConfigLoader::AddDevelopment() {
  constexpr const char* kDevelopment =
      "media: {listen: [127.0.0.1]}\n"
      // All clients share one address there, and whoever measures shares it too.
      "stun: {requests_per_second: 1000000, burst: 1000000}\n"
      "control: {plaintext: true}\n"
      "addresses: {allow_loopback: true}\n"
      "log: {format: text}\n";
  AddYaml(kDevelopment, "--dev");
}

LoadedConfig ConfigLoader::Finish() {
  FillDefaults(loaded_.config);
  // What is missing because its file could not be read would only distract.
  if (!unreadable_) {
    for (const KeyProblem& problem : ValidateConfig(loaded_.config)) {
      AddProblem(OriginOf(problem.path), absl::StrCat(problem.path, ": ", problem.text));
    }
  }
  return std::move(loaded_);
}

void ConfigLoader::AddProblem(std::string where, std::string what) {
  if (loaded_.problems.size() < kMaxProblems) {
    loaded_.problems.push_back({std::move(where), std::move(what)});
  } else if (loaded_.problems.size() == kMaxProblems) {
    loaded_.problems.push_back({"", "... and more"});
  }
}

std::string ConfigLoader::OriginOf(std::string_view path) const {
  while (true) {
    if (const auto origin = origins_.find(path); origin != origins_.end()) return origin->second;
    const size_t dot = path.rfind('.');
    if (dot == std::string_view::npos) return "";
    path = path.substr(0, dot);
  }
}

void ConfigLoader::ReadSection(const YamlNode& node, const std::string& source,
                               const std::string& path, Message& message) {
  // A section whose keys are all commented out is an empty one.
  if (node.kind == YamlNode::Kind::kNull) return;
  if (node.kind != YamlNode::Kind::kMap) {
    return AddProblem(Where(source, node.mark),
                      absl::StrCat(path.empty() ? "a configuration" : path,
                                   " wants keys with values (key: value), not ", Describe(node)));
  }
  const Section& section = *message.GetDescriptor();
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string child = path.empty() ? entry.key : absl::StrCat(path, ".", entry.key);
    const std::string where = Where(source, entry.mark);
    const Field* field = FindKey(section, entry.key);
    if (field == nullptr) {
      AddProblem(where, absl::StrCat("unknown key '", absl::CHexEscape(child.substr(0, 100)), "'",
                                     Suggestion(section, entry.key)));
      continue;
    }
    origins_[child] = where;
    if (KindOf(*field) == ValueKind::kSection) {
      ReadSection(entry.value, source, child,
                  *message.GetReflection()->MutableMessage(&message, field));
    } else if (field->is_repeated()) {
      ReadList(entry.value, source, child, *field, message);
    } else {
      ReadValue(entry.value, source, child, *field, message);
    }
  }
}

void ConfigLoader::ReadValue(const YamlNode& node, const std::string& source,
                             const std::string& path, const Field& field, Message& message) {
  if (StoreScalar(node, field, message)) return;
  AddProblem(Where(source, node.mark),
             absl::StrCat(path, ": wants ", Wanted(field), ", not ", Describe(node)));
}

void ConfigLoader::ReadList(const YamlNode& node, const std::string& source,
                            const std::string& path, const Field& field, Message& message) {
  if (node.kind != YamlNode::Kind::kList || node.items.size() > kMaxListItems) {
    return AddProblem(Where(source, node.mark),
                      absl::StrCat(path, ": wants a list such as [a, b], not ", Describe(node)));
  }
  message.GetReflection()->ClearField(&message, &field);
  for (const YamlNode& item : node.items) ReadValue(item, source, path, field, message);
}

}  // namespace baton::control
