#include "control/config.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "control/config_schema.h"

namespace baton::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

LoadedConfig Load(std::string_view yaml) {
  ConfigLoader loader;
  loader.AddYaml(yaml, "batond.yaml");
  return loader.Finish();
}

// What is left to say about a file that is right but for the lines under test.
constexpr std::string_view kMinimal =
    "media: {listen: [192.0.2.1]}\n"
    "control: {plaintext: true}\n";

std::vector<std::string> Problems(const LoadedConfig& loaded) {
  std::vector<std::string> texts;
  for (const ConfigProblem& problem : loaded.problems) texts.push_back(problem.ToString());
  return texts;
}

// Of kMinimal with one more line, its third.
std::vector<std::string> ProblemsWith(std::string_view line) {
  return Problems(Load(std::string(kMinimal).append(line)));
}

TEST(Config, DefaultsComeFromTheProtoFile) {
  const LoadedConfig loaded = Load(kMinimal);
  ASSERT_THAT(Problems(loaded), IsEmpty());
  EXPECT_EQ(loaded.config.io(), config::Config::IO_AUTO);
  EXPECT_EQ(loaded.config.media().port(), 7882u);
  EXPECT_EQ(loaded.config.stun().port(), 3478u);
  EXPECT_EQ(loaded.config.control().listen(), "127.0.0.1");
  EXPECT_EQ(loaded.config.control().port(), 7880u);
  EXPECT_EQ(loaded.config.ice().consent_timeout_ms(), 30000u);
  EXPECT_EQ(loaded.config.log().format(), config::Log::FORMAT_JSON);
  EXPECT_FALSE(loaded.config.addresses().allow_loopback());
}

TEST(Config, FinishMakesEveryFieldPresent) {
  const LoadedConfig loaded = Load(kMinimal);
  for (const KeyPath& key : AllKeys()) {
    if (key.field->is_repeated()) continue;
    const google::protobuf::Message* message = &loaded.config;
    std::string rest = key.path;
    for (size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
      const Field* section = FindKey(*message->GetDescriptor(), rest.substr(0, dot));
      message = &message->GetReflection()->GetMessage(*message, section);
      rest = rest.substr(dot + 1);
    }
    EXPECT_TRUE(message->GetReflection()->HasField(*message, key.field)) << key.path;
  }
}

TEST(Config, AddressesThatNobodyGaveFollowMediaListen) {
  const LoadedConfig loaded = Load(kMinimal);
  EXPECT_THAT(loaded.config.stun().listen(), ElementsAre("192.0.2.1"));
  EXPECT_THAT(loaded.config.media().advertise(), ElementsAre("192.0.2.1"));
}

TEST(Config, EveryKindOfValueIsRead) {
  const LoadedConfig loaded = Load(
      "name: relay-7\n"
      "io: epoll\n"
      "shards:\n"
      "  count: 2\n"
      "  cpus: [2, 3]\n"
      "media:\n"
      "  listen: [0.0.0.0, '::']\n"
      "  advertise: [198.51.100.7, \"2001:db8::7\"]\n"
      "  socket_receive_buffer: 8MiB\n"
      "  silence_timeout: 1500ms\n"
      "control:\n"
      "  listen: 2001:db8::7\n"
      "  tls:\n"
      "    certificate: /etc/baton/node.pem\n"
      "    key: /etc/baton/node.key\n"
      "    client_ca: /etc/baton/clients.pem\n"
      "addresses:\n"
      "  allow_link_local: true\n");
  ASSERT_THAT(Problems(loaded), IsEmpty());
  EXPECT_EQ(loaded.config.name(), "relay-7");
  EXPECT_EQ(loaded.config.io(), config::Config::IO_EPOLL);
  EXPECT_THAT(loaded.config.shards().cpus(), ElementsAre(2, 3));
  EXPECT_THAT(loaded.config.media().listen(), ElementsAre("0.0.0.0", "::"));
  EXPECT_EQ(loaded.config.media().socket_receive_buffer_bytes(), 8u << 20);
  EXPECT_EQ(loaded.config.media().silence_timeout_ms(), 1500u);
  EXPECT_EQ(loaded.config.control().tls().key(), "/etc/baton/node.key");
  EXPECT_TRUE(loaded.config.addresses().allow_link_local());
}

TEST(Config, AnEmptySectionIsASectionWithoutKeys) {
  EXPECT_THAT(ProblemsWith("log:\n#  level: debug\n"), IsEmpty());
}

