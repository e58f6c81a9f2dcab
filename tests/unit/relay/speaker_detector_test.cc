#include "relay/speaker_detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/random.h"
#include "tests/unit/relay/voices.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;

static_assert(std::is_trivially_copyable_v<SpeakerState>);
static_assert(std::is_trivially_copyable_v<DominantSpeaker>);

constexpr float kLoud = SpeakerState::kStartLoudness;
constexpr float kBetween = (SpeakerState::kStartLoudness + SpeakerState::kStopLoudness) / 2;
constexpr float kSilent = 0;
constexpr Duration kJustLess{-1};

// --- SpeakerState -------------------------------------------------------------------------------

class SpeakerStateTest : public testing::Test {
 protected:
  SpeakerChange After(Duration step, float loudness) {
    now_ += step;
    return state_.Update(loudness, now_);
  }
  void Start() {
    After({}, kLoud);
    ASSERT_EQ(After(SpeakerState::kStartTime, kLoud), SpeakerChange::kStarted);
  }

  SpeakerState state_;
  TimePoint now_{hours(-1)};
};

TEST_F(SpeakerStateTest, StartsWhenLoudForLongEnough) {
  EXPECT_EQ(After({}, kLoud), SpeakerChange::kNone);
  EXPECT_EQ(After(SpeakerState::kStartTime + kJustLess, kLoud), SpeakerChange::kNone);
  EXPECT_FALSE(state_.speaking());
  EXPECT_EQ(After(Duration(1), kLoud), SpeakerChange::kStarted);
  EXPECT_TRUE(state_.speaking());
  EXPECT_EQ(state_.changed_at(), now_);
  EXPECT_EQ(After(seconds(10), kLoud), SpeakerChange::kNone) << "only once";
}

TEST_F(SpeakerStateTest, AMomentBelowTheThresholdBeginsAnew) {
  After({}, kLoud);
  After(milliseconds(200), kLoud - 0.1F);
  EXPECT_EQ(After(milliseconds(100), kLoud), SpeakerChange::kNone);
  EXPECT_EQ(After(SpeakerState::kStartTime + kJustLess, kLoud), SpeakerChange::kNone);
  EXPECT_EQ(After(Duration(1), kLoud), SpeakerChange::kStarted);
}

TEST_F(SpeakerStateTest, StopsWhenSilentForLongEnough) {
  Start();
  EXPECT_EQ(After(milliseconds(100), kSilent), SpeakerChange::kNone);
  EXPECT_EQ(After(SpeakerState::kStopTime + kJustLess, kSilent), SpeakerChange::kNone);
  EXPECT_TRUE(state_.speaking());
  EXPECT_EQ(After(Duration(1), kSilent), SpeakerChange::kStopped);
  EXPECT_FALSE(state_.speaking());
  EXPECT_EQ(state_.changed_at(), now_);
  EXPECT_EQ(After(seconds(10), kSilent), SpeakerChange::kNone) << "only once";
}

TEST_F(SpeakerStateTest, BetweenTheThresholdsNothingChanges) {
  for (int i = 0; i < 100; ++i) ASSERT_EQ(After(milliseconds(100), kBetween), SpeakerChange::kNone);
  Start();
  for (int i = 0; i < 100; ++i) ASSERT_EQ(After(milliseconds(100), kBetween), SpeakerChange::kNone);
  EXPECT_TRUE(state_.speaking());
  After(milliseconds(100), kSilent);
  After(milliseconds(900), SpeakerState::kStopLoudness);
  EXPECT_EQ(After(milliseconds(100), kSilent), SpeakerChange::kNone) << "the pause began anew";
}

TEST_F(SpeakerStateTest, WhoNeverSpokeIsBeforeAllOthers) {
  EXPECT_EQ(state_.changed_at(), TimePoint::min());
  After({}, kLoud);
  EXPECT_EQ(state_.changed_at(), TimePoint::min());
}

// --- With audio levels
// ------------------------------------------------------------------------------

// A room whose endpoints have one audio stream each; endpoint i joined as number i.
class SpeakersTest : public testing::Test {
 protected:
  struct Told {
    size_t endpoint;
    SpeakerChange change;
    Duration at;  // since the start of Run()
  };

