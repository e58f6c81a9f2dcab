// Watches a run: everything that goes into a node and comes out of it, what peers do, and what
// nodes say. Whatever breaks an invariant is reported, the first time.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/address.h"
#include "tests/sim/control/directory.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/engine/violations.h"
#include "tests/sim/judge/accounts.h"
#include "tests/sim/judge/extension_judge.h"
#include "tests/sim/judge/input_ledger.h"
#include "tests/sim/judge/leg_judge.h"
#include "tests/sim/judge/picture_judge.h"
#include "tests/sim/judge/rtcp_judge.h"
#include "tests/sim/judge/rtx_judge.h"
#include "tests/sim/media/stream_table.h"
#include "tests/sim/node/node.h"
#include "tests/sim/peers/peer.h"

namespace baton::sim {

class Judge final : public PeerObserver, public ReceiverObserver {
 public:
  Judge(const Scheduler& scheduler, Trace& trace, Violations& violations,
        const StreamTable& streams, const Directory& directory);

  // The address belongs to the endpoint's peer from now on, and to nobody else ever.
  void OnAddress(uint32_t endpoint, const TransportAddress& address);
  void OnSent(const PacketIdentity& packet) override;
  void OnRestarts(uint32_t stream) override;
  void OnAnswersCheck(uint32_t endpoint, const TransportAddress& from) override;
  void OnGarbage(uint32_t leg, const ReceivedFrame& frame, uint16_t sequence) override;

  // As the directory hears of them.
  void OnLegAdded(uint32_t leg);
  void OnLegInterrupted(uint32_t leg) { legs_[leg].Interrupt(); }
  void OnLegLayerSet(uint32_t leg);

  // As NodeObserver has them.
  void OnNodeReads(uint32_t node, const Flow& from, const DatagramMark& mark, Bytes datagram);
  DatagramMark OnNodeWrites(uint32_t node, const Flow& to, Bytes datagram, bool taken);
  void OnEvent(const relay::Event& event);
  void AfterRound(const Node& node);

  // Datagrams that the node's kernel has handed over.
  uint64_t read_by(uint32_t node) const { return tallies_[node].read; }
  // Nothing of the leg has left its node yet; or else the newest packet that has.
  const LegJudge& leg(uint32_t leg) const { return legs_[leg]; }
  // Packets of this endpoint may be other than it made them.
  bool IsDistrusted(uint32_t endpoint) const { return distrusted_.contains(endpoint); }
  // The leg carries no packets of such an endpoint, and never may have.
  bool IsTrusted(uint32_t leg) const;

  // Notes which packet it is that leaves under this number of this leg; the latest of several.
  struct Found {
    uint32_t leg;
    PacketTag packet;
  };
  void Seek(std::string leg, uint16_t sequence) { sought_ = {std::move(leg), sequence}; }
  const std::optional<Found>& found() const { return found_; }

 private:
  struct HashAddress {
    size_t operator()(const TransportAddress& address) const { return Hash(address, 0); }
  };
  using EndpointAddress = std::pair<uint32_t, TransportAddress>;
  // A packet on its way to a leg.
  struct Media {
    uint32_t leg;
    WirePacket packet;
    uint16_t sequence;  // of RTX: the original one
    PayloadView payload;
    bool rtx;
    bool taken;
  };

  DatagramMark OnMedia(uint32_t endpoint, Bytes datagram, bool taken);
  std::optional<std::string> CheckMedia(const Media& media, Bytes datagram);
  std::optional<std::string> CheckLeg(const Media& media) const;
  bool MayCarry(uint32_t leg, uint32_t track, uint16_t sequence) const;
  std::optional<std::string> CheckExtensions(const Media& media, Bytes datagram) const;
  std::optional<std::string> CheckPictures(const Media& media);
  std::optional<std::string> CheckEmpty(uint32_t leg, const WirePacket& packet, bool taken);
  void TellAbout(const Media& media);
  void CheckAddress(uint32_t endpoint, const TransportAddress& to);
  std::optional<uint32_t> FindLeg(uint32_t endpoint, uint32_t ssrc) const;
  // An event says that this address was proven.
  void Name(const TransportAddress& address);
  void Distrust(uint32_t endpoint);
  void Report(std::string what, std::string subject = {});

  const Scheduler& scheduler_;
  Trace& trace_;
  Violations& violations_;
  const StreamTable& streams_;
  const Directory& directory_;

  InputLedger ledger_;
  RtcpJudge rtcp_;
  std::vector<LegJudge> legs_;              // by number
  std::vector<RtxJudge> rtx_;               // likewise
  std::vector<PictureJudge> pictures_;      // likewise
  std::vector<ExtensionJudge> extensions_;  // by endpoint
  std::vector<NodeTally> tallies_;          // by node
  uint64_t arrivals_ = 0;
  std::unordered_map<TransportAddress, uint32_t, HashAddress> owners_;
  std::set<EndpointAddress> answered_;
  std::set<TransportAddress> stun_sources_;
  std::set<uint32_t> distrusted_;
  std::pair<std::string, uint16_t> sought_;
  std::optional<Found> found_;
  // Of this round: where media went that no event has named yet, and what events have named.
  std::vector<EndpointAddress> unconfirmed_;
  std::vector<EndpointAddress> named_;
};

}  // namespace baton::sim