TEST(Config, AnEmptyFileIsAllDefaults) {
  // Which are safe, and so not enough: a wildcard has to be advertised, control has to be guarded.
  EXPECT_THAT(
      Problems(Load("")),
      ElementsAre(StartsWith("media.advertise: is needed, because media.listen has a wildcard"),
                  StartsWith("control.tls.certificate: is needed"),
                  StartsWith("control.tls.key: is needed"),
                  StartsWith("control.tls.client_ca: is needed")));
}

TEST(Config, UnknownKeysAreRefusedWithTheirPlaceAndASuggestion) {
  EXPECT_THAT(ProblemsWith("limits:\n  romos: 5\n"),
              ElementsAre("batond.yaml:4:3: unknown key 'limits.romos' (did you mean 'rooms'?)"));
  EXPECT_THAT(ProblemsWith("limts: {}\n"),
              ElementsAre("batond.yaml:3:1: unknown key 'limts' (did you mean 'limits'?)"));
  EXPECT_THAT(ProblemsWith("log: {LEVEL: info}\n"),
              ElementsAre("batond.yaml:3:7: unknown key 'log.LEVEL' (did you mean 'level'?)"));
  EXPECT_THAT(ProblemsWith("log: {zzzzzzzzzz: info}\n"),
              ElementsAre("batond.yaml:3:7: unknown key 'log.zzzzzzzzzz'"));
}

TEST(Config, AKeyOfAnotherSectionIsSuggestedWithItsPath) {
  EXPECT_THAT(ProblemsWith("consent_timeout: 30s\n"),
              ElementsAre("batond.yaml:3:1: unknown key 'consent_timeout' (did you mean "
                          "'ice.consent_timeout'?)"));
}

TEST(Config, WrongValuesAreRefusedWithTheirPlaceAndWhatIsWanted) {
  const struct {
    std::string line;
    std::string problem;
  } kCases[] = {
      {"stun: {port: 65536}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not '65536'"},
      {"stun: {port: -1}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not '-1'"},
      {"stun: {port: \"3478\"}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not the quoted text "
       "'3478'"},
      {"stun: {port: 3478.0}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not '3478.0'"},
      {"stun: {port: 99999999999999999999}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not "
       "'99999999999999999999'"},
      {"stun: {port: [1]}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not a list"},
      {"stun: {port: }\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not nothing"},
      {"stun: {port: ~}\n",
       "batond.yaml:3:14: stun.port: wants a whole number, from 0 to 65535, not nothing"},
      {"ice: {check_interval: 5}\n",
       "batond.yaml:3:23: ice.check_interval: wants a duration such as 30s or 500ms, from 100ms to "
       "1m, not '5'"},
      {"ice: {check_interval: 2m}\n",
       "batond.yaml:3:23: ice.check_interval: wants a duration such as 30s or 500ms, from 100ms to "
       "1m, not '2m'"},
      {"stun: {enabled: yes}\n", "batond.yaml:3:17: stun.enabled: wants true or false, not 'yes'"},
      {"io: uringg\n", "batond.yaml:3:5: io: wants one of auto, uring, epoll, not 'uringg'"},
      {"name: [a]\n", "batond.yaml:3:7: name: wants a text, not a list"},
      {"name: \"a\\nb\"\n", "batond.yaml:3:7: name: wants a text, not the quoted text 'a\\nb'"},
      {"stun: {listen: 192.0.2.1}\n",
       "batond.yaml:3:16: stun.listen: wants a list such as [a, b], not '192.0.2.1'"},
      {"shards: {cpus: [1, x]}\n",
       "batond.yaml:3:20: shards.cpus: wants a whole number, from 0 to 1023, not 'x'"},
      {"log: json\n", "batond.yaml:3:6: log wants keys with values (key: value), not 'json'"},
  };
  for (const auto& test : kCases) {
    const std::vector<std::string> problems = ProblemsWith(test.line);
    ASSERT_FALSE(problems.empty()) << test.line;
    EXPECT_EQ(problems[0], test.problem);
  }
}