  void Join(size_t count, TimePoint start = TimePoint(hours(1))) {
    voices_.emplace(count, start);
    states_.assign(count, {});
    dominant_ = {};
  }
  void Run(Duration duration) {
    told_.clear();
    dominant_changes_ = 0;
    const TimePoint start = voices_->now();
    voices_->Run(duration, [&] { Tick(start); });
  }
  std::vector<Speaker> Speakers() const {
    std::vector<Speaker> speakers;
    for (size_t i = 0; i < states_.size(); ++i) {
      const auto number = static_cast<uint32_t>(i);
      speakers.push_back({number, number, voices_->MeanLoudness(i), &states_[i]});
    }
    return speakers;
  }
  std::vector<uint32_t> Latest(size_t count) const {
    std::vector<Speaker> speakers = Speakers();
    std::vector<uint32_t> latest;
    for (const Speaker& speaker : LatestSpeakers(speakers, count)) {
      latest.push_back(speaker.endpoint);
    }
    return latest;
  }
  // Endpoint `i` speaks for two seconds, and all are silent for two.
  void Say(size_t i) {
    voices_->Set(i, 25);
    Run(seconds(2));
    voices_->Set(i, 127);
    Run(seconds(2));
  }

  std::optional<test::Voices> voices_;
  std::vector<SpeakerState> states_;
  DominantSpeaker dominant_;
  std::vector<Told> told_;
  int dominant_changes_ = 0;

 private:
  void Tick(TimePoint start) {
    for (size_t i = 0; i < states_.size(); ++i) {
      const SpeakerChange change = states_[i].Update(voices_->MeanLoudness(i), voices_->now());
      if (change != SpeakerChange::kNone) told_.push_back({i, change, voices_->now() - start});
    }
    const uint32_t before = dominant_.endpoint();
    const bool changed = dominant_.Update(Speakers(), voices_->now());
    ASSERT_EQ(changed, dominant_.endpoint() != before);
    if (changed) ++dominant_changes_;
  }
};

TEST_F(SpeakersTest, ATalkSpurtIsNoticedAndEnds) {
  for (const int hour : {-100'000, 0, 100'000}) {
    Join(1, TimePoint(hours(hour)));
    voices_->Set(0, 25);
    Run(seconds(5));
    ASSERT_EQ(told_.size(), 1u);
    EXPECT_EQ(told_[0].change, SpeakerChange::kStarted);
    EXPECT_GE(told_[0].at, SpeakerState::kStartTime);
    EXPECT_LE(told_[0].at, milliseconds(600));
    voices_->Set(0, 127);
    Run(seconds(5));
    ASSERT_EQ(told_.size(), 1u);
    EXPECT_EQ(told_[0].change, SpeakerChange::kStopped);
    EXPECT_GE(told_[0].at, SpeakerState::kStopTime);
    EXPECT_LE(told_[0].at, milliseconds(1500));
  }
}

TEST_F(SpeakersTest, ACoughIsNoSpeech) {
  Join(1);
  for (const uint8_t floor : std::to_array<uint8_t>({127, 60})) {
    for (int i = 0; i < 10; ++i) {
      voices_->Set(0, 0);  // as loud as can be
      Run(milliseconds(100));
      EXPECT_TRUE(told_.empty());
      voices_->Set(0, floor);
      Run(milliseconds(900));
      EXPECT_TRUE(told_.empty());
    }
  }
}

TEST_F(SpeakersTest, PausesBetweenWordsDoNotEndSpeech) {
  Join(1);
  voices_->Set(0, 25);
  Run(seconds(1));
  for (int i = 0; i < 20; ++i) {
    voices_->Set(0, 127);
    Run(milliseconds(800));
    EXPECT_TRUE(told_.empty());
    voices_->Set(0, 30);
    Run(milliseconds(300));
    EXPECT_TRUE(told_.empty());
  }
}

TEST_F(SpeakersTest, WhoSendsNothingStopsToSpeak) {
  Join(1);
  voices_->Set(0, 25);
  Run(seconds(2));
  voices_->Set(0, std::nullopt);
  Run(seconds(3));
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].change, SpeakerChange::kStopped);
  EXPECT_LE(told_[0].at, milliseconds(1700));
}

