// Two samples as rows of rates: what the view shows. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cmd/batonctl/top/sample.h"

#include "proto/control.pb.h"

namespace baton::cli::top {

enum class Kind { kRoom, kTrack, kLeg };

// "In" is from publishers to the node, "out" from the node to subscribers. What is not known is
// absent. A track's "out" is all of its legs, and a room's values are all of its tracks and legs:
// sums of rates, and the worst loss, jitter and round trip.
struct Row {
  Kind kind = Kind::kRoom;
  std::string room;
  std::string subscriber;  // of legs
  std::string publisher;   // of tracks and legs
  std::string track;

  std::optional<double> in_bits;  // each per second; out with retransmissions
  std::optional<double> out_bits;
  std::optional<double> in_packets;
  std::optional<double> out_packets;
  std::optional<double> loss_in;   // 0 to 1: between the samples
  std::optional<double> loss_out;  // 0 to 1: as the subscriber's latest report has it
  std::optional<double> jitter_ms;
  std::optional<double> round_trip_ms;
  std::optional<double> nacks;  // packets asked for again: of the publisher, by the subscriber
  std::optional<double> key_frame_requests;  // likewise
  std::optional<double> retransmissions;     // that came, that were sent

  std::optional<control::v1::Layer> current;  // of legs
  std::optional<control::v1::Layer> wanted;
  bool speaking = false;
  bool paused = false;
};

// Rooms by name, each with its tracks and these with their legs. Without `before` there are no
// rates; nor are there for what it does not have, and for counters that have gone back.
std::vector<Row> MakeRows(const Sample* before, const Sample& now);

// "demo", "demo/alice/cam", "demo/bob <- alice/cam".
std::string NameOf(const Row& row);

}  // namespace baton::cli::top
