// What one direction of a network path does to the datagrams that pass it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time_point.h"

namespace baton::impair {

// Shares are of all datagrams that enter, 0..1. What is not set does not happen: a default Profile
// hands on everything at once and unharmed.
//
// A datagram meets the stages in this order: it is lost, or takes its turn at the rate, or finds
// the queue there full; then, with a copy of it if it is duplicated, it takes the delay, is held
// back, and is corrupted.
struct Profile {
  // Each for itself.
  double loss = 0;

  // In bursts: everything is lost while the path is in its bad state, after Gilbert. Together with
  // `loss`, which then is what the good state loses, this is the model of Gilbert and Elliott. At
  // most MaxBurstLoss(mean_burst).
  double burst_loss = 0;
  // How many datagrams in a row a burst loses on average, at least 1. Their number is distributed
  // geometrically.
  double mean_burst = 1;

  // A second one arrives. It has a jitter of its own, and may itself be held back or corrupted; it
  // does not take a turn at the rate.
  double duplicate = 0;

  // Held back by `reorder_by` beyond what it would have taken, so that those which enter in that
  // time overtake it.
  double reorder = 0;
  Duration reorder_by{};

  // One bit is flipped.
  double corrupt = 0;

  // Of every datagram.
  Duration delay{};
  // On top of the delay, evenly distributed between nothing and this.
  Duration jitter{};
  // Whether jitter alone may change the order. Otherwise a datagram whose jitter is shorter than
  // that of the one before waits for it.
  bool jitter_reorders = false;

  // How fast the path takes datagrams, in bits of their payload a second; 0: at any rate.
  uint64_t bits_per_second = 0;
  // A datagram that finds more bytes waiting than leave room for it here is dropped. What is being
  // sent counts with what of it has not left yet; an idle path takes a datagram of any size.
  size_t queue_bytes = 0;
};

// The greatest share that bursts of this mean length can lose: that of bursts with a single
// datagram between one and the next.
constexpr double MaxBurstLoss(double mean_burst) { return mean_burst / (mean_burst + 1); }

// Whether all fields are in their ranges.
bool IsPossible(const Profile& profile);

}  // namespace baton::impair