TEST_F(SpeakersTest, NoiseBelowTheThresholdIsNoSpeech) {
  Join(1);
  voices_->Set(0, 51);
  Run(seconds(60));
  EXPECT_TRUE(told_.empty());
}

// However wild the levels are, a start needs kStartTime and a stop needs kStopTime.
TEST_F(SpeakersTest, DoesNotFlap) {
  Random random(uint64_t{5});
  Join(1);
  size_t changes = 0;
  constexpr int kSeconds = 1000;
  for (int i = 0; i < kSeconds * 10; ++i) {
    voices_->Set(0, static_cast<uint8_t>(random.Below(128)));
    Run(test::kTick);
    changes += told_.size();
  }
  EXPECT_LE(changes,
            1 + 2 * seconds(kSeconds) / (SpeakerState::kStartTime + SpeakerState::kStopTime));
}

// --- DominantSpeaker ----------------------------------------------------------------------------

TEST_F(SpeakersTest, WithoutSpeechNobodyIsDominant) {
  Join(3);
  for (size_t i = 0; i < 3; ++i) voices_->Set(i, 70);
  Run(seconds(5));
  EXPECT_EQ(dominant_.endpoint(), kNobody);
  EXPECT_EQ(dominant_changes_, 0);
}

TEST_F(SpeakersTest, WhoSpokeLastStaysDominantUntilAnotherSpeaks) {
  Join(3);
  Say(1);
  Run(seconds(600));
  EXPECT_EQ(dominant_.endpoint(), 1u);
  Say(2);
  EXPECT_EQ(dominant_.endpoint(), 2u);
}

TEST_F(SpeakersTest, OneWhoFallsSilentIsFollowedWithinASecond) {
  Join(2);
  voices_->Set(0, 20);
  Run(seconds(5));
  EXPECT_EQ(dominant_.endpoint(), 0u);
  voices_->Set(0, 127);
  voices_->Set(1, 40);
  Run(milliseconds(400));
  EXPECT_EQ(dominant_.endpoint(), 0u);
  Run(milliseconds(1000));
  EXPECT_EQ(dominant_.endpoint(), 1u);
}

TEST_F(SpeakersTest, CrosstalkDoesNotChangeTheDominantOne) {
  Join(2);
  voices_->Set(0, 30);
  Run(seconds(2));
  Random random(uint64_t{3});
  for (int i = 0; i < 100; ++i) {
    voices_->Set(0, static_cast<uint8_t>(28 + random.Below(4)));
    voices_->Set(1, static_cast<uint8_t>(28 + random.Below(4)));
    Run(milliseconds(100));
    ASSERT_EQ(dominant_.endpoint(), 0u);
  }
}

// With loudness as the test says; all of them speak, except those that are told to be silent.
class DominantSpeakerTest : public testing::Test {
 protected:
  DominantSpeakerTest() {
    speaking_.Update(kLoud, now_ - seconds(1));
    speaking_.Update(kLoud, now_);
  }
  bool After(Duration step, const std::vector<float>& loudness) {
    now_ += step;
    std::vector<Speaker> speakers;
    for (uint32_t i = 0; i < loudness.size(); ++i) {
      const bool speaks = loudness[i] != kSilent;
      speakers.push_back({i + 100, i, loudness[i], speaks ? &speaking_ : &silent_});
    }
    std::ranges::reverse(speakers);  // their order in the span has no meaning
    return dominant_.Update(speakers, now_);
  }

  DominantSpeaker dominant_;
  SpeakerState speaking_;
  SpeakerState silent_;
  TimePoint now_{hours(-1)};
};

TEST_F(DominantSpeakerTest, OfEqualsItIsTheFirstThatJoined) {
  EXPECT_TRUE(After({}, {80, 90, 90, 80}));
  EXPECT_EQ(dominant_.endpoint(), 101u);
}

TEST_F(DominantSpeakerTest, AChallengerIsClearlyLouderForAWhile) {
  After({}, {80, kSilent});
  EXPECT_FALSE(After(seconds(1), {80, 83}));
  EXPECT_FALSE(After(DominantSpeaker::kTime + kJustLess, {80, 83}));
  EXPECT_TRUE(After(Duration(1), {80, 83}));
  EXPECT_EQ(dominant_.endpoint(), 101u);
  EXPECT_FALSE(After(Duration(1), {86, 83})) << "and the other way round it takes as long again";
  EXPECT_FALSE(After(DominantSpeaker::kTime + kJustLess, {86, 83}));
  EXPECT_TRUE(After(Duration(1), {86, 83}));
}

