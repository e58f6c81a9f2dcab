#include "relay/ice_agents.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/hash.h"
#include "relay/address_policy.h"

namespace baton::relay {
namespace {

// RFC 8489 section 6.2.1: the retransmission time-out to begin with.
constexpr Duration kChallengeInterval = std::chrono::milliseconds(500);
// How long after the last challenge its answer is waited for.
constexpr Duration kChallengeWait = std::chrono::milliseconds(1500);

// PRIORITY of our checks: what a peer-reflexive candidate found by them would have (RFC 8445
// section 7.1.1), the same for all since a lite agent has one candidate for each component.
constexpr uint32_t kCheckPriority = (110u << 24) | (65535u << 8) | 255u;

stun::IntegrityKey KeyOf(const IceCredentials& credentials) {
  return stun::IntegrityKey::FromPassword(credentials.password.view());
}

IceResult ResultOf(stun::CheckVerdict verdict) {
  switch (verdict) {
    case stun::CheckVerdict::kSuccess:
      return IceResult::kSuccess;
    case stun::CheckVerdict::kBadRequest:
      return IceResult::kBadRequest;
    case stun::CheckVerdict::kUnauthorized:
      return IceResult::kUnauthorized;
    case stun::CheckVerdict::kUnknownAttribute:
      return IceResult::kUnknownAttribute;
    case stun::CheckVerdict::kRoleConflict:
      return IceResult::kRoleConflict;
    case stun::CheckVerdict::kNotACheck:
    case stun::CheckVerdict::kBadFingerprint:
    case stun::CheckVerdict::kNoCredentials:
    case stun::CheckVerdict::kUnknownUser:
      break;
  }
  return IceResult::kSilence;
}

}  // namespace

IceAgents::IceAgents(const CoreConfig& config, uint64_t hash_seed, Registry& registry,
                     LegRouter& router, EventReporter& events, CoreMetrics& metrics)
    : config_(config),
      registry_(registry),
      router_(router),
      events_(events),
      metrics_(metrics),
      seed_(hash_seed),
      random_(MixHash(config.seed[2], config.seed[3])),
      ids_(config.transaction_secret),
      agents_(config.limits.endpoints),
      by_ufrag_(config.limits.endpoints),
      by_transaction_(OutstandingChecks(config.limits.endpoints)) {}

uint64_t IceAgents::HashOf(const stun::TransactionId& id) const {
  return MixHash(LoadU64(id.data()) ^ seed_, LoadU32(id.data() + 8));
}

uint32_t IceAgents::FindUfrag(std::string_view ufrag) const {
  const uint32_t found = by_ufrag_.Find(
      HashBytes(ufrag, seed_), [&](uint32_t i) { return agents_[i].local.ufrag == ufrag; });
  return found == HashIndex::kNotFound ? kNoIndex : found;
}

void IceAgents::Add(uint32_t endpoint, const IceCredentials& local, const IceCredentials& remote) {
  Agent& agent = agents_[endpoint];
  agent = Agent{};
  agent.active = true;
  agent.local = local;
  agent.local_key = KeyOf(local);
  by_ufrag_.Insert(HashBytes(local.ufrag, seed_), endpoint);
  SetRemote(endpoint, remote);
}

void IceAgents::SetRemote(uint32_t endpoint, const IceCredentials& remote) {
  Agent& agent = agents_[endpoint];
  agent.remote = remote;
  if (!remote.empty()) agent.remote_key = KeyOf(remote);
}

void IceAgents::Remove(uint32_t endpoint) {
  Agent& agent = agents_[endpoint];
  if (!agent.active) return;
  for (uint32_t i = 0; i < kCandidates; ++i) Forget(endpoint, i);
  by_ufrag_.Erase(HashBytes(agent.local.ufrag, seed_), endpoint);
  agent = Agent{};
}

void IceAgents::HandleStun(TimePoint now, const Datagram& datagram, TxBatch& tx) {
  const std::optional<stun::MessageView> message = stun::MessageView::Parse(datagram.bytes);
  if (!message) return metrics_.Drop(DropReason::kStunMalformed);
  if (Judge(config_, datagram.flow.remote) != AddressVerdict::kAllowed) {
    return metrics_.Drop(DropReason::kAddressRefused);
  }
  const std::optional<DropReason> drop = message->IsBinding(stun::MessageClass::kRequest)
                                             ? HandleRequest(now, datagram, *message, tx)
                                             : HandleResponse(now, datagram, *message);
  if (drop) return metrics_.Drop(*drop);
  metrics_.in[static_cast<size_t>(PacketKind::kStun)].Add(datagram.bytes.size());
}

std::optional<DropReason> IceAgents::HandleRequest(TimePoint now, const Datagram& datagram,
                                                   const stun::MessageView& message, TxBatch& tx) {
  const std::optional<stun::CheckUsername> username = stun::SplitUsername(message);
  const uint32_t endpoint = username ? FindUfrag(username->local) : kNoIndex;
  if (endpoint == kNoIndex) {
    metrics_.Count(IceResult::kSilence);
    return DropReason::kStunUnauthenticated;
  }
  const Agent& agent = agents_[endpoint];
  std::array<uint8_t, stun::kMaxCheckReplySize> reply;
  const stun::CheckResult result =
      stun::EvaluateCheck(message, agent.local.ufrag, agent.local_key, datagram.flow.remote, reply);
  const IceResult outcome = ResultOf(result.verdict);
  metrics_.Count(outcome);
  if (result.reply_size > 0) Reply(datagram.flow, Bytes(reply.data(), result.reply_size), tx);
  if (outcome == IceResult::kUnauthorized || outcome == IceResult::kSilence) {
    return DropReason::kStunUnauthenticated;
  }
  if (outcome == IceResult::kSuccess) {
    Learn(now, endpoint, {datagram.flow, username->remote, result.use_candidate}, tx);
  }
  return std::nullopt;
}

std::optional<DropReason> IceAgents::HandleResponse(TimePoint now, const Datagram& datagram,
                                                    const stun::MessageView& message) {
  const stun::TransactionId id = message.transaction_id();
  const uint32_t position = by_transaction_.Find(HashOf(id), [&](uint32_t p) {
    const uint32_t candidate = p / kOutstanding;
    return agents_[candidate / kCandidates]
               .candidates[candidate % kCandidates]
               .ids[p % kOutstanding] == id;
  });
  if (position == HashIndex::kNotFound) return DropReason::kStunUnexpected;
  const uint32_t endpoint = position / kOutstanding / kCandidates;
  const uint32_t index = position / kOutstanding % kCandidates;
  const Agent& agent = agents_[endpoint];
  // From where the check went to, or it proves nothing (RFC 8445 section 7.2.5.2.1).
  if (agent.candidates[index].flow != datagram.flow) return DropReason::kStunUnexpected;
  if (!stun::VerifyCheckResponse(message, KeyTowards(agent))) {
    return DropReason::kStunUnauthenticated;
  }
  // One answer to each check: a repeated one must not prolong consent.
  ForgetCheck(endpoint, index, position % kOutstanding);
  if (!Prove(now, endpoint, index)) return DropReason::kAddressRefused;
  metrics_.Count(IceResult::kCheckAnswered);
  return std::nullopt;
}

// The index of the candidate with this flow, or else of a free one, or kNoIndex.
uint32_t IceAgents::PlaceFor(const Agent& agent, const Flow& flow) const {
  uint32_t free = kNoIndex;
  for (uint32_t i = 0; i < kCandidates; ++i) {
    const Candidate& candidate = agent.candidates[i];
    if (candidate.state == Candidate::State::kFree) {
      if (free == kNoIndex) free = i;
    } else if (candidate.flow == flow) {
      return i;
    }
  }
  return free;
}

// An authenticated check came: perhaps from a new address.
void IceAgents::Learn(TimePoint now, uint32_t endpoint, const PeerCheck& check, TxBatch& tx) {
  Agent& agent = agents_[endpoint];
  const uint32_t at = PlaceFor(agent, check.from);
  // All places are taken: whoever floods us with replays must not push out an address that is
  // being proven. The peer asks again, and places free themselves within seconds, or when consent
  // ends.
  if (at == kNoIndex) return metrics_.Count(IceResult::kTooManyAddresses);
  Candidate& candidate = agent.candidates[at];
  candidate.nominated |= check.nominates;
  if (candidate.state == Candidate::State::kFree) {
    candidate.state = Candidate::State::kChallenged;
    candidate.flow = check.from;
    candidate.peer_ufrag = FixedString<IceCredentials::kMaxUfrag>(check.peer_ufrag);
    candidate.expires = now + kChallengeInterval * (kChallenges - 1) + kChallengeWait;
    SendCheck(now, endpoint, at, tx);
  } else if (candidate.state == Candidate::State::kProven && check.nominates &&
             agent.selected != at) {
    Select(endpoint, at);
  }
}

// RFC 7675 section 5.1: consent checks are spread by 20% either way.
TimePoint IceAgents::NextConsentCheck(TimePoint now) {
  const Duration spread = config_.check_interval * 2 / 5;
  return now + config_.check_interval - spread / 2 +
         Duration(random_.Below(static_cast<uint64_t>(std::max<int64_t>(spread.count(), 1))));
}

void IceAgents::SendCheck(TimePoint now, uint32_t endpoint, uint32_t index, TxBatch& tx) {
  const Agent& agent = agents_[endpoint];
  Candidate& candidate = agents_[endpoint].candidates[index];
  const uint32_t slot = candidate.checks++ % kOutstanding;
  ForgetCheck(endpoint, index, slot);
  candidate.ids[slot] = ids_.Next();
  candidate.outstanding[slot] = true;
  by_transaction_.Insert(HashOf(candidate.ids[slot]), IdPosition(endpoint, index, slot));
  const bool proven = candidate.state == Candidate::State::kProven;
  candidate.next_check = proven ? NextConsentCheck(now) : now + kChallengeInterval;

  const std::string_view peer =
      agent.remote.empty() ? candidate.peer_ufrag.view() : agent.remote.ufrag.view();
  const stun::CheckParameters check{candidate.ids[slot], peer, agent.local.ufrag, kCheckPriority};
  std::array<uint8_t, TxBatch::kMaxHeaderSize> bytes;
  const size_t size = stun::WriteCheck(check, KeyTowards(agent).sha1, bytes);
  BATON_CHECK(size > 0);
  Reply(candidate.flow, Bytes(bytes.data(), size), tx);
  metrics_.Count(IceResult::kCheckSent);
}

// The peer has answered from there. False if the address is another endpoint's.
bool IceAgents::Prove(TimePoint now, uint32_t endpoint, uint32_t index) {
  Agent& agent = agents_[endpoint];
  Candidate& candidate = agent.candidates[index];
  const bool fresh = candidate.state == Candidate::State::kChallenged;
  if (fresh) {
    // An address belongs to one endpoint. Whoever else is there has to leave it first.
    if (registry_.flows().Find(candidate.flow) != kNoIndex) {
      Forget(endpoint, index);
      return false;
    }
    registry_.flows().Insert(candidate.flow, endpoint, index);
    candidate.state = Candidate::State::kProven;
    candidate.next_check = NextConsentCheck(now);
    metrics_.Count(IceResult::kProven);
  }
  candidate.expires = now + config_.consent_timeout;
  if (agent.selected == kNoIndex || (fresh && candidate.nominated)) Select(endpoint, index);
  return true;
}

void IceAgents::Select(uint32_t endpoint_index, uint32_t index) {
  Agent& agent = agents_[endpoint_index];
  agent.selected = index;
  Endpoint& endpoint = registry_.endpoints().At(endpoint_index);
  endpoint.flow = agent.candidates[index].flow;
  if (endpoint.state != EndpointState::kProven) {
    endpoint.state = EndpointState::kProven;
    router_.SetReachable(endpoint_index, true);
  }
  events_.AddressChanges(endpoint_index);
}

// The check may no longer be answered.
void IceAgents::ForgetCheck(uint32_t endpoint, uint32_t index, uint32_t i) {
  Candidate& candidate = agents_[endpoint].candidates[index];
  if (!candidate.outstanding[i]) return;
  candidate.outstanding[i] = false;
  by_transaction_.Erase(HashOf(candidate.ids[i]), IdPosition(endpoint, index, i));
}

void IceAgents::Forget(uint32_t endpoint, uint32_t index) {
  Candidate& candidate = agents_[endpoint].candidates[index];
  if (candidate.state == Candidate::State::kProven) registry_.flows().Erase(endpoint, index);
  for (uint32_t i = 0; i < kOutstanding; ++i) ForgetCheck(endpoint, index, i);
  candidate = Candidate{};
}

void IceAgents::SelectAnother(uint32_t endpoint_index) {
  Agent& agent = agents_[endpoint_index];
  agent.selected = kNoIndex;
  for (uint32_t i = 0; i < kCandidates; ++i) {
    if (agent.candidates[i].state == Candidate::State::kProven) return Select(endpoint_index, i);
  }
  registry_.endpoints().At(endpoint_index).state = EndpointState::kLost;
  router_.SetReachable(endpoint_index, false);
  events_.AddressChanges(endpoint_index);
}

void IceAgents::TickCandidate(TimePoint now, uint32_t endpoint, uint32_t index, TxBatch& tx) {
  Agent& agent = agents_[endpoint];
  Candidate& candidate = agent.candidates[index];
  if (candidate.state == Candidate::State::kFree) return;
  if (now >= candidate.expires) {
    const bool was_proven = candidate.state == Candidate::State::kProven;
    Forget(endpoint, index);
    if (was_proven) metrics_.Count(IceResult::kConsentLost);
    if (agent.selected == index) SelectAnother(endpoint);
    return;
  }
  const bool may_repeat =
      candidate.state == Candidate::State::kProven || candidate.checks < kChallenges;
  if (may_repeat && now >= candidate.next_check) SendCheck(now, endpoint, index, tx);
}

void IceAgents::HandleTick(TimePoint now, TxBatch& tx) {
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, Endpoint& endpoint) {
    if (endpoint.transport != Transport::kIce) return;
    for (uint32_t i = 0; i < kCandidates; ++i) TickCandidate(now, handle.index, i, tx);
  });
}

void IceAgents::Reply(const Flow& to, Bytes reply, TxBatch& tx) {
  std::copy(reply.begin(), reply.end(), tx.AddSingle(to, reply.size()));
  metrics_.out[static_cast<size_t>(PacketKind::kStun)].Add(reply.size());
}

}  // namespace baton::relay
