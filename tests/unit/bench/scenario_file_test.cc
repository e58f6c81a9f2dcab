#include "bench/load/scenario_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "bench/load/scenario_keys.h"

namespace baton::bench {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ErrorOf(std::string_view yaml) {
  const auto scenario = ParseScenario(yaml, "dir/call.yaml");
  return scenario.ok() ? "none" : std::string{scenario.status().message()};
}

TEST(ScenarioFile, DefaultsAreThoseOfTheHeader) {
  const auto scenario = ParseScenario("rooms: 1\n", "dir/call.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  Scenario defaults;
  defaults.name = "call";
  EXPECT_EQ(ParametersOf(*scenario), ParametersOf(defaults));
  EXPECT_STREQ(ModeOf(*scenario), "fanout");
}

TEST(ScenarioFile, ReadsEveryKindOfValue) {
  const auto scenario = ParseScenario(
      "name: A call\n"
      "rooms: 3\n"
      "publishers_subscribe: true\n"
      "subscriber_transport: ice\n"
      "pacing: even\n"
      "joins_per_second: 0.5\n"
      "max_generator_lag: 2.5ms\n"
      "video: {bitrate: 2.5M, key_frame_interval: 4s, key_frame_factor: 8}\n"
      "audio: {enabled: false}\n",
      "call.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_EQ(scenario->name, "A call");
  EXPECT_EQ(scenario->rooms, 3u);
  EXPECT_TRUE(scenario->publishers_subscribe);
  EXPECT_EQ(scenario->publisher_transport, Transport::kPlain);
  EXPECT_EQ(scenario->subscriber_transport, Transport::kIce);
  EXPECT_EQ(scenario->pacing, Pacing::kEven);
  EXPECT_EQ(scenario->joins_per_second, 0.5);
  EXPECT_EQ(scenario->max_generator_lag, std::chrono::microseconds(2500));
  EXPECT_EQ(scenario->video.bits_per_second, 2'500'000u);
  EXPECT_EQ(scenario->video.key_frame_interval, std::chrono::seconds(4));
  EXPECT_EQ(scenario->video.key_frame_factor, 8);
  EXPECT_FALSE(scenario->audio.enabled);
}

TEST(ScenarioFile, ASectionStunMakesItAStunScenario) {
  const auto scenario = ParseScenario(
      "stun: {requests_per_second: 20k}\n"
      "duration: 5s\n",
      "flood.yaml");
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  EXPECT_STREQ(ModeOf(*scenario), "stun");
  EXPECT_EQ(scenario->stun->requests_per_second, 20'000u);
  EXPECT_EQ(scenario->stun->sources, StunTraffic().sources);
  EXPECT_EQ(ParametersOf(*scenario).count("rooms"), 0u);
}

TEST(ScenarioFile, ErrorsNameThePlaceTheKeyAndWhatIsAllowed) {
  EXPECT_THAT(ErrorOf("rooms: 1\nroom: 2\n"),
              AllOf(StartsWith("dir/call.yaml:2:1: \"room\": no such key"),
                    HasSubstr("rooms, publishers_per_room"), HasSubstr("video, audio, stun")));
  EXPECT_THAT(ErrorOf("video:\n  bitrat: 2M\n"),
              AllOf(StartsWith("dir/call.yaml:2:3: \"bitrat\": no such key; 'video' has bitrate")));
  EXPECT_THAT(ErrorOf("rooms: many\n"),
              AllOf(StartsWith("dir/call.yaml:1:8: rooms: \"many\" is not a count")));
  EXPECT_THAT(ErrorOf("rooms: 0\n"),
              StartsWith("dir/call.yaml:1:8: rooms: \"0\" is not a count from 1 to 10k"));
  EXPECT_THAT(ErrorOf("rooms: 99999999999\n"), HasSubstr("is not a count from 1 to 10k"));
  EXPECT_THAT(ErrorOf("rooms: [1, 2]\n"),
              StartsWith("dir/call.yaml:1:1: rooms: must be one value: a count from 1 to 10k"));
  EXPECT_THAT(ErrorOf("rooms:\n"), HasSubstr("rooms: must be one value"));
  EXPECT_THAT(ErrorOf("duration: 10 s\n"), HasSubstr("duration: \"10 s\" is not a duration"));
  EXPECT_THAT(ErrorOf("duration: 25h\n"), HasSubstr("a duration from 100ms to 24h"));
  EXPECT_THAT(ErrorOf("pacing: fast\n"), HasSubstr("pacing: \"fast\" is not frames or even"));
  EXPECT_THAT(ErrorOf("publishers_subscribe: 1\n"), HasSubstr("\"1\" is not false or true"));
  EXPECT_THAT(ErrorOf("video: 2.5M\n"), HasSubstr("video: is a section; its keys are bitrate"));
  EXPECT_THAT(ErrorOf("video: {key_frame_factor: 0.5}\n"), HasSubstr("a number from 1 to 100"));
  EXPECT_THAT(ErrorOf("name: \"a\\nb\"\n"), HasSubstr("bytes of text on one line"));
  EXPECT_THAT(ErrorOf("rooms: 1\nrooms: 2\n"), StartsWith("dir/call.yaml:2:1: "));
  EXPECT_THAT(ErrorOf("rooms: {\n"), StartsWith("dir/call.yaml:"));
  EXPECT_THAT(ErrorOf("- 1\n"), HasSubstr("a scenario is a map"));
  EXPECT_THAT(ErrorOf(""), HasSubstr("a scenario is a map"));
}

TEST(ScenarioFile, KeysOfRoomsMeanNothingBesideStun) {
  EXPECT_THAT(ErrorOf("rooms: 2\nstun: {sources: 2}\n"),
              AllOf(StartsWith("dir/call.yaml:1:1: rooms: means nothing beside 'stun'"),
                    HasSubstr("name, warm_up, duration, max_generator_lag, stun")));
  EXPECT_THAT(ErrorOf("stun: {sources: 2}\nvideo: {bitrate: 1M}\n"), HasSubstr("video.bitrate"));
}

TEST(ScenarioFile, WhatCannotBeRunIsRefused) {
  EXPECT_THAT(ErrorOf("video: {bitrate: 0}\naudio: {enabled: false}\n"),
              HasSubstr("nothing is sent"));
  EXPECT_THAT(ErrorOf("subscribers_per_room: 0\n"), HasSubstr("nobody receives"));
  EXPECT_THAT(ErrorOf("subscribers_per_room: 0\npublishers_subscribe: true\n"),
              HasSubstr("nobody receives"));
  EXPECT_THAT(ErrorOf("leaves_per_second: 1\n"), HasSubstr("without joins_per_second"));
  EXPECT_THAT(ErrorOf("video: {bitrate: 10k}\n"), HasSubstr("less than 64 bytes"));
  EXPECT_THAT(ErrorOf("video: {key_frame_interval: 100ms, frames_per_second: 5}\n"),
              HasSubstr("shorter than a frame"));
}

// For scenarios made by options: the same ranges, whatever the way in.
TEST(ScenarioFile, CheckKnowsTheRangesToo) {
  Scenario scenario;
  EXPECT_TRUE(CheckScenario(scenario).ok());
  scenario.video.frames_per_second = 1000;
  EXPECT_EQ(CheckScenario(scenario).message(),
            "video.frames_per_second: \"1000\" is not a count from 1 to 240");
}

// As a file: sections after the top.
std::string YamlOf(const Scenario& scenario) {
  std::string yaml;
  std::string section;
  for (const ScenarioKey& key : ScenarioKeys()) {
    if (!Counts(key, scenario)) continue;
    if (key.section != section) yaml += key.section + ":\n";
    section = key.section;
    yaml += (section.empty() ? "" : "  ") + key.name + ": '" + key.write(scenario) + "'\n";
  }
  return yaml;
}

TEST(ScenarioFile, ParametersReadBackAsTheSameScenario) {
  for (const auto& file :
       std::filesystem::directory_iterator(BATON_SOURCE_ROOT "/bench/scenarios")) {
    const auto scenario = LoadScenario(file.path());
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    const auto again = ParseScenario(YamlOf(*scenario), "again.yaml");
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(ParametersOf(*again), ParametersOf(*scenario));
  }
}

TEST(ScenarioFile, TheExamplesLoadAndHaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const auto& file :
       std::filesystem::directory_iterator(BATON_SOURCE_ROOT "/bench/scenarios")) {
    const auto scenario = LoadScenario(file.path());
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    EXPECT_TRUE(names.insert(scenario->name).second) << scenario->name;
  }
  EXPECT_EQ(names.size(), 6u);
}

TEST(ScenarioFile, AFileThatIsNotThereIsNotFound) {
  EXPECT_EQ(LoadScenario("/nowhere/call.yaml").status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(LoadScenario("/").status().message()), HasSubstr("is a directory"));
}

}  // namespace
}  // namespace baton::bench
