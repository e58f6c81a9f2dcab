// Which shard a room lives on. Requests for a room whose creation is still under way go where its
// creation went, so pipelined requests meet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/mirror.h"

namespace baton::control {

class Placement {
 public:
  // `mirror` outlives this.
  Placement(const Mirror& mirror, size_t shard_count)
      : mirror_(mirror), creations_by_shard_(shard_count) {}

  // The shard of a room that exists or is being created.
  std::optional<size_t> Find(std::string_view room) const;

  // For a CreateRoom: where the room is, or else the least loaded shard (by endpoints, legs and
  // rooms; the first of equals). Each call is followed by one CreationDone().
  size_t BeginCreation(const std::string& room);
  // The creation has been answered, well or ill, or was not submitted.
  void CreationDone(std::string_view room);

 private:
  struct Creation {
    size_t shard = 0;
    uint32_t requests = 0;
  };

  size_t LeastLoaded() const;

  const Mirror& mirror_;
  std::map<std::string, Creation, std::less<>> creations_;
  std::vector<uint32_t> creations_by_shard_;
};

}  // namespace baton::control
