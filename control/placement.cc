#include "control/placement.h"

#include "base/check.h"

namespace baton::control {

std::optional<size_t> Placement::Find(std::string_view room) const {
  // A creation under way first: a room that is closed and created anew stays where its queue is.
  const auto creation = creations_.find(room);
  if (creation != creations_.end()) return creation->second.shard;
  const RoomRecord* record = mirror_.FindRoom(room);
  if (record != nullptr) return record->shard;
  return std::nullopt;
}

size_t Placement::BeginCreation(const std::string& room) {
  const std::optional<size_t> known = Find(room);
  const size_t shard = known ? *known : LeastLoaded();
  Creation& creation = creations_[room];
  if (creation.requests == 0) {
    creation.shard = shard;
    ++creations_by_shard_[shard];
  }
  ++creation.requests;
  return shard;
}

void Placement::CreationDone(std::string_view room) {
  const auto creation = creations_.find(room);
  BATON_CHECK(creation != creations_.end());
  if (--creation->second.requests > 0) return;
  --creations_by_shard_[creation->second.shard];
  creations_.erase(creation);
}

size_t Placement::LeastLoaded() const {
  size_t best = 0;
  uint64_t least = UINT64_MAX;
  for (size_t shard = 0; shard < creations_by_shard_.size(); ++shard) {
    const Totals& totals = mirror_.totals(shard);
    const uint64_t load =
        uint64_t{totals.endpoints} + totals.legs + totals.rooms + creations_by_shard_[shard];
    if (load < least) {
      least = load;
      best = shard;
    }
  }
  return best;
}

}  // namespace baton::control
