#include "control/track_selection.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace baton::control {
namespace {

using relay::MediaKind;

TrackSelection Of(const std::vector<std::string>& patterns, v1::MediaKind kind = {}) {
  v1::TrackSelection message;
  for (const std::string& pattern : patterns) message.add_patterns(pattern);
  message.set_kind(kind);
  const auto selection = TrackSelection::FromMessage(message);
  EXPECT_TRUE(selection.ok()) << selection.status();
  return *selection;
}

TEST(TrackSelection, NoPatternIsEverything) {
  EXPECT_TRUE(Of({}).Has("alice", "cam", MediaKind::kVideo));
  EXPECT_TRUE(Of({}).Has("alice", "mic", MediaKind::kAudio));
}

TEST(TrackSelection, PatternsNamePublishersAndTracks) {
  EXPECT_TRUE(Of({"alice"}).Has("alice", "cam", MediaKind::kVideo));
  EXPECT_FALSE(Of({"alice"}).Has("alice2", "cam", MediaKind::kVideo));
  EXPECT_TRUE(Of({"alice/cam"}).Has("alice", "cam", MediaKind::kVideo));
  EXPECT_FALSE(Of({"alice/cam"}).Has("alice", "cam2", MediaKind::kVideo));
  EXPECT_TRUE(Of({"*/mic"}).Has("bob", "mic", MediaKind::kAudio));
  EXPECT_TRUE(Of({"b?b/*"}).Has("bob", "mic", MediaKind::kAudio));
  EXPECT_TRUE(Of({"x", "bob"}).Has("bob", "mic", MediaKind::kAudio));
}

TEST(TrackSelection, KindLimitsIt) {
  EXPECT_TRUE(Of({}, v1::MEDIA_KIND_AUDIO).Has("alice", "mic", MediaKind::kAudio));
  EXPECT_FALSE(Of({}, v1::MEDIA_KIND_AUDIO).Has("alice", "cam", MediaKind::kVideo));
  EXPECT_FALSE(Of({"bob"}, v1::MEDIA_KIND_VIDEO).Has("alice", "cam", MediaKind::kVideo));
}

TEST(TrackSelection, WrongPatternsAreRefused) {
  for (const std::string pattern : {"", "/", "a/", "/b", "a/b/c", "a b", "a\n", "{room}"}) {
    v1::TrackSelection message;
    message.add_patterns(pattern);
    EXPECT_FALSE(TrackSelection::FromMessage(message).ok()) << pattern;
  }
  v1::TrackSelection message;
  for (int i = 0; i < TrackSelection::kMaxPatterns; ++i) message.add_patterns("a");
  EXPECT_TRUE(TrackSelection::FromMessage(message).ok());
  message.add_patterns("a");
  EXPECT_FALSE(TrackSelection::FromMessage(message).ok());
  v1::TrackSelection kind;
  kind.set_kind(static_cast<v1::MediaKind>(7));
  EXPECT_FALSE(TrackSelection::FromMessage(kind).ok());
}

TEST(TrackSelection, Patterns) {
  EXPECT_TRUE(MatchesPattern("*", ""));
  EXPECT_TRUE(MatchesPattern("a*b*c", "axxbyyc"));
  EXPECT_TRUE(MatchesPattern("*a", "aaa"));
  EXPECT_TRUE(MatchesPattern("a?c", "abc"));
  EXPECT_FALSE(MatchesPattern("a?c", "ac"));
  EXPECT_FALSE(MatchesPattern("a*b", "ac"));
  EXPECT_FALSE(MatchesPattern("", "a"));
  EXPECT_TRUE(MatchesPattern("", ""));
}

// A pattern that would take ages if each '*' were tried anew for each other.
TEST(TrackSelection, ManyStarsAreCheap) {
  std::string pattern;
  for (int i = 0; i < 32; ++i) pattern += "*a";
  EXPECT_FALSE(MatchesPattern(pattern + "b", std::string(64, 'a')));
}

}  // namespace
}  // namespace baton::control
