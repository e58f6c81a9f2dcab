// Any text is a configuration or a list of problems; a configuration survives being written out.
#include <google/protobuf/util/message_differencer.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "control/config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using baton::control::ConfigLoader;
  using baton::control::LoadedConfig;

  const std::string text(data, data + size);
  ConfigLoader loader;
  loader.AddYaml(text, "input");
  const LoadedConfig first = loader.Finish();
  for (const auto& problem : first.problems) {
    BATON_CHECK(!problem.what.empty() && problem.what.size() < 16384);
  }
  BATON_CHECK(first.problems.size() <= ConfigLoader::kMaxProblems + 1);
  if (!first.ok()) return 0;

  const std::string dump = baton::control::DumpConfig(first.config);
  ConfigLoader again;
  again.AddYaml(dump, "dump");
  const LoadedConfig second = again.Finish();
  BATON_CHECK(second.ok());
  BATON_CHECK(google::protobuf::util::MessageDifferencer::Equals(first.config, second.config));
  return 0;
}
