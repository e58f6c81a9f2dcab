#include "bench/load/scenario_file.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "bench/load/files.h"
#include "bench/load/scenario_keys.h"
#include "control/config_yaml.h"
#include "control/quote.h"

namespace baton::bench {
namespace {

using control::Quoted;
using control::YamlMark;
using control::YamlNode;

// The smallest frame: one packet, with its headers, stream, number and time.
constexpr double kMinFrameBytes = 64;

std::set<std::string> Sections() {
  std::set<std::string> sections;
  for (const ScenarioKey& key : ScenarioKeys()) {
    if (!key.section.empty()) sections.insert(key.section);
  }
  return sections;
}

const ScenarioKey* FindKey(std::string_view section, std::string_view name) {
  for (const ScenarioKey& key : ScenarioKeys()) {
    if (key.section == section && key.name == name) return &key;
  }
  return nullptr;
}

class Reader {
 public:
  explicit Reader(const std::string& origin) : origin_(origin) {}

  absl::StatusOr<Scenario> Read(const YamlNode& root) {
    scenario_.name = std::filesystem::path(origin_).stem().string();
    if (root.kind != YamlNode::Kind::kMap) {
      return Error(root.mark, "a scenario is a map of keys and values, such as 'rooms: 10'");
    }
    // First, because it decides which other keys there are.
    const auto stun =
        std::find_if(root.entries.begin(), root.entries.end(),
                     [](const YamlNode::Entry& entry) { return entry.key == "stun"; });
    if (stun != root.entries.end()) scenario_.stun.emplace();
    for (const YamlNode::Entry& entry : root.entries) {
      absl::Status status = sections_.contains(entry.key) ? ReadSection(entry) : ReadKey("", entry);
      if (!status.ok()) return status;
    }
    if (absl::Status status = CheckScenario(scenario_); !status.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(origin_, ": ", status.message()));
    }
    return scenario_;
  }

 private:
  absl::Status Error(YamlMark mark, std::string_view text) const {
    const std::string where =
        mark.line == 0 ? origin_ : absl::StrCat(origin_, ":", mark.line, ":", mark.column);
    return absl::InvalidArgumentError(absl::StrCat(where, ": ", control::ToAbsl(text)));
  }

  absl::Status ReadSection(const YamlNode::Entry& section) {
    if (section.value.kind != YamlNode::Kind::kMap) {
      return Error(section.value.mark.line == 0 ? section.mark : section.value.mark,
                   absl::StrCat(section.key, ": is a section; its keys are ", KeysOf(section.key)));
    }
    for (const YamlNode::Entry& entry : section.value.entries) {
      if (absl::Status status = ReadKey(section.key, entry); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReadKey(const std::string& section, const YamlNode::Entry& entry) {
    const ScenarioKey* key = FindKey(section, entry.key);
    if (key == nullptr) return Error(entry.mark, Unknown(section, entry.key));
    if (!Counts(*key, scenario_)) {
      return Error(entry.mark, absl::StrCat(key->Path(), ": means nothing beside 'stun', where ",
                                            "only these count: ", KeysOf("")));
    }
    if (entry.value.kind != YamlNode::Kind::kScalar) {
      return Error(entry.mark, absl::StrCat(key->Path(), ": must be one value: ", key->wanted));
    }
    if (const absl::Status status = key->read(entry.value.scalar, scenario_); !status.ok()) {
      return Error(entry.value.mark, absl::StrCat(key->Path(), ": ", status.message()));
    }
    if (!key->in_range(scenario_)) {
      return Error(entry.value.mark, absl::StrCat(key->Path(), ": ", Quoted(entry.value.scalar),
                                                  " is not ", key->wanted));
    }
    return absl::OkStatus();
  }

  std::string Unknown(const std::string& section, const std::string& name) const {
    const std::string where = section.empty() ? "a scenario" : absl::StrCat("'", section, "'");
    return absl::StrCat(Quoted(name), ": no such key; ", where, " has ", KeysOf(section));
  }

  // Those that count in this scenario, with commas.
  std::string KeysOf(std::string_view section) const {
    std::vector<std::string> names;
    for (const ScenarioKey& key : ScenarioKeys()) {
      if (key.section == section && Counts(key, scenario_)) names.push_back(key.name);
      const bool first_of_section =
          !key.section.empty() && section.empty() &&
          std::find(names.begin(), names.end(), key.section) == names.end();
      if (first_of_section && (!scenario_.stun || key.with_stun)) names.push_back(key.section);
    }
    return absl::StrJoin(names, ", ");
  }

  const std::string origin_;
  const std::set<std::string> sections_ = Sections();
  Scenario scenario_;
};

absl::Status CheckVideo(const VideoTraffic& video) {
  if (video.bits_per_second == 0) return absl::OkStatus();
  const double seconds = std::chrono::duration<double>(video.key_frame_interval).count();
  const double frames = seconds * video.frames_per_second;
  if (frames < 1) {
    return absl::InvalidArgumentError(
        "video.key_frame_interval is shorter than a frame; make it longer, or frames_per_second "
        "more");
  }
  const double mean = static_cast<double>(video.bits_per_second) / 8 / video.frames_per_second;
  const double smaller = mean * frames / (frames - 1 + video.key_frame_factor);
  if (smaller < kMinFrameBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "video.bitrate leaves a frame less than ", kMinFrameBytes,
        " bytes; make it more, or 0 for no video, or frames_per_second or key_frame_factor less"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Scenario> ParseScenario(std::string_view text, const std::string& origin) {
  const control::YamlDocument document = control::ParseYaml(text);
  if (document.problem) {
    const YamlMark& mark = document.problem->mark;
    return absl::InvalidArgumentError(
        absl::StrCat(origin, ":", mark.line, ":", mark.column, ": ", document.problem->text));
  }
  return Reader(origin).Read(document.root);
}

absl::StatusOr<Scenario> LoadScenario(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return ParseScenario(*text, path);
}

absl::Status CheckScenario(const Scenario& scenario) {
  for (const ScenarioKey& key : ScenarioKeys()) {
    if (!Counts(key, scenario) || key.in_range(scenario)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(key.Path(), ": ", Quoted(key.write(scenario)), " is not ", key.wanted));
  }
  if (scenario.stun) return absl::OkStatus();
  if (scenario.video.bits_per_second == 0 && !scenario.audio.enabled) {
    return absl::InvalidArgumentError("nothing is sent: set video.bitrate, or audio.enabled");
  }
  const bool publishers_receive = scenario.publishers_subscribe && scenario.publishers_per_room > 1;
  if (scenario.subscribers_per_room == 0 && !publishers_receive && scenario.joins_per_second == 0) {
    return absl::InvalidArgumentError(
        "nobody receives: set subscribers_per_room, or publishers_subscribe with several "
        "publishers_per_room, or joins_per_second");
  }
  if (scenario.leaves_per_second > 0 && scenario.joins_per_second == 0) {
    return absl::InvalidArgumentError(
        "leaves_per_second: nobody can leave without joins_per_second");
  }
  return CheckVideo(scenario.video);
}

std::map<std::string, std::string> ParametersOf(const Scenario& scenario) {
  std::map<std::string, std::string> parameters;
  for (const ScenarioKey& key : ScenarioKeys()) {
    if (Counts(key, scenario)) parameters[key.Path()] = key.write(scenario);
  }
  return parameters;
}

}  // namespace baton::bench