TEST(Config, WhatYamlAllowsAndAConfigurationDoesNotIsRefused) {
  const struct {
    std::string text;
    std::string problem;
  } kCases[] = {
      {"log:\n  level: info\n  level: debug\n",
       "batond.yaml:3:3: the key 'level' is here for the second time; the first is at 2:3"},
      {"a: &x 1\n", "batond.yaml:1:4: anchors (&name) are not supported; write the value out"},
      {"a: &x {}\n", "batond.yaml:1:4: anchors (&name) are not supported; write the value out"},
      {"a: !!str 1\n", "batond.yaml:1:4: tags (!name) are not supported"},
      {"a: !x {}\n", "batond.yaml:1:4: tags (!name) are not supported"},
      {"{[a]: 1}\n", "batond.yaml:1:2: a key must be a plain word"},
      {"name: a\n---\nname: b\n",
       "batond.yaml: more than one document ('---'); keep the first only"},
      {"- a\n", "batond.yaml:1:1: a configuration wants keys with values (key: value), not a list"},
      {"a: [[[[[[[[[[1]]]]]]]]]]\n", "batond.yaml:1:11: nested deeper than 8 levels"},
      {std::string("a: \0", 4), "batond.yaml: not text: byte 3 is zero"},
  };
  for (const auto& test : kCases) {
    const std::vector<std::string> problems = Problems(Load(test.text));
    ASSERT_FALSE(problems.empty()) << test.text;
    EXPECT_EQ(problems[0], test.problem);
  }
}

TEST(Config, AnAliasIsRefusedBeforeItStandsForAnything) {
  EXPECT_THAT(Problems(Load("a: *x\n")), ElementsAre(StartsWith("batond.yaml:1:4: ")));
}

TEST(Config, BrokenYamlIsOneProblemWithItsPlace) {
  EXPECT_THAT(Problems(Load("log:\n  level: [info\n")),
              ElementsAre(StartsWith("batond.yaml:3:1: ")));
  EXPECT_THAT(Problems(Load("log: {level: info\n")), ElementsAre(StartsWith("batond.yaml:2:1: ")));
}

TEST(Config, ATooLongFileIsRefused) {
  const std::string text = "# " + std::string(kMaxConfigBytes, 'x');
  EXPECT_THAT(Problems(Load(text)), ElementsAre("batond.yaml: longer than 1048576 bytes"));
}

TEST(Config, AllProblemsAreReportedAtOnce) {
  EXPECT_THAT(Problems(Load("log: {level: loud}\n"
                            "stun: {prot: 1}\n"
                            "media: {listen: [192.0.2.1, nowhere]}\n"
                            "control: {plaintext: true, listen: 192.0.2.1}\n")),
              ElementsAre(StartsWith("batond.yaml:1:14: log.level: wants one of"),
                          StartsWith("batond.yaml:2:8: unknown key 'stun.prot'"),
                          StartsWith("batond.yaml:3:9: media.listen: 'nowhere' is not an IP"),
                          StartsWith("batond.yaml:4:11: control.plaintext: is for loopback only")));
}

TEST(Config, ManyProblemsAreCutShort) {
  std::string yaml;
  for (int i = 0; i < 200; ++i) yaml += "unknown" + std::to_string(i) + ": 1\n";
  const LoadedConfig loaded = Load(yaml);
  ASSERT_EQ(loaded.problems.size(), ConfigLoader::kMaxProblems + 1);
  EXPECT_EQ(loaded.problems.back().ToString(), "... and more");
}

