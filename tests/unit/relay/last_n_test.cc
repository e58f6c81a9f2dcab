#include "relay/last_n.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <type_traits>
#include <vector>

#include "base/random.h"
#include "tests/unit/relay/voices.h"

namespace baton::relay {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

static_assert(std::is_trivially_copyable_v<LastNState>);

constexpr float kAudible = kAudibleLoudness;
constexpr float kSilent = 0;
constexpr Duration kJustLess{-1};

using Chosen = std::set<size_t>;

// Track i was published as number i.
class LastNTest : public testing::Test {
 protected:
  // One tick; returns how many changed.
  size_t After(Duration step, const std::vector<float>& loudness) {
    now_ += step;
    states_.resize(std::max(states_.size(), loudness.size()));
    const Chosen before = chosen();
    std::vector<LastNTrack> tracks;
    for (size_t i = 0; i < loudness.size(); ++i) {
      const auto number = static_cast<uint32_t>(i);
      tracks.push_back({number + 100, number, loudness[i], &states_[i]});
    }
    std::ranges::reverse(tracks);  // their order in the span has no meaning
    const size_t changed = SelectLoudest(tracks, places_, now_);
    ExpectTold(tracks, before, changed);
    return changed;
  }
  Chosen chosen() const {
    Chosen result;
    for (size_t i = 0; i < states_.size(); ++i) {
      if (states_[i].chosen) result.insert(i);
    }
    return result;
  }

  size_t places_ = 2;
  std::vector<LastNState> states_;
  TimePoint now_{hours(-1)};

