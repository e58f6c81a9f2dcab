#include "control/config_yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace baton::control {
namespace {

// Thrown through yaml-cpp's parser, which has no other way to be stopped, and caught in
// ParseYaml().
struct Refusal {
  YamlProblem problem;
};

YamlMark ToMark(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

[[noreturn]] void Refuse(const YAML::Mark& mark, std::string text) {
  throw Refusal{{ToMark(mark), std::move(text)}};
}

// Builds the tree from the parser's events. The stack holds the collections that are still open.
class TreeBuilder : public YAML::EventHandler {
 public:
  YamlNode TakeRoot() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    RefuseAnchor(mark, anchor);
    Place(mark, {.kind = YamlNode::Kind::kNull, .mark = ToMark(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "aliases (*name) are not supported; write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (ExpectsKey()) return TakeKey(mark, value);
    const bool quoted = tag == "!";
    // yaml-cpp reports an explicit null as the plain scalar that it was written as.
    const bool null = !quoted && (value == "~" || value == "null");
    Place(mark, {.kind = null ? YamlNode::Kind::kNull : YamlNode::Kind::kScalar,
                 .mark = ToMark(mark),
                 .scalar = value,
                 .quoted = quoted});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct Level {
    YamlNode node;
    std::optional<YamlNode::Entry> entry;  // its key has been read, its value has not
  };

  static void RefuseAnchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      Refuse(mark, "anchors (&name) are not supported; write the value out");
    }
  }
  // The parser gives plain scalars the tag "?", quoted ones "!", and collections "?" or none.
  static void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, "tags (!name) are not supported");
  }

  bool ExpectsKey() const {
    return !open_.empty() && open_.back().node.kind == YamlNode::Kind::kMap && !open_.back().entry;
  }

  void TakeKey(const YAML::Mark& mark, const std::string& key) {
    const auto& entries = open_.back().node.entries;
    const auto same = std::find_if(entries.begin(), entries.end(),
                                   [&](const YamlNode::Entry& entry) { return entry.key == key; });
    if (same != entries.end()) {
      Refuse(mark,
             absl::StrFormat("the key '%s' is here for the second time; the first is at %d:%d", key,
                             same->mark.line, same->mark.column));
    }
    if (entries.size() >= kMaxEntries) Refuse(mark, "too many keys in one section");
    open_.back().entry = YamlNode::Entry{.key = key, .mark = ToMark(mark)};
  }

  void Open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    RefuseAnchor(mark, anchor);
    RefuseTag(mark, tag);
    if (ExpectsKey()) Refuse(mark, "a key must be a plain word");
    if (open_.size() >= kMaxConfigDepth) {
      Refuse(mark, absl::StrCat("nested deeper than ", kMaxConfigDepth, " levels"));
    }
    open_.push_back({.node = {.kind = kind, .mark = ToMark(mark)}});
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    PlaceNode(std::move(node));
  }

  void Place(const YAML::Mark& mark, YamlNode node) {
    if (ExpectsKey()) Refuse(mark, "a key is missing");
    PlaceNode(std::move(node));
  }

  void PlaceNode(YamlNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Level& level = open_.back();
    if (level.node.kind == YamlNode::Kind::kList) {
      level.node.items.push_back(std::move(node));
      return;
    }
    level.entry->value = std::move(node);
    level.node.entries.push_back(*std::move(level.entry));
    level.entry.reset();
  }

  // No section has nearly as many; keeps the search for duplicates short.
  static constexpr size_t kMaxEntries = 256;

  YamlNode root_;
  std::vector<Level> open_;
};

}  // namespace

YamlDocument ParseYaml(std::string_view text) {
  if (text.size() > kMaxConfigBytes) {
    return {.problem = {{.text = absl::StrCat("longer than ", kMaxConfigBytes, " bytes")}}};
  }
  if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return {.problem = {{.text = absl::StrCat("not text: byte ", nul, " is zero")}}};
  }
  std::istringstream stream{std::string(text)};
  TreeBuilder tree;
  try {
    YAML::Parser parser(stream);
    parser.HandleNextDocument(tree);
    YamlNode root = tree.TakeRoot();
    TreeBuilder second;
    if (parser.HandleNextDocument(second)) {
      return {.problem = {{.text = "more than one document ('---'); keep the first only"}}};
    }
    return {.root = std::move(root)};
  } catch (const Refusal& refusal) {
    return {.problem = refusal.problem};
  } catch (const YAML::Exception& error) {
    return {.problem = {{ToMark(error.mark), error.msg}}};
  }
}

}  // namespace baton::control