TEST(ConfigValidation, SaysWhatToDo) {
  const struct {
    std::string yaml;
    std::string problem;
  } kCases[] = {
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\nname: ''\n",
       "batond.yaml:3:1: name: must not be empty"},
      {"media: {listen: [0.0.0.0]}\ncontrol: {plaintext: true}\n",
       "batond.yaml:1:1: media.advertise: is needed, because media.listen has a wildcard"},
      {"media: {listen: [0.0.0.0], advertise: [0.0.0.0]}\ncontrol: {plaintext: true}\n",
       "batond.yaml:1:28: media.advertise: '0.0.0.0' is a wildcard"},
      {"media: {listen: [0.0.0.0], advertise: ['2001:db8::1']}\ncontrol: {plaintext: true}\n",
       "batond.yaml:1:28: media.advertise: has '2001:db8::1', but media.listen has no IPv6"},
      {"media: {listen: [224.0.0.1]}\ncontrol: {plaintext: true}\n",
       "batond.yaml:1:9: media.listen: '224.0.0.1' is not an address of a host"},
      {"media: {listen: [192.0.2.1, 192.0.2.1]}\ncontrol: {plaintext: true}\n",
       "batond.yaml:1:9: media.listen: '192.0.2.1' is there twice"},
      {"media: {listen: [127.0.0.1]}\ncontrol: {plaintext: true}\n",
       "batond.yaml:1:9: media.listen: has loopback addresses only"},
      {"media: {listen: [192.0.2.1], port: 65535}\ncontrol: {plaintext: true}\nshards: {count: "
       "2}\n",
       "batond.yaml:1:30: media.port: with one port for each of 2 shards goes up to 65536; choose "
       "one below 65535"},
      {"media: {listen: [192.0.2.1], port: 3477}\ncontrol: {plaintext: true}\nshards: {count: 2}\n",
       "stun.port: 3478 is one of the media ports (3477 to 3478)"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\nshards: {count: 2, cpus: [0]}\n",
       "batond.yaml:3:20: shards.cpus: names 1 CPUs for 2 shards"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\n"
       "shards: {count: 2, cpus: [1, 1]}\n",
       "batond.yaml:3:20: shards.cpus: names a CPU twice"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true, listen: localhost}\n",
       "batond.yaml:2:28: control.listen: 'localhost' is not an IP address"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true, tls: {key: k}}\n",
       "batond.yaml:2:11: control.plaintext: contradicts control.tls"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {tls: {certificate: c, key: k}}\n",
       "batond.yaml:2:11: control.tls.client_ca: is needed"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\nadmin: {listen: "
       "0.0.0.0, port: 7880}\n",
       "batond.yaml:3:26: admin.port: is 7880, which control has"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\nshards: {count: 4}\n"
       "limits: {rooms: 3}\n",
       "batond.yaml:4:10: limits.rooms: is 3 for 4 shards"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\nlimits: {tracks: 4097}\n",
       "limits.streams: is 4096, less than limits.tracks (4097)"},
      {"media: {listen: [192.0.2.1]}\ncontrol: {plaintext: true}\nice: {consent_timeout: 5s}\n",
       "ice.check_interval: must be shorter than ice.consent_timeout"},
  };
  for (const auto& test : kCases) {
    EXPECT_THAT(Problems(Load(test.yaml)), ElementsAre(HasSubstr(test.problem))) << test.yaml;
  }
}

TEST(ConfigValidation, TooManyListenAddresses) {
  std::string list;
  for (int i = 1; i <= 9; ++i) list += "192.0.2." + std::to_string(i) + ", ";
  EXPECT_THAT(Problems(Load("media: {listen: [" + list + "]}\ncontrol: {plaintext: true}\n"))[0],
              HasSubstr("media.listen: has 9 addresses; the most is 8"));
}

TEST(ConfigValidation, EphemeralPortsNeverMeet) {
  EXPECT_THAT(Problems(Load("media: {listen: [192.0.2.1], port: 0}\n"
                            "stun: {port: 0}\n"
                            "control: {plaintext: true, port: 0}\n"
                            "admin: {port: 0}\n"
                            "shards: {count: 8}\n")),
              IsEmpty());
}

TEST(ConfigFlags, WinOverTheFileAndAreNamedInProblems) {
  ConfigLoader loader;
  loader.AddYaml(kMinimal, "batond.yaml");
  loader.Set("io", "epoll", "--io");
  loader.Set("media.listen", "[192.0.2.2, 192.0.2.3]", "--set");
  loader.Set("control.tls.key", "", "--set control.tls.key=");
  loader.Set("log.level", "loud", "--log-level");
  loader.Set("nosuch.key", "1", "--set nosuch.key=1");
  loader.Set("stun.port", "[", "--set stun.port=[");
  const LoadedConfig loaded = loader.Finish();
  EXPECT_EQ(loaded.config.io(), config::Config::IO_EPOLL);
  EXPECT_THAT(loaded.config.media().listen(), ElementsAre("192.0.2.2", "192.0.2.3"));
  EXPECT_THAT(Problems(loaded),
              ElementsAre("--set control.tls.key=: control.tls.key: wants a text, not nothing",
                          "--log-level: log.level: wants one of debug, info, warning, error, not "
                          "'loud'",
                          "--set nosuch.key=1: unknown key 'nosuch'",
                          StartsWith("--set stun.port=[: stun.port: ")));
}

TEST(ConfigFlags, DevelopmentIsLoopbackOnlyAndComplete) {
  ConfigLoader loader;
  loader.AddDevelopment();
  const LoadedConfig loaded = loader.Finish();
  ASSERT_THAT(Problems(loaded), IsEmpty());
  EXPECT_THAT(loaded.config.media().listen(), ElementsAre("127.0.0.1"));
  EXPECT_THAT(loaded.config.stun().listen(), ElementsAre("127.0.0.1"));
  EXPECT_TRUE(loaded.config.control().plaintext());
  EXPECT_TRUE(loaded.config.addresses().allow_loopback());
  EXPECT_EQ(loaded.config.log().format(), config::Log::FORMAT_TEXT);
}

