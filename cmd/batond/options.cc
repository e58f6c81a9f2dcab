#include "cmd/batond/options.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <optional>

namespace baton {
namespace {

// The flags that stand for keys, as they were given.
struct KeyFlags {
  std::optional<std::string> io;
  std::optional<std::string> shards;
  std::optional<std::string> log_level;
  std::optional<std::string> log_format;
  std::optional<uint32_t> port_base;
  bool ephemeral = false;
  std::vector<std::string> set;
};

constexpr uint32_t kPortsBeforeMedia = 3;
constexpr uint32_t kMaxPort = 65535;

void AddPorts(uint32_t stun, uint32_t control, uint32_t admin, uint32_t media, const char* source,
              std::vector<ConfigFlag>& flags) {
  flags.push_back({"stun.port", std::to_string(stun), source});
  flags.push_back({"control.port", std::to_string(control), source});
  flags.push_back({"admin.port", std::to_string(admin), source});
  flags.push_back({"media.port", std::to_string(media), source});
}

std::vector<ConfigFlag> ToConfigFlags(const KeyFlags& given) {
  std::vector<ConfigFlag> flags;
  const auto add = [&](const std::optional<std::string>& value, const char* path,
                       const char* source) {
    if (value) flags.push_back({path, *value, source});
  };
  add(given.io, "io", "--io");
  add(given.shards, "shards.count", "--shards");
  add(given.log_level, "log.level", "--log-level");
  add(given.log_format, "log.format", "--log-format");
  // Media comes last because it goes on upward, one port for each shard.
  if (given.port_base) {
    const uint32_t base = *given.port_base;
    AddPorts(base, base + 1, base + 2, base + kPortsBeforeMedia, "--port-base", flags);
  }
  if (given.ephemeral) AddPorts(0, 0, 0, 0, "--ephemeral", flags);
  for (const std::string& text : given.set) {
    const size_t equals = text.find('=');
    flags.push_back({text.substr(0, equals), text.substr(equals + 1), "--set " + text});
  }
  return flags;
}

std::string CheckAssignment(const std::string& text) {
  if (text.find('=') != std::string::npos && text.front() != '=') return "";
  return "wants key.path=value, not '" + text + "'";
}

void AddFlags(CLI::App& app, Options& options, KeyFlags& keys) {
  auto* file = app.add_option("--config", options.config_file, "read this configuration file")
                   ->type_name("FILE");
  app.add_flag("--dev", options.development,
               "no file: loopback only, no TLS, text logs; for a developer's machine")
      ->excludes(file);
  app.add_flag("--check-config", options.check_config,
               "print the effective configuration and its memory, and exit: 0 if it is right, 1 if "
               "not");
  app.add_flag("--version", options.version, "print the version and exit");
  app.add_option("--io", keys.io, "auto, uring or epoll")->type_name("BACKEND");
  app.add_option("--shards", keys.shards, "threads that relay")->type_name("N");
  app.add_option("--log-level", keys.log_level, "debug, info, warning or error")
      ->type_name("LEVEL");
  app.add_option("--log-format", keys.log_format, "json or text")->type_name("FORMAT");
  auto* base = app.add_option("--port-base", keys.port_base,
                              "STUN at port N, control at N+1, admin at N+2, media from N+3")
                   ->type_name("N")
                   ->check(CLI::Range(uint32_t{1}, kMaxPort - kPortsBeforeMedia));
  app.add_flag("--ephemeral", keys.ephemeral, "all ports 0: any that are free")->excludes(base);
  app.add_option("-D,--set", keys.set, "set any key of the configuration; the value is YAML")
      ->type_name("KEY=VALUE")
      ->check(CheckAssignment)
      ->allow_extra_args(false);
}

}  // namespace

ParsedOptions ParseOptions(std::vector<std::string> arguments) {
  ParsedOptions parsed;
  Options& options = parsed.options;
  KeyFlags keys;
  CLI::App app("batond: a node of Baton, the media relay", "batond");
  AddFlags(app, options, keys);
  try {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    parsed.text = app.help();
    return parsed;
  } catch (const CLI::ParseError& error) {
    parsed.text = std::string("batond: ") + error.what() + " (see batond --help)\n";
    parsed.exit_code = kExitUsage;
    return parsed;
  }
  if (!options.version && !options.development && options.config_file.empty()) {
    parsed.text = "batond: give --config FILE, or --dev (see batond --help)\n";
    parsed.exit_code = kExitUsage;
    return parsed;
  }
  options.flags = ToConfigFlags(keys);
  parsed.run = true;
  return parsed;
}

control::LoadedConfig LoadConfig(const Options& options) {
  control::ConfigLoader loader;
  if (options.development) {
    loader.AddDevelopment();
  } else {
    loader.AddFile(options.config_file);
  }
  for (const ConfigFlag& flag : options.flags) loader.Set(flag.path, flag.value, flag.source);
  return loader.Finish();
}

}  // namespace baton