 private:
  void ExpectTold(const std::vector<LastNTrack>& tracks, const Chosen& before, size_t changed) {
    size_t count = 0;
    for (const LastNTrack& track : tracks) {
      const size_t i = track.track - 100;
      ASSERT_EQ(track.changed, before.contains(i) != states_[i].chosen);
      if (track.changed) ++count;
    }
    ASSERT_EQ(changed, count);
    const size_t limit = places_ == 0 ? tracks.size() : places_;
    ASSERT_EQ(chosen().size(), std::min(limit, tracks.size()));
  }
};

TEST_F(LastNTest, WithoutALimitAllAreChosen) {
  places_ = 0;
  EXPECT_EQ(After({}, {kSilent, 127, 50}), 3u);
  EXPECT_EQ(chosen(), (Chosen{0, 1, 2}));
  EXPECT_EQ(After(seconds(1), {kSilent, 127, 50}), 0u);
}

TEST_F(LastNTest, NobodyIsThere) {
  EXPECT_EQ(After({}, {}), 0u);
  places_ = 0;
  EXPECT_EQ(After({}, {}), 0u);
}

TEST_F(LastNTest, PlacesThatAreFreeGoToTheFirstIfNobodyIsHeard) {
  EXPECT_EQ(After({}, {kSilent, kSilent, kSilent}), 2u);
  EXPECT_EQ(chosen(), (Chosen{0, 1}));
}

TEST_F(LastNTest, FewerTracksThanPlacesAreAllChosen) {
  places_ = 3;
  After({}, {kSilent, kSilent});
  EXPECT_EQ(chosen(), (Chosen{0, 1}));
}

TEST_F(LastNTest, TheLoudestAreChosen) {
  After({}, {80, 100, 90, 70});
  EXPECT_EQ(chosen(), (Chosen{1, 2}));
}

TEST_F(LastNTest, WhoIsHeardTakesTheNextTickThePlaceOfOneWhoIsNot) {
  After({}, {kSilent, kSilent, kSilent});
  EXPECT_EQ(After(milliseconds(1), {kSilent, kSilent, kAudible - 0.1F}), 0u);
  EXPECT_EQ(After(milliseconds(1), {kSilent, kSilent, kAudible}), 2u);
  EXPECT_EQ(chosen(), (Chosen{0, 2}));
}

TEST_F(LastNTest, ThePlaceOfTheOneThatWasHeardLongestAgoGoesFirst) {
  places_ = 3;
  After({}, {kSilent, kSilent, kSilent, kSilent});
  After(seconds(2), {80, kSilent, kSilent, kSilent});
  After(seconds(2), {kSilent, kSilent, 80, kSilent});
  After(seconds(2), {kSilent, 80, kSilent, kSilent});
  After(seconds(2), {kSilent, kSilent, kSilent, 80});
  EXPECT_EQ(chosen(), (Chosen{1, 2, 3}));
}

TEST_F(LastNTest, AFreePlaceGoesToTheOneThatWasHeardLast) {
  places_ = 1;
  After({}, {kSilent, kSilent, kSilent, 100});
  After(seconds(2), {80, kSilent, kSilent, 100});
  After(seconds(2), {kSilent, 80, kSilent, 100});
  After(seconds(2), {kSilent, kSilent, kSilent, 100});
  EXPECT_EQ(chosen(), Chosen{3});
  places_ = 2;
  After(seconds(2), {kSilent, kSilent, 30, 100});
  EXPECT_EQ(chosen(), (Chosen{1, 3}));
}

TEST_F(LastNTest, OneThatIsHeardGivesWayOnlyToOneThatIsClearlyLouder) {
  places_ = 1;
  After({}, {80, kSilent});
  After(kLastNHold, {80, 80 + kLastNMargin});
  EXPECT_EQ(chosen(), Chosen{0});
  After(milliseconds(1), {80, 80 + kLastNMargin + 0.1F});
  EXPECT_EQ(chosen(), Chosen{1});
}

TEST_F(LastNTest, OneThatIsHeardKeepsItsPlaceForATime) {
  places_ = 1;
  After({}, {80, kSilent});
  After(kLastNHold + kJustLess, {80, 127});
  EXPECT_EQ(chosen(), Chosen{0});
  After(Duration(1), {80, 127});
  EXPECT_EQ(chosen(), Chosen{1});
}

TEST_F(LastNTest, OneThatIsNotHeardAnyMoreDoesNotKeepIt) {
  places_ = 1;
  After({}, {80, kSilent});
  After(milliseconds(100), {kAudible - kLastNMargin, 127});
  EXPECT_EQ(chosen(), Chosen{0}) << "still heard";
  After(milliseconds(100), {kAudible - kLastNMargin - 0.1F, 127});
  EXPECT_EQ(chosen(), Chosen{1});
}

TEST_F(LastNTest, OneThatLostItsPlaceHasToBeClearlyLouderItself) {
  places_ = 1;
  After({}, {80, kSilent});
  After(seconds(2), {80, 90});
  EXPECT_EQ(chosen(), Chosen{1});
  After(seconds(2), {95, 90});
  EXPECT_EQ(chosen(), Chosen{1});
  After(seconds(2), {97, 90});
  EXPECT_EQ(chosen(), Chosen{0});
}

TEST_F(LastNTest, EqualsAndSilentOnesStay) {
  After({}, {kSilent, kSilent, 90, kSilent, 90});
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(After(seconds(1), {90, 90, 90, 90, 90}), 0u);
    ASSERT_EQ(After(seconds(1), {kSilent, kSilent, kSilent, kSilent, kSilent}), 0u);
    // Noise that nobody is said to hear.
    ASSERT_EQ(After(seconds(1), {kAudible - 1, 30, 20, kAudible - 1, 0}), 0u);
  }
  EXPECT_EQ(chosen(), (Chosen{2, 4}));
}

TEST_F(LastNTest, FewerPlacesKeepTheLoudest) {
  places_ = 0;
  After({}, {70, 90, 80, kSilent});
  places_ = 2;
  EXPECT_EQ(After(milliseconds(100), {70, 90, 80, kSilent}), 2u);
  EXPECT_EQ(chosen(), (Chosen{1, 2}));
  places_ = 1;
  EXPECT_EQ(After(milliseconds(100), {70, 90, 80, kSilent}), 1u);
  EXPECT_EQ(chosen(), Chosen{1});
}