TEST_F(DominantSpeakerTest, ALittleLouderIsNotEnough) {
  After({}, {80, kSilent});
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(After(milliseconds(100), {80, 82.9F}));
}

TEST_F(DominantSpeakerTest, AChallengerThatFallsBackBeginsAnew) {
  After({}, {80, kSilent});
  After(seconds(1), {80, 90});
  After(milliseconds(400), {80, 81});
  EXPECT_FALSE(After(milliseconds(100), {80, 90}));
  EXPECT_FALSE(After(DominantSpeaker::kTime + kJustLess, {80, 90}));
  EXPECT_TRUE(After(Duration(1), {80, 90}));
}

TEST_F(DominantSpeakerTest, AChallengerThatStopsToSpeakIsNone) {
  After({}, {80, kSilent});
  After(seconds(1), {80, 90});
  EXPECT_FALSE(After(seconds(1), {80, kSilent}));
  EXPECT_FALSE(After(seconds(1), {80, 90}));
}

TEST_F(DominantSpeakerTest, WhenAllFallSilentTheChallengeIsOver) {
  After({}, {80, kSilent});
  After(seconds(1), {80, 90});
  EXPECT_FALSE(After(milliseconds(300), {kSilent, kSilent}));
  EXPECT_EQ(dominant_.endpoint(), 100u);
  EXPECT_FALSE(After(milliseconds(300), {80, 90})) << "it begins anew";
}

TEST_F(DominantSpeakerTest, AChallengeOfTheOneBeforeIsOver) {
  After({}, {80, kSilent, kSilent});
  After(milliseconds(100), {80, 90, kSilent});
  EXPECT_TRUE(After(milliseconds(400), {kSilent, 90, 91}));
  EXPECT_EQ(dominant_.endpoint(), 102u);
  EXPECT_FALSE(After(milliseconds(100), {kSilent, 95, 91}));
  EXPECT_TRUE(After(DominantSpeaker::kTime, {kSilent, 95, 91}));
}

TEST_F(DominantSpeakerTest, OneThatDoesNotSpeakIsNoChallengerHoweverLoud) {
  std::vector<Speaker> speakers = {{100, 0, 80, &speaking_}, {101, 1, 90, &silent_}};
  dominant_.Update(speakers, now_);
  EXPECT_EQ(dominant_.endpoint(), 100u);
  speakers[1].state = &speaking_;
  dominant_.Update(speakers, now_);
  speakers[1].state = &silent_;
  EXPECT_FALSE(dominant_.Update(speakers, now_ + DominantSpeaker::kTime));
}

TEST_F(DominantSpeakerTest, ASilentOneGivesWayAtOnceToTheLoudest) {
  After({}, {80, kSilent, kSilent});
  EXPECT_TRUE(After(milliseconds(100), {kSilent, 70, 71}));
  EXPECT_EQ(dominant_.endpoint(), 102u);
}

TEST_F(DominantSpeakerTest, ChallengersThatTakeTurnsDoNotKeepEachOtherOut) {
  After({}, {80, kSilent, kSilent});
  After(milliseconds(100), {80, 90, 85});
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(After(milliseconds(100), {80, 85, 90}));
    EXPECT_FALSE(After(milliseconds(100), {80, 90, 85}));
  }
  EXPECT_TRUE(After(milliseconds(100), {80, 85, 90}));
  EXPECT_EQ(dominant_.endpoint(), 101u) << "the first of the two";
}

TEST_F(DominantSpeakerTest, WhoIsNotThereIsNotDominant) {
  After({}, {kSilent, 80});
  EXPECT_EQ(dominant_.endpoint(), 101u);
  EXPECT_TRUE(After(milliseconds(100), {kSilent}));
  EXPECT_EQ(dominant_.endpoint(), kNobody);
  EXPECT_FALSE(After(milliseconds(100), {}));
}

