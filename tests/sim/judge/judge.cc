#include "tests/sim/judge/judge.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "rtp/rtcp.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {

Judge::Judge(const Scheduler& scheduler, Trace& trace, Violations& violations,
             const StreamTable& streams, const Directory& directory, const LegJudge::Rules& rules)
    : scheduler_(scheduler),
      trace_(trace),
      violations_(violations),
      streams_(streams),
      directory_(directory),
      rules_(rules) {}

void Judge::Report(std::string what, std::string subject) {
  violations_.Report(scheduler_.now(), std::move(what), std::move(subject));
}

// ---------------------------------------------------------------------------------- what is known

void Judge::OnAddress(uint32_t endpoint, const TransportAddress& address) {
  owners_[address] = endpoint;
}

void Judge::OnSent(const PacketTag& tag) { ledger_.OnSent(scheduler_.now(), tag); }

void Judge::OnRestarts(uint32_t stream) { ledger_.OnRestart(stream); }

void Judge::OnAnswersCheck(uint32_t endpoint, const TransportAddress& from) {
  answered_.insert({endpoint, from});
}

void Judge::OnGarbage(uint32_t leg, const ReceivedFrame& frame, uint16_t sequence) {
  if (!legs_[leg].promises_continuity()) return;
  const std::string& name = directory_.leg(leg).name;
  Report(absl::StrCat(name, ": frame ", frame.identity.number, " of ", streams_[frame.stream].name,
                      ", which ends with packet ", sequence,
                      ", looks decodable, but what it refers to was not decoded"),
         absl::StrCat(name, ":", sequence));
}

void Judge::OnLegAdded(uint32_t leg) {
  const TrackRecord& track = directory_.track(directory_.leg(leg).track);
  legs_.emplace_back(rules_, track.parameters.codec.clock_rate);
  if (IsDistrusted(track.endpoint)) legs_[leg].Distrust();
}

void Judge::Distrust(uint32_t endpoint) {
  if (!distrusted_.insert(endpoint).second) return;
  for (uint32_t leg = 0; leg < legs_.size(); ++leg) {
    if (directory_.track(directory_.leg(leg).track).endpoint == endpoint) legs_[leg].Distrust();
  }
}

void Judge::OnEvent(const relay::Event& event) {
  if (const auto* proven = std::get_if<relay::EndpointProven>(&event)) Name(proven->remote);
  if (const auto* moved = std::get_if<relay::EndpointAddressChanged>(&event)) Name(moved->remote);
}

void Judge::Name(const TransportAddress& address) {
  const auto owner = owners_.find(address);
  if (owner == owners_.end()) return Report("an address was proven that no peer has had");
  named_.push_back({owner->second, address});
}

// -------------------------------------------------------------------------------------- input

void Judge::OnNodeReads(uint32_t node, const Flow& from, const DatagramMark& mark, Bytes datagram) {
  if (tallies_.size() <= node) tallies_.resize(node + 1);
  ++tallies_[node].read;
  ++arrivals_;
  if (mark.packet) ledger_.OnRead(*mark.packet, arrivals_);
  if (mark.damaged) {
    const auto owner = owners_.find(from.remote);
    if (owner != owners_.end()) Distrust(owner->second);
  }
  if (IsStun(datagram)) stun_sources_.insert(from.remote);
}

// -------------------------------------------------------------------------------------- output

DatagramMark Judge::OnNodeWrites(uint32_t node, const Flow& to, Bytes datagram, bool taken) {
  tallies_[node].taken += taken ? 1 : 0;
  if (IsStun(datagram)) {
    if (!stun_sources_.contains(to.remote)) Report("STUN to an address that sent none");
    return {};
  }
  const auto owner = owners_.find(to.remote);
  if (owner == owners_.end()) {
    Report(absl::StrCat("media to ", to.remote.ToString(), ", which is nobody's"));
    return {};
  }
  CheckAddress(owner->second, to.remote);
  if (!IsRtcp(datagram)) return OnMedia(owner->second, datagram, taken);
  if (!rtp::ParseCompound(datagram, true)) Report("RTCP that is malformed");
  return {};
}

void Judge::CheckAddress(uint32_t endpoint, const TransportAddress& to) {
  const EndpointRecord& record = directory_.endpoint(endpoint);
  if (!record.alive) {
    return Report(absl::StrCat("something to ", record.full_name, ", which is not there"));
  }
  if (record.transport == relay::Transport::kIce && !answered_.contains({endpoint, to})) {
    return Report(absl::StrCat("something to ", record.full_name, " at ", to.ToString(),
                               ", which is not proven"));
  }
  if (record.address != to) unconfirmed_.push_back({endpoint, to});
}

