// From a flow to the endpoint whose flow it is: how datagrams find their sender (demux). Holds only
// flows that a controller gave or that STUN has proven.
#pragma once

#include <cstdint>
#include <vector>

#include "base/datagram.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "relay/state.h"

namespace baton::relay {

class FlowTable {
 public:
  // How many flows one endpoint can have at once: the addresses that an ICE peer has proven.
  static constexpr uint32_t kFlowsPerEndpoint = 4;

  FlowTable(uint32_t endpoints, uint64_t seed)
      : flows_(size_t{endpoints} * kFlowsPerEndpoint), index_(flows_.size()), seed_(seed) {}

  // The index of the endpoint, or kNoIndex.
  uint32_t Find(const Flow& flow) const {
    const uint32_t found =
        index_.Find(HashOf(flow), [&](uint32_t position) { return flows_[position] == flow; });
    return found == HashIndex::kNotFound ? kNoIndex : found / kFlowsPerEndpoint;
  }

  // `flow` must not be in the table, and the endpoint's `slot` (< kFlowsPerEndpoint) must be free.
  void Insert(const Flow& flow, uint32_t endpoint, uint32_t slot) {
    const uint32_t position = endpoint * kFlowsPerEndpoint + slot;
    flows_[position] = flow;
    index_.Insert(HashOf(flow), position);
  }
  // The endpoint's `slot` must hold a flow.
  void Erase(uint32_t endpoint, uint32_t slot) {
    const uint32_t position = endpoint * kFlowsPerEndpoint + slot;
    index_.Erase(HashOf(flows_[position]), position);
  }
  size_t size() const { return index_.size(); }

 private:
  uint64_t HashOf(const Flow& flow) const { return Hash(flow.remote, seed_ + flow.socket); }

  std::vector<Flow> flows_;
  HashIndex index_;
  uint64_t seed_;
};

}  // namespace baton::relay
