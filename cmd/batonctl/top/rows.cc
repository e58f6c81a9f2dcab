#include "cmd/batonctl/top/rows.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/batonctl/output/statistics_view.h"

namespace baton::cli::top {
namespace {

namespace v1 = control::v1;

using TrackKey = std::pair<std::string, std::string>;
using LegKey = std::tuple<std::string, std::string, std::string>;

TrackKey KeyOf(const v1::TrackStatistics& track) { return {track.endpoint(), track.track()}; }
LegKey KeyOf(const v1::LegStatistics& leg) {
  return {leg.leg().subscriber(), leg.leg().publisher(), leg.leg().track()};
}

// A room's statistics of before, by name.
struct Past {
  Past(const v1::RoomStatistics* before, uint64_t now_ms) {
    if (before == nullptr || before->sampled_at_ms() >= now_ms) return;
    seconds = static_cast<double>(now_ms - before->sampled_at_ms()) / 1000;
    for (const v1::TrackStatistics& track : before->tracks()) tracks[KeyOf(track)] = &track;
    for (const v1::LegStatistics& leg : before->legs()) legs[KeyOf(leg)] = &leg;
  }

  std::optional<double> Rate(uint64_t before, uint64_t now) const {
    if (now < before) return std::nullopt;
    return static_cast<double>(now - before) / seconds;
  }