std::optional<uint32_t> Judge::FindLeg(uint32_t endpoint, uint32_t ssrc) const {
  for (const uint32_t leg : directory_.legs_of(endpoint)) {
    if (directory_.leg(leg).parameters.ssrc.value() == ssrc) return leg;
  }
  return std::nullopt;
}

DatagramMark Judge::OnMedia(uint32_t endpoint, Bytes datagram, bool taken) {
  const std::string& to = directory_.endpoint(endpoint).full_name;
  const std::optional<WirePacket> packet = ReadRtp(datagram);
  if (!packet) {
    Report(absl::StrCat("to ", to, ": neither RTP nor RTCP nor STUN"));
    return {};
  }
  const std::optional<uint32_t> leg = FindLeg(endpoint, packet->ssrc);
  if (!leg) {
    Report(absl::StrCat("to ", to, ": SSRC ", packet->ssrc, ", which no leg of it has"));
    return {};
  }
  const TrackRecord& track = directory_.track(directory_.leg(*leg).track);
  const std::optional<PayloadView> payload =
      ReadPayload(streams_[track.streams[0]].form, packet->payload);
  if (!payload || !streams_.Has(payload->identity.tag.stream)) {
    if (!IsDistrusted(track.endpoint)) {
      Report(absl::StrCat(directory_.leg(*leg).name, ": packet ", packet->sequence,
                          " has a payload that nobody made"));
    }
    return {};
  }
  const PacketTag tag = payload->identity.tag;
  const std::string& name = directory_.leg(*leg).name;
  if (sought_.second == packet->sequence && sought_.first == name) found_ = {*leg, tag};
  if (trace_.Follows(tag) || trace_.FollowsNumber(*leg, packet->sequence)) {
    trace_.Tell(scheduler_.now(), name,
                absl::StrCat("packet ", tag.index, " of ", streams_[tag.stream].name, ", frame ",
                             payload->identity.frame.number, ", leaves as ", packet->sequence,
                             taken ? "" : ", refused"));
  }
  std::optional<std::string> wrong = CheckLeg(*leg, *packet, *payload);
  if (!wrong) wrong = legs_[*leg].OnWrite(*packet, payload->identity, taken, ledger_);
  if (wrong) {
    Report(absl::StrCat(name, ", packet ", packet->sequence, ": ", *wrong),
           absl::StrCat(name, ":", packet->sequence));
  }
  return {tag, false};
}

std::optional<std::string> Judge::CheckLeg(uint32_t number, const WirePacket& packet,
                                           const PayloadView& payload) const {
  const LegRecord& leg = directory_.leg(number);
  const StreamInfo& stream = streams_[payload.identity.tag.stream];
  const uint32_t room = directory_.endpoint(leg.subscriber).room;
  if (directory_.endpoint(stream.endpoint).room != room) {
    return absl::StrCat("of ", stream.name, ", in another room");
  }
  if (stream.track != leg.track) return absl::StrCat("of ", stream.name, ", another track");
  if (leg.paused) return std::string("the leg is paused");
  if (packet.payload_type != leg.parameters.payload_type.value()) {
    return absl::StrCat("payload type ", packet.payload_type, " where ",
                        leg.parameters.payload_type.value(), " was agreed");
  }
  if (packet.marker != payload.identity.ends_frame() && !IsDistrusted(stream.endpoint)) {
    return std::string("the marker has changed");
  }
  return std::nullopt;
}

void Judge::AfterRound(const Node& node) {
  for (const EndpointAddress& sent : unconfirmed_) {
    if (std::find(named_.begin(), named_.end(), sent) != named_.end()) continue;
    if (directory_.endpoint(sent.first).address == sent.second) continue;
    Report(absl::StrCat("something to ", directory_.endpoint(sent.first).full_name, " at ",
                        sent.second.ToString(), ", which is not where it is"));
  }
  unconfirmed_.clear();
  named_.clear();
  if (tallies_.size() <= node.index()) tallies_.resize(node.index() + 1);
  if (auto wrong = CheckAccounts(node.metrics(), node.loop_counters(), tallies_[node.index()],
                                 directory_.CensusOf(node.index()))) {
    Report(absl::StrCat("node ", node.index(), ": ", *wrong));
  }
}

}  // namespace baton::sim
