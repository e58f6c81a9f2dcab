#include "tests/sim/judge/judge.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "rtp/rtcp.h"
#include "tests/sim/media/rtp_wire.h"

namespace baton::sim {
namespace {

std::string DescribeFrame(const FrameIdentity& frame) {
  return absl::StrCat(frame.number, frame.key ? " (key)" : "",
                      frame.temporal > 0 ? absl::StrCat(" (layer ", frame.temporal, ")") : "",
                      frame.sync ? " (sync)" : "");
}

}  // namespace

Judge::Judge(const Scheduler& scheduler, Trace& trace, Violations& violations,
             const StreamTable& streams, const Directory& directory)
    : scheduler_(scheduler),
      trace_(trace),
      violations_(violations),
      streams_(streams),
      directory_(directory),
      rtcp_(directory, streams, ledger_) {}

void Judge::Report(std::string what, std::string subject) {
  violations_.Report(scheduler_.now(), std::move(what), std::move(subject));
}

// ---------------------------------------------------------------------------------- what is known

void Judge::OnAddress(uint32_t endpoint, const TransportAddress& address) {
  owners_[address] = endpoint;
}

void Judge::OnSent(const PacketIdentity& packet) { ledger_.OnSent(scheduler_.now(), packet); }

void Judge::OnRestarts(uint32_t stream) { ledger_.OnRestart(stream); }

void Judge::OnAnswersCheck(uint32_t endpoint, const TransportAddress& from) {
  answered_.insert({endpoint, from});
}

void Judge::OnGarbage(uint32_t leg, const ReceivedFrame& frame, uint16_t sequence) {
  if (!legs_[leg].promises_continuity() || !IsTrusted(leg)) return;
  const std::string& name = directory_.leg(leg).name;
  Report(absl::StrCat(name, ": frame ", frame.identity.number, " of ", streams_[frame.stream].name,
                      ", which ends with packet ", sequence,
                      ", looks decodable, but what it refers to was not decoded"),
         absl::StrCat(name, ":", sequence));
}

void Judge::OnLegAdded(uint32_t leg) {
  const LegRecord& record = directory_.leg(leg);
  const relay::TrackParameters& track = directory_.track(record.track).parameters;
  const RoomRecord& room = directory_.room(directory_.endpoint(record.subscriber).room);
  LegJudge::Rules rules;
  rules.clock_rate = track.codec.clock_rate;
  rules.key_frames = track.kind == relay::MediaKind::kVideo && !track.opaque;
  rules.begins_with_key_frame = rules.key_frames && track.encodings.size() > 1;
  rules.speaker_limits = room.limits != relay::SpeakerLimits{};
  legs_.emplace_back(rules, ledger_);
  rtx_.emplace_back();
  pictures_.emplace_back();
  if (!IsTrusted(leg)) legs_[leg].Distrust();
}

// Of video that is encrypted the relay does not know which layer it is of.
void Judge::OnLegLayerSet(uint32_t leg) {
  if (directory_.track(directory_.leg(leg).track).parameters.opaque) return;
  legs_[leg].layers().Want(scheduler_.now(), directory_.leg(leg).wanted.temporal);
}

void Judge::Distrust(uint32_t endpoint) {
  if (!distrusted_.insert(endpoint).second) return;
  for (uint32_t leg = 0; leg < legs_.size(); ++leg) {
    if (!IsTrusted(leg)) legs_[leg].Distrust();
  }
}

// A leg that has been pointed at a track of somebody may have had packets of it at any time since.
bool Judge::IsTrusted(uint32_t leg) const {
  if (IsDistrusted(directory_.track(directory_.leg(leg).track).endpoint)) return false;
  return !legs_[leg].started() || !IsDistrusted(streams_[legs_[leg].newest().tag.stream].endpoint);
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
  const auto owner = owners_.find(from.remote);
  if (mark.packet) {
    const bool certain =
        owner != owners_.end() && directory_.endpoint(owner->second).address == from.remote;
    ledger_.OnRead(scheduler_.now(), *mark.packet, arrivals_, certain);
  }
  if (mark.damaged && owner != owners_.end()) Distrust(owner->second);
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
  if (IsDistrusted(owner->second) || !taken) return {};
  if (auto wrong = rtcp_.OnWrite(scheduler_.now(), owner->second, datagram)) {
    Report(absl::StrCat("to ", directory_.endpoint(owner->second).full_name, ": ", *wrong));
  }
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
    const relay::LegParameters& parameters = directory_.leg(leg).parameters;
    if (parameters.ssrc.value() == ssrc) return leg;
    if (parameters.rtx && parameters.rtx->ssrc.value() == ssrc) return leg;
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
  const LegRecord& record = directory_.leg(*leg);
  if (extensions_.size() <= endpoint) extensions_.resize(endpoint + 1);
  const auto report = [&](uint16_t sequence, const std::string& wrong) {
    Report(absl::StrCat(record.name, ", packet ", sequence, ": ", wrong),
           absl::StrCat(record.name, ":", sequence));
  };
  const bool rtx = packet->ssrc != record.parameters.ssrc.value();
  Media media{*leg, *packet, packet->sequence, {}, rtx, taken};
  Bytes payload = packet->payload;
  if (payload.empty() && !rtx) {
    if (auto wrong = CheckEmpty(*leg, *packet, taken)) report(packet->sequence, *wrong);
    return {};
  }
  const rtp::ExtensionIds& ids = directory_.endpoint(endpoint).parameters.extensions;
  if (auto wrong = extensions_[endpoint].OnPacket(datagram, ids, taken)) {
    report(packet->sequence, *wrong);
  }
  if (rtx && payload.size() > 2) {
    media.sequence = LoadU16(payload.data());
    payload = payload.subspan(2);
    if (auto wrong = rtx_[*leg].OnWrite(packet->sequence, media.sequence, taken)) {
      report(media.sequence, *wrong);
    }
  }
  const TrackRecord& track = directory_.track(record.track);
  const auto view = ReadPayload(streams_[track.streams[0]].form, payload);
  if (!view || !streams_.Has(view->identity.tag.stream)) {
    if (IsTrusted(*leg)) report(media.sequence, "a payload that nobody made");
    return {};
  }
  media.payload = *view;
  TellAbout(media);
  if (auto wrong = CheckMedia(media, datagram)) report(media.sequence, *wrong);
  return {view->identity.tag, false};
}

void Judge::TellAbout(const Media& media) {
  const PacketTag tag = media.payload.identity.tag;
  const std::string& name = directory_.leg(media.leg).name;
  if (sought_.second == media.sequence && sought_.first == name) found_ = {media.leg, tag};
  if (!trace_.Follows(tag) && !trace_.FollowsNumber(media.leg, media.sequence)) return;
  trace_.Tell(
      scheduler_.now(), name,
      absl::StrCat("packet ", tag.index, " of ", streams_[tag.stream].name, ", frame ",
                   DescribeFrame(media.payload.identity.frame), ", leaves as ", media.sequence,
                   media.rtx ? " in RTX" : "", media.taken ? "" : ", refused"));
}

std::optional<std::string> Judge::CheckMedia(const Media& media, Bytes datagram) {
  if (auto wrong = CheckLeg(media)) return wrong;
  if (auto wrong = CheckExtensions(media, datagram)) return wrong;
  if (!IsTrusted(media.leg)) legs_[media.leg].Distrust();
  if (auto wrong = CheckPictures(media)) return wrong;
  LegJudge::Written written;
  written.now = scheduler_.now();
  written.sequence = media.sequence;
  written.timestamp = media.packet.timestamp;
  written.marker = media.packet.marker;
  written.packet = media.payload.identity;
  written.rtx = media.rtx;
  written.taken = media.taken;
  written.arrivals = arrivals_;
  return legs_[media.leg].OnWrite(written);
}

std::optional<std::string> Judge::CheckLeg(const Media& media) const {
  const LegRecord& leg = directory_.leg(media.leg);
  const StreamInfo& stream = streams_[media.payload.identity.tag.stream];
  const uint32_t room = directory_.endpoint(leg.subscriber).room;
  if (directory_.endpoint(stream.endpoint).room != room) {
    return absl::StrCat("of ", stream.name, ", in another room");
  }
  if (!MayCarry(media.leg, stream.track, media.sequence)) {
    return absl::StrCat("of ", stream.name, ", another track");
  }
  if (leg.paused) return std::string("the leg is paused");
  const rtp::PayloadType type =
      media.rtx ? leg.parameters.rtx->payload_type : leg.parameters.payload_type;
  if (media.packet.payload_type != type.value()) {
    return absl::StrCat("payload type ", media.packet.payload_type, " where ", type.value(),
                        " was agreed");
  }
  if (media.packet.marker != media.payload.identity.ends_frame() &&
      !IsDistrusted(stream.endpoint)) {
    return std::string("the marker has changed");
  }
  return std::nullopt;
}

// Until the track that it has been pointed at can begin, a leg stays with the one that it has; and
// packets of before may be asked for again.
bool Judge::MayCarry(uint32_t number, uint32_t track, uint16_t sequence) const {
  const LegRecord& leg = directory_.leg(number);
  if (track == leg.track) return true;
  const auto& former = leg.former_tracks;
  if (std::find(former.begin(), former.end(), track) == former.end()) return false;
  const LegJudge& judge = legs_[number];
  if (!judge.started() || streams_[judge.newest().tag.stream].track != leg.track) return true;
  return static_cast<int16_t>(static_cast<uint16_t>(sequence - judge.newest_sequence())) <= 0;
}

std::optional<std::string> Judge::CheckExtensions(const Media& media, Bytes datagram) const {
  const LegRecord& leg = directory_.leg(media.leg);
  const StreamInfo& stream = streams_[media.payload.identity.tag.stream];
  CopiedExtensions packet;
  packet.datagram = datagram;
  packet.tag = media.payload.identity.tag;
  packet.kind = stream.kind;
  packet.subscriber = &directory_.endpoint(leg.subscriber).parameters.extensions;
  packet.publisher = &directory_.endpoint(stream.endpoint).parameters.extensions;
  packet.mid = leg.parameters.mid;
  return IsDistrusted(stream.endpoint) ? std::nullopt : CheckCopied(packet);
}

std::optional<std::string> Judge::CheckPictures(const Media& media) {
  const uint32_t stream = media.payload.identity.tag.stream;
  if (streams_[stream].form != PayloadForm::kVp8 || !legs_[media.leg].trusted()) {
    return std::nullopt;
  }
  PictureJudge& pictures = pictures_[media.leg];
  if (ledger_.EverRestarted(stream)) pictures.Forget();
  return pictures.OnPacket(media.sequence, media.payload);
}

std::optional<std::string> Judge::CheckEmpty(uint32_t leg, const WirePacket& packet, bool taken) {
  if (directory_.leg(leg).paused) return std::string("the leg is paused");
  if (!IsTrusted(leg)) return std::nullopt;
  return legs_[leg].OnFiller(scheduler_.now(), packet.sequence, taken);
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
  if (auto wrong = rtcp_.AfterRound(scheduler_.now(), legs_)) Report(*wrong);
  if (tallies_.size() <= node.index()) tallies_.resize(node.index() + 1);
  if (auto wrong = CheckAccounts(node.metrics(), node.loop_counters(), tallies_[node.index()],
                                 directory_.CensusOf(node.index()))) {
    Report(absl::StrCat("node ", node.index(), ": ", *wrong));
  }
}

}  // namespace baton::sim
