// What is known of each destination: its address in the kernel's form, and whether the way there
// takes runs (UDP_SEGMENT).
//
// The kernel refuses a run whose segments do not fit the outgoing device (EMSGSIZE, on some kernels
// EINVAL) or that needs what the way there cannot do (EIO: no checksum offload, IPsec). Both depend
// on the path and the segment size alone. So a size that was taken once is taken for good, one that
// was refused is not tried again for a long while, and a run of a size of which nothing is known
// travels alone: should it be refused, its datagrams can follow one by one before anything that
// comes after them, and nothing changes order.
//
// Belongs to the loop's thread. Nothing allocates after construction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/datagram.h"
#include "base/tx_batch.h"
#include "net/socket.h"

namespace baton::net {

struct GsoPath {
  static constexpr uint32_t kNeverRefused = std::numeric_limits<uint32_t>::max();
  // So many datagrams go one by one before a refused size is tried again: the route may have
  // changed.
  static constexpr uint32_t kRetryAfter = 65536;

  Flow flow;
  socklen_t name_size = 0;  // 0: the path is not in use yet
  SocketAddress name;
  uint32_t proven = 0;               // runs with segments of up to this size were taken
  uint32_t refused = kNeverRefused;  // runs with segments of this size or more were refused
  uint32_t singles = 0;              // datagrams that went one by one since then
  uint64_t used_by = 0;              // the latest submission that has a message with this name

  bool takes(uint32_t segment_size) const { return segment_size <= proven; }

  // Whether a datagram of this size may begin a run.
  bool MayTry(uint32_t segment_size) {
    if (segment_size < refused) return true;
    if (++singles < kRetryAfter) return false;
    refused = kNeverRefused;
    return true;
  }
  void NoteTaken(uint32_t segment_size) {
    if (segment_size > proven) proven = segment_size;
  }
  void NoteRefused(uint32_t segment_size) {
    refused = segment_size < refused ? segment_size : refused;
    if (proven >= refused) proven = refused - 1;
    singles = 0;
  }
};

class GsoPaths {
 public:
  // For destinations numbered below `destinations`.
  explicit GsoPaths(size_t destinations) : paths_(destinations) {}

  static size_t BytesFor(size_t destinations) { return destinations * sizeof(GsoPath); }

  bool Has(DestinationId id) const { return id < paths_.size(); }

  // Has(id). The path of `id` at `flow`, for a message of `submission`, which counts from 1. What
  // was known of another flow under this number is forgotten; null if a message of this submission
  // still needs that. The path stays where it is for the life of this object.
  GsoPath* Use(DestinationId id, const Flow& flow, uint64_t submission) {
    GsoPath& path = paths_[id];
    if (path.name_size == 0 || path.flow != flow) [[unlikely]] {
      if (path.used_by == submission) return nullptr;
      path = {};
      path.flow = flow;
      path.name_size = ToSocketAddress(flow.remote, path.name);
    }
    path.used_by = submission;
    return &path;
  }

 private:
  std::vector<GsoPath> paths_;
};

}  // namespace baton::net
