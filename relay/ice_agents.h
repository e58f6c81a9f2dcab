// The ICE side of a shard's endpoints: which address each may be reached at, and for how long.
//
// An address goes through two proofs before media is sent to it. The peer signs a check with the
// endpoint's password; that names the endpoint, but may be a replay or have a forged source. So the
// relay sends a check of its own there, with a transaction id that only who receives it can know,
// and the peer answers it, signed. The same exchange, every few seconds, is the consent to go on
// sending (RFC 7675).
//
// The relay's checks are signed with the peer's password; while that is not known, with the
// endpoint's own, which the peer has too.
//
// Thread: the shard's. Nothing allocates after construction.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/datagram.h"
#include "base/hash_index.h"
#include "base/random.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/config.h"
#include "relay/event_reporter.h"
#include "relay/flow_table.h"
#include "relay/leg_router.h"
#include "relay/metrics.h"
#include "relay/model.h"
#include "relay/registry.h"
#include "stun/hmac.h"
#include "stun/ice_lite.h"
#include "stun/message.h"
#include "stun/transaction_ids.h"

namespace baton::relay {

class IceAgents {
 public:
  IceAgents(const CoreConfig& config, uint64_t hash_seed, Registry& registry, LegRouter& router,
            EventReporter& events, CoreMetrics& metrics);

  // What they take, without the look-up tables: by ufrag one entry for each endpoint, by
  // transaction id this many in all.
  static size_t BytesPerEndpoint() { return sizeof(Agent); }
  static size_t OutstandingChecks(size_t endpoints) {
    return endpoints * kCandidates * kOutstanding;
  }

  // An ICE endpoint comes and goes. `endpoint` is its index; the ufrag must not be in use.
  void Add(uint32_t endpoint, const IceCredentials& local, const IceCredentials& remote);
  void SetRemote(uint32_t endpoint, const IceCredentials& remote);
  void Remove(uint32_t endpoint);

  bool UfragInUse(std::string_view ufrag) const { return FindUfrag(ufrag) != kNoIndex; }
  const IceCredentials& local(uint32_t endpoint) const { return agents_[endpoint].local; }
  const IceCredentials& remote(uint32_t endpoint) const { return agents_[endpoint].remote; }

  void HandleStun(TimePoint now, const Datagram& datagram, TxBatch& tx);

  // Repeats checks that are due, and forgets addresses that did not answer in time.
  void HandleTick(TimePoint now, TxBatch& tx);

 private:
  static constexpr uint32_t kCandidates = FlowTable::kFlowsPerEndpoint;
  // How many of the latest checks to an address may still be answered.
  static constexpr uint32_t kOutstanding = 3;
  // A challenge is sent at most this often to an address that has not answered: what a forged
  // source can be made to receive. It is kOutstanding, so an answer to any of them counts.
  static constexpr uint32_t kChallenges = kOutstanding;

  struct Candidate {
    enum class State : uint8_t { kFree, kChallenged, kProven };
    State state = State::kFree;
    bool nominated = false;  // by the peer, with USE-CANDIDATE, before it was proven
    uint32_t checks = 0;     // sent
    Flow flow;
    FixedString<IceCredentials::kMaxUfrag> peer_ufrag;  // as the check that made it known says
    TimePoint next_check;
    TimePoint expires;  // challenged: give up; proven: consent ends
    std::array<stun::TransactionId, kOutstanding> ids{};
    std::array<bool, kOutstanding> outstanding{};
  };
  // What an authenticated check of a peer's says.
  struct PeerCheck {
    Flow from;
    std::string_view peer_ufrag;
    bool nominates;
  };
  struct Agent {
    IceCredentials local;
    IceCredentials remote;
    stun::IntegrityKey local_key;
    stun::IntegrityKey remote_key;
    std::array<Candidate, kCandidates> candidates;
    uint32_t selected = kNoIndex;  // among candidates: where media goes
    bool active = false;
  };

  uint32_t FindUfrag(std::string_view ufrag) const;
  // Each answers why the datagram goes no further, or nothing if it was of use.
  std::optional<DropReason> HandleRequest(TimePoint now, const Datagram& datagram,
                                          const stun::MessageView& message, TxBatch& tx);
  std::optional<DropReason> HandleResponse(TimePoint now, const Datagram& datagram,
                                           const stun::MessageView& message);
  void Learn(TimePoint now, uint32_t endpoint, const PeerCheck& check, TxBatch& tx);
  uint32_t PlaceFor(const Agent& agent, const Flow& flow) const;
  void SendCheck(TimePoint now, uint32_t endpoint, uint32_t candidate, TxBatch& tx);
  bool Prove(TimePoint now, uint32_t endpoint, uint32_t candidate);
  TimePoint NextConsentCheck(TimePoint now);
  void Select(uint32_t endpoint, uint32_t candidate);
  void Forget(uint32_t endpoint, uint32_t candidate);
  void SelectAnother(uint32_t endpoint);
  void ForgetCheck(uint32_t endpoint, uint32_t candidate, uint32_t i);
  void TickCandidate(TimePoint now, uint32_t endpoint, uint32_t candidate, TxBatch& tx);
  void Reply(const Flow& to, Bytes reply, TxBatch& tx);

  const stun::IntegrityKey& KeyTowards(const Agent& agent) const {
    return agent.remote.empty() ? agent.local_key : agent.remote_key;
  }
  uint64_t HashOf(const stun::TransactionId& id) const;
  uint32_t IdPosition(uint32_t endpoint, uint32_t candidate, uint32_t i) const {
    return (endpoint * kCandidates + candidate) * kOutstanding + i;
  }

  const CoreConfig& config_;
  Registry& registry_;
  LegRouter& router_;
  EventReporter& events_;
  CoreMetrics& metrics_;
  uint64_t seed_;
  Random random_;
  stun::TransactionIds ids_;
  std::vector<Agent> agents_;  // by index of endpoint
  HashIndex by_ufrag_;
  HashIndex by_transaction_;  // to IdPosition()
};

}  // namespace baton::relay