TEST_F(DominantSpeakerTest, WhoLeavesLeavesNothingToWhoGetsItsNumber) {
  After({}, {80, kSilent});
  dominant_.Forget(101);
  EXPECT_EQ(dominant_.endpoint(), 100u);
  dominant_.Forget(100);
  EXPECT_EQ(dominant_.endpoint(), kNobody);
  EXPECT_FALSE(After(milliseconds(100), {kSilent, kSilent})) << "nobody has spoken since";

  EXPECT_TRUE(After(milliseconds(100), {80, kSilent}));
  After(milliseconds(100), {80, 90});
  dominant_.Forget(101);
  EXPECT_FALSE(After(DominantSpeaker::kTime, {80, 90})) << "a challenge of its own";
  EXPECT_TRUE(After(DominantSpeaker::kTime, {80, 90}));
}

TEST_F(DominantSpeakerTest, WhoBecomesDominantIsChallengedAnew) {
  After({}, {80, kSilent, kSilent});
  After({}, {80, 84, 90});  // the last one challenges
  EXPECT_TRUE(After(DominantSpeaker::kTime, {80, 84, 90}));
  EXPECT_EQ(dominant_.endpoint(), 102u);
  After(Duration(1), {80, 94, 90});
  EXPECT_FALSE(After(DominantSpeaker::kTime + kJustLess, {80, 94, 90}));
  EXPECT_TRUE(After(Duration(1), {80, 94, 90}));
}

TEST_F(DominantSpeakerTest, ChangesAtMostOnceInItsTimeWhoeverSpeaks) {
  Random random(uint64_t{3});
  TimePoint changed_at = now_ - hours(1);
  for (int i = 0; i < 100'000; ++i) {
    std::vector<float> loudness(5);
    for (float& one : loudness) one = 77 + static_cast<float>(random.Below(50));
    if (!After(milliseconds(100), loudness)) continue;
    ASSERT_GE(now_ - changed_at, DominantSpeaker::kTime);
    changed_at = now_;
  }
  EXPECT_GT(changed_at, now_ - hours(1)) << "there were changes";
}

// --- LatestSpeakers -----------------------------------------------------------------------------

TEST_F(SpeakersTest, WithoutSpeechTheOrderIsThatOfJoining) {
  Join(4);
  EXPECT_THAT(Latest(0), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Latest(2), ElementsAre(0, 1));
}

TEST_F(SpeakersTest, WhoSpokeLastIsFirst) {
  Join(4);
  Say(2);
  Say(3);
  Say(1);
  EXPECT_THAT(Latest(0), ElementsAre(1, 3, 2, 0));
  EXPECT_THAT(Latest(1), ElementsAre(1));
  EXPECT_THAT(Latest(4), ElementsAre(1, 3, 2, 0));
  EXPECT_THAT(Latest(5), ElementsAre(1, 3, 2, 0));
}

TEST_F(SpeakersTest, WhoSpeaksIsBeforeWhoSpokeAndWhoBeganLastBeforeTheOthers) {
  Join(4);
  voices_->Set(3, 25);
  Run(seconds(2));
  voices_->Set(0, 25);
  Run(seconds(2));
  Say(2);
  EXPECT_THAT(Latest(0), ElementsAre(0, 3, 2, 1));
}

// Not who began last: one who spoke for long is not behind one who said a word meanwhile.
TEST_F(SpeakersTest, OfThoseThatSpokeWhoStoppedLastIsFirst) {
  Join(3);
  voices_->Set(1, 25);
  Run(seconds(2));
  Say(2);
  Run(seconds(2));
  voices_->Set(1, 127);
  Run(seconds(2));
  EXPECT_THAT(Latest(0), ElementsAre(1, 2, 0));
}

TEST_F(SpeakersTest, OfEqualsTheFirstThatJoinedIsFirst) {
  Join(5);
  for (const size_t i : {4, 1, 3}) voices_->Set(i, 25);
  Run(seconds(2));
  EXPECT_THAT(Latest(0), ElementsAre(1, 3, 4, 0, 2));
}

TEST(LatestSpeakers, OfNobodyIsNobody) {
  EXPECT_TRUE(LatestSpeakers({}, 0).empty());
  EXPECT_TRUE(LatestSpeakers({}, 3).empty());
}

}  // namespace
}  // namespace baton::relay
