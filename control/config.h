// The configuration of batond: from YAML and flags to one checked Config message.
//
//   ConfigLoader loader;
//   loader.AddFile("/etc/baton/batond.yaml");
//   loader.Set("io", "epoll", "--io");
//   LoadedConfig loaded = loader.Finish();
//
// Later values win over earlier ones. Nothing stops at the first problem: all are collected, each
// with the place that it comes from and what to do about it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "control/config_yaml.h"

#include "proto/config.pb.h"

namespace baton::control {

struct ConfigProblem {
  std::string where;  // "batond.yaml:3:5", "--io", or empty
  std::string what;   // "media.port: wants a whole number from 0 to 65535, not 'x'"

  std::string ToString() const { return where.empty() ? what : where + ": " + what; }
};

// Where each value that somebody set comes from, by path of its key ("media.port").
using ConfigOrigins = std::map<std::string, std::string, std::less<>>;

struct LoadedConfig {
  // Every field is present. Meaningless if there are problems.
  config::Config config;
  std::vector<ConfigProblem> problems;

  bool ok() const { return problems.empty(); }
};

class ConfigLoader {
 public:
  // The first problems of a file say enough.
  static constexpr size_t kMaxProblems = 50;

  void AddFile(const std::string& path);
  // `source` names the text in messages.
  void AddYaml(std::string_view text, const std::string& source);
  // `value` is YAML: "epoll", "30s", "[127.0.0.1]". `source` names the flag.
  void Set(const std::string& path, std::string_view value, const std::string& source);
  // What --dev means: loopback only, no TLS, text logs.
  void AddDevelopment();

  // Fills in the defaults, then checks what no single key can be checked for. Call once.
  LoadedConfig Finish();

 private:
  void AddProblem(std::string where, std::string what);
  // Of the key, or of the section around it that somebody wrote.
  std::string OriginOf(std::string_view path) const;
  void ReadSection(const YamlNode& node, const std::string& source, const std::string& path,
                   google::protobuf::Message& message);
  void ReadValue(const YamlNode& node, const std::string& source, const std::string& path,
                 const google::protobuf::FieldDescriptor& field,
                 google::protobuf::Message& message);
  void ReadList(const YamlNode& node, const std::string& source, const std::string& path,
                const google::protobuf::FieldDescriptor& field, google::protobuf::Message& message);

  LoadedConfig loaded_;
  ConfigOrigins origins_;
  bool unreadable_ = false;
};

// As YAML that loads to the same message. Secrets are not in a configuration: only their paths are.
std::string DumpConfig(const config::Config& config);

}  // namespace baton::control
