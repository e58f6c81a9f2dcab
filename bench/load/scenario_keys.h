// The keys of a scenario file: which there are, what they may be, and where they go.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "bench/load/scenario.h"

namespace baton::bench {

struct ScenarioKey {
  std::string section;  // "video"; empty at the top
  std::string name;
  std::string wanted;  // "a count from 1 to 240"
  // Stores what the text says. An error says what is wrong with it; out of range is none.
  std::function<absl::Status(std::string_view text, Scenario&)> read;
  // The value, as read() takes it.
  std::function<std::string(const Scenario&)> write;
  std::function<bool(const Scenario&)> in_range;
  // Whether it counts in a scenario of Binding requests, and in one of rooms.
  bool with_stun = false;
  bool with_rooms = true;

  std::string Path() const { return section.empty() ? name : section + "." + name; }
};

// In the order of the documentation. Keys of the section "stun" may only be asked about a scenario
// that has one.
const std::vector<ScenarioKey>& ScenarioKeys();

inline bool Counts(const ScenarioKey& key, const Scenario& scenario) {
  return scenario.stun ? key.with_stun : key.with_rooms;
}

}  // namespace baton::bench
