#include "record/manifest_json.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

namespace baton::record {
namespace {

v1::Manifest Example() {
  v1::Manifest manifest;
  manifest.set_version(1);
  manifest.set_recording("demo-1");
  manifest.mutable_started()->set_seconds(1'700'000'000);
  manifest.mutable_started()->set_nanos(123'456'000);
  manifest.set_layout(v1::PARTICIPANT);
  auto& participant = *manifest.add_participants();
  participant.set_name("alice");
  auto& track = *participant.add_tracks();
  track.set_kind(v1::AUDIO);
  track.set_lost(uint64_t{1} << 60);
  auto& gap = *track.add_gaps();
  gap.set_start_seconds(1.25);
  gap.set_cause(v1::Manifest::LOST);
  manifest.add_files()->set_bytes(5);
  return manifest;
}

TEST(ManifestJsonTest, WritingAndReadingAreInverses) {
  const v1::Manifest manifest = Example();
  const auto read = ManifestFromJson(ManifestToJson(manifest));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*read, manifest));
}

TEST(ManifestJsonTest, FieldsAreNamedAsInTheSchema) {
  const std::string json = ManifestToJson(Example());
  EXPECT_NE(json.find("\"start_seconds\": 1.25"), std::string::npos) << json;
  EXPECT_NE(json.find("\"started\": \"2023-11-14T22:13:20.123456Z\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"bytes\": \"5\""), std::string::npos) << json;
  EXPECT_NE(json.find("\"cause\": \"LOST\""), std::string::npos) << json;
  EXPECT_EQ(json.back(), '\n');
}

TEST(ManifestJsonTest, UnknownFieldsAreLeftOut) {
  const auto read = ManifestFromJson(R"({"version": 1, "room": "r", "mood": {"good": true}})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->room(), "r");
}

TEST(ManifestJsonTest, WhatIsNoManifestIsRefused) {
  for (const char* json : {"", "{", "[]", "null", "{}", R"({"version": 2})", R"({"version": "x"})",
                           R"({"version": 1, "files": 3})"}) {
    EXPECT_EQ(ManifestFromJson(json).status().code(), absl::StatusCode::kInvalidArgument) << json;
  }
}

TEST(ManifestJsonTest, EveryPrefixIsReadOrRefused) {
  const std::string json = ManifestToJson(Example());
  for (size_t size = 0; size + 2 < json.size(); ++size) {
    EXPECT_FALSE(ManifestFromJson(std::string_view(json).substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace baton::record