  double seconds = 0;
  std::map<TrackKey, const v1::TrackStatistics*> tracks;
  std::map<LegKey, const v1::LegStatistics*> legs;
};

template <class Key, class Value>
const Value* Find(const std::map<Key, const Value*>& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

// Of the packets that were sent between two samples.
std::optional<double> LossBetween(const v1::TrackStatistics& before,
                                  const v1::TrackStatistics& now) {
  if (now.packets() < before.packets()) return std::nullopt;
  const int64_t lost = std::max<int64_t>(0, now.lost() - before.lost());
  const auto expected =
      static_cast<double>(now.packets() - before.packets()) + static_cast<double>(lost);
  if (expected == 0) return std::nullopt;
  return static_cast<double>(lost) / expected;
}

std::optional<double> RoundTripMs(uint64_t round_trip_us) {
  if (round_trip_us == 0) return std::nullopt;
  return static_cast<double>(round_trip_us) / 1000;
}

struct FeedbackCounts {
  uint64_t nacked = 0;
  uint64_t key_frame_requests = 0;
  uint64_t retransmitted = 0;
};

FeedbackCounts FeedbackOf(const v1::TrackStatistics& track) {
  FeedbackCounts sum;
  for (const v1::EncodingStatistics& encoding : track.encodings()) {
    sum.nacked += encoding.nacked();
    sum.key_frame_requests += encoding.key_frame_requests();
    sum.retransmitted += encoding.retransmitted();
  }
  return sum;
}

FeedbackCounts FeedbackOf(const v1::LegStatistics& leg) {
  return {leg.nacked(), leg.key_frame_requests(), leg.retransmitted()};
}

template <class Statistics>
void SetFeedbackRates(const Past& past, const Statistics& before, const Statistics& now, Row& row) {
  const FeedbackCounts from = FeedbackOf(before);
  const FeedbackCounts to = FeedbackOf(now);
  row.nacks = past.Rate(from.nacked, to.nacked);
  row.key_frame_requests = past.Rate(from.key_frame_requests, to.key_frame_requests);
  row.retransmissions = past.Rate(from.retransmitted, to.retransmitted);
}

Row TrackRow(const std::string& room, const v1::TrackStatistics& track, const Past& past) {
  Row row{.kind = Kind::kTrack,
          .room = room,
          .publisher = track.endpoint(),
          .track = track.track(),
          .jitter_ms = JitterMs(track.jitter(), track.clock_rate()),
          .round_trip_ms = RoundTripMs(track.round_trip_us()),
          .speaking = track.speaking() && track.kind() == v1::MEDIA_KIND_AUDIO};
  const v1::TrackStatistics* before = Find(past.tracks, KeyOf(track));
  if (before == nullptr) return row;
  row.in_bits = past.Rate(8 * before->bytes(), 8 * track.bytes());
  row.in_packets = past.Rate(before->packets(), track.packets());
  row.loss_in = LossBetween(*before, track);
  SetFeedbackRates(past, *before, track, row);
  return row;
}

Row LegRow(const std::string& room, const v1::LegStatistics& leg, uint32_t clock_rate,
           const Past& past) {
  Row row{.kind = Kind::kLeg,
          .room = room,
          .subscriber = leg.leg().subscriber(),
          .publisher = leg.leg().publisher(),
          .track = leg.leg().track(),
          .loss_out = leg.fraction_lost() / 256.0,
          .jitter_ms = JitterMs(leg.jitter(), clock_rate),
          .round_trip_ms = RoundTripMs(leg.round_trip_us()),
          .wanted = leg.wanted(),
          .paused = leg.paused()};
  if (leg.has_current()) row.current = leg.current();
  const v1::LegStatistics* before = Find(past.legs, KeyOf(leg));
  if (before == nullptr) return row;
  row.out_bits = past.Rate(8 * (before->bytes() + before->retransmitted_bytes()),
                           8 * (leg.bytes() + leg.retransmitted_bytes()));
  row.out_packets =
      past.Rate(before->packets() + before->retransmitted(), leg.packets() + leg.retransmitted());
  SetFeedbackRates(past, *before, leg, row);
  return row;
}

void AddTo(std::optional<double>& sum, const std::optional<double>& value) {
  if (value) sum = sum.value_or(0) + *value;
}

void Worsen(std::optional<double>& worst, const std::optional<double>& value) {
  if (value) worst = std::max(worst.value_or(*value), *value);
}

// A track's row has what its legs get, beside what is its own.
void AddLegToTrack(const Row& leg, Row& track) {
  AddTo(track.out_bits, leg.out_bits);
  AddTo(track.out_packets, leg.out_packets);
  Worsen(track.loss_out, leg.loss_out);
}

void AddToRoom(const Row& part, Row& room) {
  if (part.kind == Kind::kTrack) {
    AddTo(room.in_bits, part.in_bits);
    AddTo(room.in_packets, part.in_packets);
    Worsen(room.loss_in, part.loss_in);
  } else {
    AddTo(room.out_bits, part.out_bits);
    AddTo(room.out_packets, part.out_packets);
    Worsen(room.loss_out, part.loss_out);
  }
  Worsen(room.jitter_ms, part.jitter_ms);
  Worsen(room.round_trip_ms, part.round_trip_ms);
  AddTo(room.nacks, part.nacks);
  AddTo(room.key_frame_requests, part.key_frame_requests);
  AddTo(room.retransmissions, part.retransmissions);
}

// A room's row, and behind it those of its tracks, each with its legs.
void AddRoomRows(const std::string& name, const v1::RoomStatistics* before,
                 const v1::RoomStatistics& now, std::vector<Row>& rows) {
  const Past past(before, now.sampled_at_ms());
  std::map<TrackKey, std::vector<Row>> groups;  // the track's row, and then its legs'
  std::map<TrackKey, uint32_t> clock_rates;
  for (const v1::TrackStatistics& track : now.tracks()) {
    groups[KeyOf(track)].push_back(TrackRow(name, track, past));
    clock_rates[KeyOf(track)] = track.clock_rate();
  }
  for (const v1::LegStatistics& leg : now.legs()) {
    const TrackKey key{leg.leg().publisher(), leg.leg().track()};
    const auto group = groups.find(key);
    if (group == groups.end()) continue;  // a leg is always of a track that is there
    group->second.push_back(LegRow(name, leg, clock_rates[key], past));
    AddLegToTrack(group->second.back(), group->second.front());
  }
  const size_t room = rows.size();
  rows.push_back({.kind = Kind::kRoom, .room = name});
  for (auto& [key, group] : groups) {
    for (Row& row : group) {
      AddToRoom(row, rows[room]);
      rows.push_back(std::move(row));
    }
  }
}

}  // namespace

std::vector<Row> MakeRows(const Sample* before, const Sample& now) {
  std::vector<Row> rows;
  for (const auto& [name, statistics] : now) {
    const v1::RoomStatistics* past = nullptr;
    if (before != nullptr && before->contains(name)) past = &before->at(name);
    AddRoomRows(name, past, statistics, rows);
  }
  return rows;
}

std::string NameOf(const Row& row) {
  switch (row.kind) {
    case Kind::kRoom:
      return row.room;
    case Kind::kTrack:
      return absl::StrCat(row.room, "/", row.publisher, "/", row.track);
    case Kind::kLeg:
      return absl::StrCat(row.room, "/", row.subscriber, " <- ", row.publisher, "/", row.track);
  }
  return "";
}

}  // namespace baton::cli::top
