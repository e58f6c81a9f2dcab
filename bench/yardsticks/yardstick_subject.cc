#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/yardsticks/die.h"
#include "bench/yardsticks/subject.h"

namespace baton::bench {
namespace {

// One line for each publisher: its address, then those of its receivers. An empty line ends them.
std::string Describe(const Participants& participants) {
  std::string text;
  for (size_t p = 0; p < participants.receivers.size(); ++p) {
    text += participants.all[p].address.ToString();
    for (const uint32_t receiver : participants.receivers[p]) {
      text += " " + participants.all[receiver].address.ToString();
    }
    text += "\n";
  }
  return text + "\n";
}

Subject Start(const Options& options, const std::string& program,
              const std::vector<std::string>& arguments, const std::string& input) {
  std::vector<std::string> words = {options.yardsticks + "/" + program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  Subject subject;
  subject.process = std::make_unique<Child>(std::move(words), options.subject_cpu);
  if (!input.empty()) subject.process->Write(input);
  const auto line = subject.process->ReadLine(std::chrono::seconds(10));
  if (!line) Die(program + " did not become ready within 10 s");
  const auto address = TransportAddress::Parse(*line);
  if (!address) Die(program + " says that it listens at '" + *line + "'");
  subject.address = *address;
  return subject;
}

}  // namespace

Subject StartFloor(const Options& options, const Participants& participants) {
  std::vector<std::string> arguments = {"--io",    options.io,
                                        "--size",  std::to_string(options.size),
                                        "--burst", std::to_string(options.burst)};
  if (options.receive) arguments.push_back("--receive");
  return Start(options, "floor", arguments, Describe(participants));
}

Subject StartNaive(const Options& options, const Participants& participants) {
  return Start(options, "naive", {}, Describe(participants));
}

Subject StartEcho(const Options& options) { return Start(options, "echo", {}, ""); }

}  // namespace baton::bench