TEST_F(LastNTest, WhoLeavesMakesRoom) {
  After({}, {kSilent, 90, 80, 70});
  EXPECT_EQ(chosen(), (Chosen{1, 2}));
  states_.pop_back();
  states_.pop_back();
  EXPECT_EQ(After(milliseconds(100), {kSilent, 90}), 1u);
  EXPECT_EQ(chosen(), (Chosen{0, 1}));
}

// --- With audio levels
// ----------------------------------------------------------------------------

// How long it takes until `track` is among the chosen.
std::optional<Duration> TimeUntilChosen(test::Voices& voices, std::vector<LastNState>& states,
                                        size_t places, size_t track, Duration limit) {
  const TimePoint start = voices.now();
  std::optional<Duration> result;
  while (!result && voices.now() - start < limit) {
    voices.Run(test::kTick, [&] {
      std::vector<LastNTrack> tracks;
      for (size_t i = 0; i < states.size(); ++i) {
        const auto number = static_cast<uint32_t>(i);
        tracks.push_back({number, number, voices.Loudness(i), &states[i]});
      }
      SelectLoudest(tracks, places, voices.now());
    });
    if (states[track].chosen) result = voices.now() - start;
  }
  return result;
}

TEST(LastNVoices, WhoSpeaksIntoSilenceIsInWithin200Milliseconds) {
  for (const uint8_t level : std::to_array<uint8_t>({0, 10, 20})) {
    test::Voices voices(5, TimePoint(hours(1)));
    std::vector<LastNState> states(5);
    for (size_t i = 0; i < 5; ++i) voices.Set(i, 127);
    EXPECT_FALSE(TimeUntilChosen(voices, states, 2, 4, seconds(3)));
    voices.Set(4, level);
    const auto time = TimeUntilChosen(voices, states, 2, 4, seconds(3));
    ASSERT_TRUE(time);
    EXPECT_LE(*time, milliseconds(200));
  }
}

TEST(LastNVoices, WhoSpeaksWhenOthersStopIsInWithin400Milliseconds) {
  Random random(uint64_t{3});
  for (int round = 0; round < 300; ++round) {
    const size_t count = 2 + random.Below(10);
    const size_t places = 1 + random.Below(count - 1);
    test::Voices voices(count, TimePoint(milliseconds(random.Below(1'000'000))));
    std::vector<LastNState> states(count);
    const size_t last = count - 1;
    // The others talk at random, the last one is silent.
    for (uint64_t i = random.Below(30); i > 0; --i) {
      for (size_t k = 0; k < last; ++k) {
        voices.Set(k, static_cast<uint8_t>(random.OneIn(2) ? 20 + random.Below(20) : 127));
      }
      TimeUntilChosen(voices, states, places, last, milliseconds(300));
    }
    for (size_t k = 0; k < last; ++k) voices.Set(k, 127);
    voices.Set(last, 20);
    const auto time = TimeUntilChosen(voices, states, places, last, seconds(3));
    ASSERT_TRUE(time);
    ASSERT_LE(*time, milliseconds(400)) << "round " << round;
  }
}

TEST(LastNVoices, PlacesChangeHandsSeldomWhateverIsSaid) {
  Random random(uint64_t{3});
  constexpr size_t kTracks = 30;
  constexpr size_t kPlaces = 3;
  constexpr int kSeconds = 300;
  test::Voices voices(kTracks, TimePoint(hours(1)));
  std::vector<LastNState> states(kTracks);
  size_t changes = 0;
  voices.Run(seconds(kSeconds), [&] {
    std::vector<LastNTrack> tracks;
    for (size_t i = 0; i < kTracks; ++i) {
      const auto number = static_cast<uint32_t>(i);
      tracks.push_back({number, number, voices.Loudness(i), &states[i]});
      voices.Set(i, static_cast<uint8_t>(random.Below(128)));
    }
    changes += SelectLoudest(tracks, kPlaces, voices.now());
    ASSERT_EQ(std::ranges::count(states, true, &LastNState::chosen), ptrdiff_t{kPlaces});
  });
  // One comes and one goes. Only what is not heard any more may go before kLastNHold.
  EXPECT_LE(changes, 2 * kPlaces * kSeconds * 3 / 2);
}

}  // namespace
}  // namespace baton::relay
