#include "tests/sim/peers/peer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_body.h"
#include "rtp/rtcp_write.h"
#include "tests/sim/engine/random_stream.h"

namespace baton::sim {
namespace {

constexpr size_t kMaxDatagram = 1500;

}  // namespace

Peer::Peer(const PeerConfig& config, Random random, Scheduler& scheduler, Network& network,
           Trace& trace, PeerObserver& observer)
    : config_(config),
      random_(random),
      scheduler_(scheduler),
      network_(network),
      trace_(trace),
      observer_(observer),
      host_(network.AddHost(*this, config.address, config.up, config.down)),
      feedback_ssrc_(random_.U32()),
      extensions_(config.extensions) {
  if (config_.ice) ice_.emplace(*config_.ice, Random(random_()));
}

void Peer::Start() {
  running_ = true;
  if (ice_) scheduler_.At(scheduler_.now(), *this, static_cast<uint64_t>(Timer::kCheck));
  scheduler_.After(Between(random_, Duration{}, config_.report_interval), *this,
                   static_cast<uint64_t>(Timer::kReport));
}

void Peer::Stop() {
  running_ = false;
  for (const auto& publication : publications_) publication->Pause();
  for (const auto& receiver : receivers_) receiver->Stop();
  network_.Leave(host_);
}

void Peer::Move(const TransportAddress& address, bool notices) {
  network_.Rebind(host_, address);
  if (!ice_ || !notices) return;
  ice_->Restart();
  scheduler_.At(scheduler_.now(), *this, static_cast<uint64_t>(Timer::kCheck));
}

// ----------------------------------------------------------------------------- what it publishes

Publication& Peer::Publish(const PublicationConfig& config) {
  publications_.push_back(
      std::make_unique<Publication>(config, Random(random_()), scheduler_, *this));
  return *publications_.back();
}

Publication* Peer::FindPublication(uint32_t track) {
  for (const auto& publication : publications_) {
    if (publication->track() == track) return publication.get();
  }
  return nullptr;
}

void Peer::Unpublish(uint32_t track) {
  for (auto& publication : publications_) {
    if (publication->track() != track) continue;
    publication->Pause();
    finished_.push_back(std::move(publication));
  }
  std::erase(publications_, nullptr);
}

void Peer::Restart() {
  const Duration pause =
      Between(random_, std::chrono::milliseconds(200), std::chrono::milliseconds(2000));
  for (const auto& publication : publications_) {
    for (const auto& sender : publication->senders()) observer_.OnRestarts(sender->stream());
    publication->Restart(scheduler_.now(), pause);
  }
}

void Peer::SendPacket(const PacketIdentity& identity, const StreamLabels& labels,
                      const WirePacket& packet, bool rtx) {
  observer_.OnSent(identity);
  std::array<uint8_t, kMaxDatagram> datagram;
  const size_t header =
      WriteRtpHeader(packet, extensions_.For(identity.tag, labels, rtx), datagram);
  BATON_CHECK(header + packet.payload.size() <= datagram.size());
  std::copy(packet.payload.begin(), packet.payload.end(), datagram.begin() + header);
  Send({identity.tag, false}, Bytes(datagram.data(), header + packet.payload.size()));
}

// ------------------------------------------------------------------------------ what it receives

Receiver& Peer::Receive(std::unique_ptr<Receiver> receiver) {
  receivers_.push_back(std::move(receiver));
  return *receivers_.back();
}

void Peer::StopReceiving(uint32_t leg) {
  for (auto& receiver : receivers_) {
    if (receiver->config().leg != leg) continue;
    receiver->Stop();
    stopped_.push_back(std::move(receiver));
  }
  std::erase(receivers_, nullptr);
}

void Peer::OnDatagram(TimePoint now, const TransportAddress& /*from*/,
                      const TransportAddress& /*to*/, const DatagramMark& mark, Bytes datagram) {
  // Its kernel looks at the checksum.
  if (!running_ || mark.damaged) return;
  if (IsStun(datagram)) return OnStun(datagram);
  if (IsRtcp(datagram)) return OnRtcp(now, datagram);
  OnRtp(now, datagram);
}

void Peer::OnStun(Bytes datagram) {
  if (!ice_) return;
  std::array<uint8_t, IceClient::kMaxMessage> answer;
  const size_t size = ice_->OnMessage(datagram, answer);
  if (size == 0) return;
  observer_.OnAnswersCheck(config_.endpoint, address());
  Send({}, Bytes(answer.data(), size));
}

void Peer::OnRtp(TimePoint now, Bytes datagram) {
  const std::optional<WirePacket> packet = ReadRtp(datagram);
  if (!packet) return;
  for (const auto& receiver : receivers_) {
    const ReceiverConfig& leg = receiver->config();
    if (leg.ssrc == packet->ssrc) return receiver->OnPacket(now, *packet);
    if (leg.rtx_ssrc == packet->ssrc) return receiver->OnRetransmission(now, *packet);
  }
}

void Peer::OnRtcp(TimePoint now, Bytes datagram) {
  std::optional<rtp::CompoundReader> compound = rtp::ParseCompound(datagram, true);
  if (!compound) return;
  while (const std::optional<rtp::RtcpPacket> packet = compound->Next()) {
    if (packet->kind == rtp::RtcpKind::kNack) {
      rtp::NackReader lost(*packet);
      while (const std::optional<rtp::SequenceNumber> sequence = lost.Next()) {
        for (const auto& publication : publications_) {
          publication->Resend(rtp::FeedbackMedia(*packet).value(), sequence->value());
        }
      }
    } else if (packet->kind == rtp::RtcpKind::kSenderReport) {
      const rtp::SenderInfo info = rtp::ReadSenderInfo(*packet);
      for (const auto& receiver : receivers_) {
        if (receiver->config().ssrc == info.sender.value()) receiver->OnSenderReport(now, info);
      }
    } else if (packet->kind == rtp::RtcpKind::kPictureLoss) {
      RequestKeyFrame(now, rtp::FeedbackMedia(*packet).value());
    } else if (packet->kind == rtp::RtcpKind::kFullIntraRequest) {
      for (size_t i = 0; i < rtp::FullIntraEntries(*packet); ++i) {
        RequestKeyFrame(now, rtp::ReadFullIntraEntry(*packet, i).source.value());
      }
    }
  }
}

void Peer::RequestKeyFrame(TimePoint now, uint32_t ssrc) {
  if (trace_.FollowsAnything()) {
    trace_.Tell(now, config_.name, absl::StrCat("is asked for a key frame of SSRC ", ssrc));
  }
  for (const auto& publication : publications_) publication->RequestKeyFrame(ssrc);
}

void Peer::SendNack(uint32_t ssrc, std::span<const uint16_t> lost) {
  std::array<uint8_t, kMaxDatagram> datagram;
  ByteWriter writer(datagram);
  std::vector<rtp::SequenceNumber> numbers;
  for (const uint16_t sequence : lost) numbers.emplace_back(sequence);
  rtp::WriteReceiverReport(rtp::Ssrc(feedback_ssrc_), {}, writer);
  rtp::WriteNack(rtp::Ssrc(feedback_ssrc_), rtp::Ssrc(ssrc), numbers, writer);
  if (writer.ok()) Send({}, writer.written());
}

void Peer::SendPictureLoss(uint32_t ssrc) {
  std::array<uint8_t, kMaxDatagram> datagram;
  ByteWriter writer(datagram);
  rtp::WriteReceiverReport(rtp::Ssrc(feedback_ssrc_), {}, writer);
  rtp::WritePictureLoss(rtp::Ssrc(feedback_ssrc_), rtp::Ssrc(ssrc), writer);
  Send({}, writer.written());
}

// ---------------------------------------------------------------------------------------- timers

void Peer::Happen(TimePoint now, uint64_t what) {
  if (!running_) return;
  switch (static_cast<Timer>(what)) {
    case Timer::kCheck: {
      if (now < ice_->next_check()) return;
      std::array<uint8_t, IceClient::kMaxMessage> check;
      const size_t size = ice_->WriteCheck(now, check);
      Send({}, Bytes(check.data(), size));
      scheduler_.At(ice_->next_check(), *this, what);
      return;
    }
    case Timer::kReport:
      SendReport(now);
      scheduler_.After(config_.report_interval, *this, what);
      return;
  }
}

// A sender report for each stream, receiver reports, a name.
void Peer::SendReport(TimePoint now) {
  std::array<uint8_t, kMaxDatagram> datagram;
  ByteWriter writer(datagram);
  for (const auto& publication : publications_) {
    for (const auto& sender : publication->senders()) {
      if (const auto info = sender->Report(now)) rtp::WriteSenderReport(*info, {}, writer);
    }
  }
  std::vector<rtp::ReportBlock> blocks;
  for (const auto& receiver : receivers_) {
    const std::optional<rtp::ReportBlock> block = receiver->Report(now);
    if (block && blocks.size() < rtp::kMaxRtcpCount) blocks.push_back(*block);
  }
  rtp::WriteReceiverReport(rtp::Ssrc(feedback_ssrc_), blocks, writer);
  rtp::WriteCname(rtp::Ssrc(feedback_ssrc_), config_.name, writer);
  if (writer.ok()) Send({}, writer.written());
}

void Peer::Send(const DatagramMark& mark, Bytes datagram) {
  if (running_) network_.SendUp(host_, config_.node, mark, datagram);
}

}  // namespace baton::sim
