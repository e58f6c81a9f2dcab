// Which datagrams the faults hit: how many, in what runs, and always the same ones.
#include "bench/impair/impairment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include "base/random.h"

namespace baton::impair {
namespace {

using std::chrono::milliseconds;

constexpr size_t kSize = 1200;
constexpr size_t kMany = 50'000;

TimePoint At(Duration since_start) { return TimePoint(since_start); }

std::vector<Passage> PassMany(const Profile& profile, uint64_t seed, size_t count = kMany,
                              size_t size = kSize) {
  Impairment impairment(profile, seed);
  std::vector<Passage> passages;
  for (size_t i = 0; i < count; ++i) {
    passages.push_back(impairment.Pass(At(milliseconds(i)), size));
  }
  return passages;
}

using Question = std::function<bool(const Passage&)>;

bool IsLost(const Passage& passage) { return passage.fate == Fate::kLost; }
bool IsDuplicated(const Passage& passage) { return passage.count == 2; }
bool IsHeldBack(const Passage& passage) { return passage.count > 0 && passage.all[0].held_back; }
bool IsCorrupted(const Passage& passage) {
  return passage.count > 0 && passage.all[0].flipped_bit != Delivery::kIntact;
}

double ShareOf(const std::vector<Passage>& passages, const Question& question) {
  size_t count = 0;
  for (const Passage& passage : passages) count += question(passage) ? 1 : 0;
  return static_cast<double>(count) / static_cast<double>(passages.size());
}

std::set<size_t> OrdinalsOf(const std::vector<Passage>& passages, const Question& question) {
  std::set<size_t> ordinals;
  for (size_t i = 0; i < passages.size(); ++i) {
    if (question(passages[i])) ordinals.insert(i);
  }
  return ordinals;
}

// Four standard deviations of a share of kMany independent cases: with a fixed seed it either holds
// or it does not.
double Tolerance(double share) {
  return 4 * std::sqrt(share * (1 - share) / static_cast<double>(kMany));
}

struct Fault {
  const char* name;
  double Profile::*share;
  Question question;
};

const std::vector<Fault>& Faults() {
  static const std::vector<Fault> faults = {{"loss", &Profile::loss, IsLost},
                                            {"duplicate", &Profile::duplicate, IsDuplicated},
                                            {"reorder", &Profile::reorder, IsHeldBack},
                                            {"corrupt", &Profile::corrupt, IsCorrupted}};
  return faults;
}

Profile With(double Profile::*share, double value) {
  Profile profile;
  profile.*share = value;
  return profile;
}

TEST(Impairment, HandsOnAtOnceAndUnharmedByDefault) {
  const std::vector<Passage> passages = PassMany({}, 1, 1000);
  for (size_t i = 0; i < passages.size(); ++i) {
    ASSERT_EQ(passages[i].fate, Fate::kDelivered);
    ASSERT_EQ(passages[i].deliveries().size(), 1U);
    ASSERT_TRUE(passages[i].all[0].at == At(milliseconds(i)));
    ASSERT_EQ(passages[i].all[0].flipped_bit, Delivery::kIntact);
    ASSERT_FALSE(passages[i].all[0].held_back);
  }
}

TEST(Impairment, HitsTheShareThatItIsTold) {
  for (const Fault& fault : Faults()) {
    for (const double share : {0.0, 0.001, 0.05, 0.5, 0.999, 1.0}) {
      const auto passages = PassMany(With(fault.share, share), 7);
      EXPECT_NEAR(ShareOf(passages, fault.question), share, Tolerance(share))
          << fault.name << " " << share;
    }
  }
}

TEST(Impairment, HitsEachDatagramForItself) {
  // What follows a loss is lost as often as anything else.
  const auto passages = PassMany(With(&Profile::loss, 0.2), 3);
  size_t losses = 0;
  size_t after_loss = 0;
  for (size_t i = 1; i < passages.size(); ++i) {
    if (!IsLost(passages[i - 1])) continue;
    ++losses;
    after_loss += IsLost(passages[i]) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(after_loss) / static_cast<double>(losses), 0.2, 0.01);
}

TEST(Impairment, DeliversNothingOfWhatIsLost) {
  for (const Passage& passage : PassMany({.loss = 0.5, .duplicate = 1}, 1, 1000)) {
    ASSERT_EQ(passage.deliveries().size(), IsLost(passage) ? 0U : 2U);
  }
}

TEST(Impairment, BurstsHaveTheShareAndTheMeanLengthThatTheyAreTold) {
  for (const double share : {0.01, 0.1, 0.5}) {
    for (const double mean : {1.0, 2.5, 20.0}) {
      if (share > MaxBurstLoss(mean)) continue;
      const auto passages = PassMany({.burst_loss = share, .mean_burst = mean}, 11);
      size_t bursts = 0;
      size_t lost = 0;
      for (size_t i = 0; i < passages.size(); ++i) {
        if (!IsLost(passages[i])) continue;
        ++lost;
        bursts += i == 0 || !IsLost(passages[i - 1]) ? 1 : 0;
      }
      const double measured = static_cast<double>(lost) / static_cast<double>(bursts);
      // Four standard deviations, of a geometric distribution and of a chain with such bursts.
      EXPECT_NEAR(measured, mean,
                  4 * std::sqrt(mean * (mean - 1) / static_cast<double>(bursts)) + 1e-9)
          << share;
      EXPECT_NEAR(static_cast<double>(lost) / kMany, share, Tolerance(share) * std::sqrt(2 * mean))
          << mean;
    }
  }
}

TEST(Impairment, BurstsOfOneNeverMeet) {
  const auto passages = PassMany({.burst_loss = 0.3, .mean_burst = 1}, 5);
  for (size_t i = 1; i < passages.size(); ++i) {
    ASSERT_FALSE(IsLost(passages[i]) && IsLost(passages[i - 1])) << i;
  }
}

TEST(Impairment, BurstsLoseAtMostWhatTheirLengthAllows) {
  EXPECT_EQ(MaxBurstLoss(1), 0.5);
  EXPECT_EQ(MaxBurstLoss(4), 0.8);
  // Every second one, then.
  const auto passages = PassMany({.burst_loss = 0.5, .mean_burst = 1}, 5, 1000);
  for (size_t i = 0; i < passages.size(); ++i) ASSERT_EQ(IsLost(passages[i]), i % 2 == 0) << i;
}

TEST(Impairment, LosesAloneAndInBurstsAtTheSameTime) {
  const auto both =
      OrdinalsOf(PassMany({.loss = 0.05, .burst_loss = 0.05, .mean_burst = 5}, 9, 20'000), IsLost);
  std::set<size_t> expected = OrdinalsOf(PassMany({.loss = 0.05}, 9, 20'000), IsLost);
  expected.merge(OrdinalsOf(PassMany({.burst_loss = 0.05, .mean_burst = 5}, 9, 20'000), IsLost));
  EXPECT_TRUE(both == expected);
}

Profile Everything() {
  return {.loss = 0.1,
          .burst_loss = 0.05,
          .mean_burst = 4,
          .duplicate = 0.1,
          .reorder = 0.1,
          .reorder_by = milliseconds(20),
          .corrupt = 0.1,
          .delay = milliseconds(50),
          .jitter = milliseconds(10),
          .bits_per_second = 12'000'000,
          .queue_bytes = 1'000'000};
}

bool Equal(const Passage& a, const Passage& b) {
  if (a.fate != b.fate || a.count != b.count) return false;
  for (size_t i = 0; i < a.count; ++i) {
    if (a.all[i].at != b.all[i].at || a.all[i].flipped_bit != b.all[i].flipped_bit ||
        a.all[i].held_back != b.all[i].held_back) {
      return false;
    }
  }
  return true;
}

TEST(Impairment, DoesTheSameWithTheSameSeed) {
  const auto once = PassMany(Everything(), 42, 10'000);
  const auto again = PassMany(Everything(), 42, 10'000);
  for (size_t i = 0; i < once.size(); ++i) ASSERT_TRUE(Equal(once[i], again[i])) << i;
}

// A seed and the next one, and seeds that are special to the generator's arithmetic.
TEST(Impairment, DoesOtherwiseWithAnotherSeed) {
  const std::vector<uint64_t> seeds = {0, 1, 2, ~uint64_t{0}, 0xa0761d6478bd642f};
  for (const uint64_t a : seeds) {
    const auto lost_a = OrdinalsOf(PassMany({.loss = 0.5}, a, 10'000), IsLost);
    EXPECT_NEAR(static_cast<double>(lost_a.size()), 5000, 250) << a;
    for (const uint64_t b : seeds) {
      if (b <= a) continue;
      const auto lost_b = OrdinalsOf(PassMany({.loss = 0.5}, b, 10'000), IsLost);
      size_t common = 0;
      for (const size_t i : lost_a) common += lost_b.contains(i) ? 1 : 0;
      EXPECT_NEAR(static_cast<double>(common), 2500, 250) << a << " " << b;
    }
  }
}

TEST(Impairment, HitsTheSameOnesWhateverElseItDoes) {
  // What arrives is the same for all of these, so that it can be compared.
  for (const Fault& fault : Faults()) {
    if (fault.share == &Profile::loss) continue;
    const Profile alone = With(fault.share, 0.1);
    Profile among_others = Everything();
    among_others.loss = 0;
    among_others.burst_loss = 0;
    EXPECT_TRUE(OrdinalsOf(PassMany(alone, 4, 20'000), fault.question) ==
                OrdinalsOf(PassMany(among_others, 4, 20'000, 300), fault.question))
        << fault.name;
  }
  Profile other_bursts = Everything();
  other_bursts.burst_loss = 0;
  EXPECT_TRUE(OrdinalsOf(PassMany({.loss = 0.1}, 4, 20'000), IsLost) ==
              OrdinalsOf(PassMany(other_bursts, 4, 20'000, 300), IsLost));
}

TEST(Impairment, HitsMoreThatIncludeTheFewerOfASmallerShare) {
  const auto few = OrdinalsOf(PassMany({.loss = 0.01}, 4, 20'000), IsLost);
  const auto more = OrdinalsOf(PassMany({.loss = 0.05}, 4, 20'000), IsLost);
  for (const size_t i : few) ASSERT_TRUE(more.contains(i));
}

TEST(Impairment, FaultsDoNotDependOnEachOther) {
  Profile profile = {.duplicate = 0.3, .reorder = 0.3, .corrupt = 0.3};
  const auto passages = PassMany(profile, 6);
  const auto expect_product = [&](const Question& a, const Question& b) {
    const double both = ShareOf(passages, [&](const Passage& p) { return a(p) && b(p); });
    EXPECT_NEAR(both, 0.09, Tolerance(0.09));
  };
  expect_product(IsDuplicated, IsHeldBack);
  expect_product(IsDuplicated, IsCorrupted);
  expect_product(IsHeldBack, IsCorrupted);
  // Nor does the copy share the fate of the original.
  const auto copy_is_corrupted = [](const Passage& p) {
    return p.count == 2 && p.all[1].flipped_bit != Delivery::kIntact;
  };
  const auto all_copied = PassMany({.duplicate = 1, .corrupt = 0.3}, 6);
  EXPECT_NEAR(ShareOf(all_copied, copy_is_corrupted), 0.3, Tolerance(0.3));
  EXPECT_NEAR(
      ShareOf(all_copied, [&](const Passage& p) { return IsCorrupted(p) && copy_is_corrupted(p); }),
      0.09, Tolerance(0.09));
}

TEST(Impairment, FlipsEveryBitThatADatagramHas) {
  std::set<uint32_t> bits;
  for (const Passage& passage : PassMany({.corrupt = 1}, 1, 2000, 4)) {
    bits.insert(passage.all[0].flipped_bit);
  }
  EXPECT_EQ(bits.size(), 32U);
  EXPECT_EQ(*bits.rbegin(), 31U);
}

TEST(Impairment, CorruptsNothingThatIsEmpty) {
  for (const Passage& passage : PassMany({.corrupt = 1}, 1, 100, 0)) {
    ASSERT_EQ(passage.all[0].flipped_bit, Delivery::kIntact);
  }
}

TEST(Impairment, CorruptFlipsTheBitThatItSays) {
  std::vector<uint8_t> bytes = {0x00, 0xff, 0x00};
  Corrupt({.flipped_bit = Delivery::kIntact}, bytes);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x00, 0xff, 0x00}));
  Corrupt({.flipped_bit = 0}, bytes);
  Corrupt({.flipped_bit = 15}, bytes);
  Corrupt({.flipped_bit = 23}, bytes);
  EXPECT_EQ(bytes, (std::vector<uint8_t>{0x01, 0x7f, 0x80}));
}

TEST(Impairment, LeavesTheUnharmedAloneAndTheirOrdinalsApart) {
  const Profile profile = {.loss = 0.3,
                           .burst_loss = 0.3,
                           .mean_burst = 3,
                           .duplicate = 1,
                           .reorder = 1,
                           .reorder_by = milliseconds(5),
                           .corrupt = 1,
                           .delay = milliseconds(50)};
  Impairment impairment(profile, 8);
  Random random(1);
  std::vector<Passage> harmed;
  for (int i = 0; i < 3000; ++i) {
    if (random.OneIn(3)) {
      const Passage passage = impairment.PassUnharmed(At(milliseconds(i)), kSize);
      ASSERT_EQ(passage.fate, Fate::kDelivered);
      ASSERT_EQ(passage.deliveries().size(), 1U);
      ASSERT_TRUE(passage.all[0].at == At(milliseconds(i + 50)));
      ASSERT_FALSE(passage.all[0].held_back);
      ASSERT_EQ(passage.all[0].flipped_bit, Delivery::kIntact);
    } else {
      harmed.push_back(impairment.Pass(At(milliseconds(i)), kSize));
    }
  }
  const auto without = PassMany(profile, 8, harmed.size());
  EXPECT_TRUE(OrdinalsOf(harmed, IsLost) == OrdinalsOf(without, IsLost));
}

TEST(Impairment, ChangesWithTheNextDatagram) {
  Impairment impairment({}, 1);
  EXPECT_EQ(impairment.Pass(At(milliseconds(0)), kSize).fate, Fate::kDelivered);
  impairment.Change({.loss = 1});
  EXPECT_EQ(impairment.profile().loss, 1);
  EXPECT_EQ(impairment.Pass(At(milliseconds(1)), kSize).fate, Fate::kLost);
  impairment.Change({});
  EXPECT_EQ(impairment.Pass(At(milliseconds(2)), kSize).fate, Fate::kDelivered);
}

TEST(Impairment, ABurstEndsWithTheProfileThatHasThem) {
  constexpr double kEndless = 1e15;
  Impairment impairment({.burst_loss = MaxBurstLoss(kEndless), .mean_burst = kEndless}, 1);
  EXPECT_EQ(impairment.Pass(At(milliseconds(0)), kSize).fate, Fate::kLost);
  EXPECT_EQ(impairment.Pass(At(milliseconds(1)), kSize).fate, Fate::kLost);
  impairment.Change({.mean_burst = kEndless});
  EXPECT_EQ(impairment.Pass(At(milliseconds(2)), kSize).fate, Fate::kDelivered);
}

TEST(Profile, IsPossibleWithinItsRanges) {
  EXPECT_TRUE(IsPossible({}));
  EXPECT_TRUE(IsPossible({.loss = 1, .duplicate = 1, .reorder = 1, .corrupt = 1}));
  EXPECT_TRUE(IsPossible({.burst_loss = 0.5, .mean_burst = 1}));
  EXPECT_FALSE(IsPossible({.burst_loss = 0.51, .mean_burst = 1}));
  EXPECT_FALSE(IsPossible({.burst_loss = 0.1, .mean_burst = 0.9}));
  EXPECT_FALSE(IsPossible({.burst_loss = -0.1}));
  EXPECT_FALSE(IsPossible({.mean_burst = INFINITY}));
  for (const Fault& fault : Faults()) {
    EXPECT_FALSE(IsPossible(With(fault.share, 1.01))) << fault.name;
    EXPECT_FALSE(IsPossible(With(fault.share, -0.01))) << fault.name;
    EXPECT_FALSE(IsPossible(With(fault.share, NAN))) << fault.name;
  }
  EXPECT_FALSE(IsPossible({.reorder_by = Duration(-1)}));
  EXPECT_FALSE(IsPossible({.delay = Duration(-1)}));
  EXPECT_FALSE(IsPossible({.jitter = Duration(-1)}));
}

}  // namespace
}  // namespace baton::impair
