#include "bench/impair/impairment.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/hash.h"

namespace baton::impair {
namespace {

// What is waiting is counted in these, so that nothing is rounded at any rate: a byte is sent when
// so many bits a second have been at work for so many nanoseconds that their product is this.
constexpr uint64_t kByte = 8 * uint64_t{1'000'000'000};

bool IsShare(double share) { return share >= 0 && share <= 1; }

}  // namespace

bool IsPossible(const Profile& profile) {
  return IsShare(profile.loss) && IsShare(profile.duplicate) && IsShare(profile.reorder) &&
         IsShare(profile.corrupt) && profile.mean_burst >= 1 && std::isfinite(profile.mean_burst) &&
         profile.burst_loss >= 0 && profile.burst_loss <= MaxBurstLoss(profile.mean_burst) &&
         profile.reorder_by >= Duration::zero() && profile.delay >= Duration::zero() &&
         profile.jitter >= Duration::zero();
}

void Corrupt(const Delivery& delivery, std::span<uint8_t> datagram) {
  if (delivery.flipped_bit == Delivery::kIntact) return;
  const size_t byte = delivery.flipped_bit / 8;
  BATON_CHECK(byte < datagram.size());
  datagram[byte] = static_cast<uint8_t>(datagram[byte] ^ (1U << delivery.flipped_bit % 8));
}

Impairment::Chance::Chance(double share)
    : below_(static_cast<uint64_t>(std::llround(std::ldexp(share, 53)))) {}

Impairment::Impairment(const Profile& profile, uint64_t seed) {
  // Seeds that differ in little become such that do not.
  Random random(seed);
  seed_ = random();
  unharmed_seed_ = random();
  Change(profile);
}

void Impairment::Change(const Profile& profile) {
  BATON_CHECK(IsPossible(profile));
  profile_ = profile;
  loss_ = Chance(profile.loss);
  duplicate_ = Chance(profile.duplicate);
  reorder_ = Chance(profile.reorder);
  corrupt_ = Chance(profile.corrupt);
  // The bad state ends with probability 1/m, so that it lasts m datagrams on average; it begins
  // with the probability that makes its share of all datagrams the one that was asked for.
  const double ends = 1 / profile.mean_burst;
  burst_ends_ = Chance(ends);
  burst_begins_ = Chance(std::min(1.0, ends * profile.burst_loss / (1 - profile.burst_loss)));
  if (profile.burst_loss == 0) in_burst_ = false;
}

Passage Impairment::Pass(TimePoint now, size_t size) {
  // Each datagram has a generator of its own, and each question takes the same number of it in any
  // case: so no fault depends on another, and none on those before.
  Random random(MixHash(seed_, ordinal_++));
  const bool lost = IsLost(random);
  const bool duplicated = duplicate_.Hits(random);
  if (lost) return {.fate = Fate::kLost};
  const std::optional<TimePoint> sent = Send(now, size);
  if (!sent) return {.fate = Fate::kQueueFull};
  Passage passage{.count = static_cast<uint8_t>(duplicated ? 2 : 1)};
  for (size_t i = 0; i < passage.count; ++i) passage.all[i] = Deliver(*sent, size, random);
  return passage;
}

Passage Impairment::PassUnharmed(TimePoint now, size_t size) {
  Random random(MixHash(unharmed_seed_, unharmed_ordinal_++));
  const std::optional<TimePoint> sent = Send(now, size);
  if (!sent) return {.fate = Fate::kQueueFull};
  Passage passage{.count = 1};
  passage.all[0].at = Arrive(*sent, random);
  return passage;
}

bool Impairment::IsLost(Random& random) {
  const bool alone = loss_.Hits(random);
  const Chance& changes = in_burst_ ? burst_ends_ : burst_begins_;
  if (changes.Hits(random)) in_burst_ = !in_burst_;
  return alone || in_burst_;
}

std::optional<TimePoint> Impairment::Send(TimePoint now, size_t size) {
  const uint64_t rate = profile_.bits_per_second;
  if (rate == 0) return now;
  now = std::max(now, waiting_at_);
  const Uint128 sent = static_cast<Uint128>((now - waiting_at_).count()) * rate;
  waiting_ -= std::min(waiting_, sent);
  waiting_at_ = now;
  const Uint128 with_it = waiting_ + Uint128{size} * kByte;
  if (waiting_ > 0 && with_it > Uint128{profile_.queue_bytes} * kByte) return std::nullopt;
  waiting_ = with_it;
  // Rounded up: the rate is never exceeded.
  return now + Duration(static_cast<Duration::rep>((waiting_ + rate - 1) / rate));
}

TimePoint Impairment::Arrive(TimePoint sent, Random& random) {
  const uint64_t jitter_ns = random.Below(static_cast<uint64_t>(profile_.jitter.count()) + 1);
  TimePoint at = sent + profile_.delay + Duration(static_cast<Duration::rep>(jitter_ns));
  if (!profile_.jitter_reorders) at = std::max(at, last_arrival_);
  last_arrival_ = std::max(at, last_arrival_);
  return at;
}

Delivery Impairment::Deliver(TimePoint sent, size_t size, Random& random) {
  const bool held_back = reorder_.Hits(random);
  const bool corrupted = corrupt_.Hits(random);
  const uint64_t bit = random.Below(std::max<uint64_t>(size * 8, 1));
  const TimePoint at = Arrive(sent, random);
  return {.at = held_back ? at + profile_.reorder_by : at,
          .flipped_bit = corrupted && size > 0 ? static_cast<uint32_t>(bit) : Delivery::kIntact,
          .held_back = held_back};
}

}  // namespace baton::impair
