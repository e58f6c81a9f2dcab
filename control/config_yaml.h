// YAML text as a small tree that remembers where everything stood. What a configuration has no use
// for is refused rather than interpreted: anchors and aliases (with which a kilobyte can stand for
// gigabytes), tags, several documents, keys that are not plain words, keys that are there twice.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::control {

inline constexpr size_t kMaxConfigBytes = size_t{1} << 20;
// Sections in sections; a configuration has three levels.
inline constexpr size_t kMaxConfigDepth = 8;

// Line and column count from 1; 0 means that there is none.
struct YamlMark {
  int line = 0;
  int column = 0;
};

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  Kind kind = Kind::kNull;
  YamlMark mark;
  std::string scalar;
  bool quoted = false;          // a quoted scalar is a string, whatever it looks like
  std::vector<YamlNode> items;  // of a list
  std::vector<Entry> entries;   // of a map, in the order of the text
};

struct YamlNode::Entry {
  std::string key;
  YamlMark mark;
  YamlNode value;
};

struct YamlProblem {
  YamlMark mark;
  std::string text;
};

struct YamlDocument {
  YamlNode root;                       // kNull for empty text
  std::optional<YamlProblem> problem;  // the first thing that is wrong; then `root` means nothing
};

YamlDocument ParseYaml(std::string_view text);

}  // namespace baton::control