TEST(ConfigFile, IsNamedInItsProblems) {
  const std::string path = testing::TempDir() + "baton_config_test.yaml";
  std::ofstream(path) << kMinimal << "nmae: x\n";
  ConfigLoader loader;
  loader.AddFile(path);
  EXPECT_THAT(Problems(loader.Finish()),
              ElementsAre(path + ":3:1: unknown key 'nmae' (did you mean 'name'?)"));
  std::remove(path.c_str());
}

TEST(ConfigFile, ThatCannotBeReadIsTheOnlyProblem) {
  ConfigLoader loader;
  loader.AddFile("/nonexistent/batond.yaml");
  EXPECT_THAT(Problems(loader.Finish()),
              ElementsAre("/nonexistent/batond.yaml: cannot be read: No such file or directory"));
  ConfigLoader directory;
  directory.AddFile("/");
  EXPECT_THAT(Problems(directory.Finish()), ElementsAre("/: cannot be read: Is a directory"));
}

TEST(ConfigDump, LoadsToTheSame) {
  const std::string texts[] = {
      std::string(kMinimal),
      "media: {listen: [192.0.2.1], silence_timeout: 1001ms, socket_send_buffer: 65537B}\n"
      "control: {tls: {certificate: 'a \"b\" \\c', key: 'ü: #x', client_ca: ' - '}}\n"
      "shards: {count: 3, cpus: [5, 6, 7]}\n"
      "name: 'null'\n",
  };
  for (const std::string& text : texts) {
    const LoadedConfig first = Load(text);
    ASSERT_THAT(Problems(first), IsEmpty());
    const LoadedConfig second = Load(DumpConfig(first.config));
    ASSERT_THAT(Problems(second), IsEmpty());
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(first.config, second.config))
        << DumpConfig(first.config);
  }
}

// The table of keys: | `media.port` | number | `7882` | ... |
TEST(ConfigDocumentation, HasEveryKeyWithItsDefault) {
  std::ifstream file(BATON_SOURCE_ROOT "/docs/configuration.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  for (const KeyPath& key : AllKeys()) {
    EXPECT_NE(text.find("| `" + key.path + "` | "), text.npos) << key.path << " is undocumented";
    if (key.field->is_repeated() || KindOf(*key.field) == ValueKind::kString) continue;
    std::string word;
    if (KindOf(*key.field) == ValueKind::kBool) {
      word = key.field->default_value_bool() ? "true" : "false";
    } else if (KindOf(*key.field) == ValueKind::kWord) {
      word = WordOf(*key.field->default_value_enum());
    } else {
      word = FormatQuantity(*key.field, key.field->cpp_type() == Field::CPPTYPE_UINT64
                                            ? key.field->default_value_uint64()
                                            : key.field->default_value_uint32());
    }
    EXPECT_NE(text.find("| `" + key.path + "` | `" + word + "` |"), text.npos)
        << key.path << " has another default";
  }
}

TEST(Config, WrongSettingsOfRecordingsAreSaid) {
  const auto problem_of = [](const char* key, const char* value) {
    ConfigLoader loader;
    loader.AddDevelopment();
    loader.Set(key, value, "--set");
    const LoadedConfig loaded = loader.Finish();
    return loaded.ok() ? std::string("fine") : loaded.problems[0].ToString();
  };
  EXPECT_THAT(problem_of("record.directory", "recordings"), HasSubstr("not an absolute path"));
  EXPECT_THAT(problem_of("record.program", "baton-record"), HasSubstr("not an absolute path"));
  EXPECT_THAT(problem_of("record.hook", "[upload.sh, a]"), HasSubstr("not an absolute path"));
  EXPECT_THAT(problem_of("record.hook", "['']"), HasSubstr("path of a program"));
  EXPECT_THAT(problem_of("record.name", "'../{room}'"), HasSubstr("record.name"));
  EXPECT_EQ(problem_of("record.hook", "[/bin/upload, a]"), "fine");
  EXPECT_EQ(problem_of("record.name", "'{room}-{id}'"), "fine");
}

}  // namespace
}  // namespace baton::control
