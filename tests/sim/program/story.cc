#include "tests/sim/program/story.h"

#include <charconv>

#include "tests/sim/engine/trace.h"

namespace baton::sim {
namespace {

// "name:number", or a name alone.
struct Named {
  std::string name;
  std::optional<uint32_t> number;
};

Named Split(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return {text, std::nullopt};
  uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, number);
  if (error != std::errc() || rest != end) return {text, std::nullopt};
  return {text.substr(0, colon), number};
}

std::optional<Trace::Subject> FindStream(const Simulation& run, const Named& named) {
  for (uint32_t stream = run.streams().size(); stream-- > 0;) {
    if (run.streams()[stream].name != named.name || !named.number) continue;
    return Trace::Subject{false, PacketTag{stream, *named.number}, std::nullopt, std::nullopt};
  }
  return std::nullopt;
}

// The latest of several that have had this name.
std::optional<Trace::Subject> FindLeg(const Simulation& run, const std::string& name) {
  for (uint32_t leg = run.directory().legs(); leg-- > 0;) {
    if (run.directory().leg(leg).name != name) continue;
    return Trace::Subject{false, std::nullopt, leg, std::nullopt};
  }
  return std::nullopt;
}

std::optional<Trace::Subject> FindSubject(const Scenario& scenario, const std::string& what) {
  if (what == "all") return Trace::Subject{true, std::nullopt, std::nullopt, std::nullopt};
  const Named named = Split(what);
  Trace silent;
  Simulation run(scenario, silent);
  if (named.number) run.judge().Seek(named.name, static_cast<uint16_t>(*named.number));
  run.Run();
  if (const auto& found = run.judge().found()) {
    return Trace::Subject{false, found->packet, found->leg, static_cast<uint16_t>(*named.number)};
  }
  return named.number ? FindStream(run, named) : FindLeg(run, named.name);
}

}  // namespace

std::optional<RunResult> TellStory(uint64_t seed, const ScenarioOptions& options,
                                   const std::string& what, std::FILE* out) {
  const Scenario scenario = DrawScenario(seed, options);
  const std::optional<Trace::Subject> subject = FindSubject(scenario, what);
  if (!subject) return std::nullopt;
  Trace trace(*subject, out);
  return Simulation(scenario, trace).Run();
}

}  // namespace baton::sim
