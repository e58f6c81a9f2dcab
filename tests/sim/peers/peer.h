// A participant: one transport with its address and, if it has ICE, its checks; what it publishes
// and what it receives over that.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time_point.h"
#include "tests/sim/engine/scheduler.h"
#include "tests/sim/engine/trace.h"
#include "tests/sim/network/network.h"
#include "tests/sim/peers/ice_client.h"
#include "tests/sim/peers/publication.h"
#include "tests/sim/peers/receiver.h"

namespace baton::sim {

struct PeerConfig {
  uint32_t endpoint = 0;  // its number in the run
  std::string name;
  TransportAddress address;  // to begin with
  TransportAddress node;
  std::optional<IceClient::Config> ice;  // none: plain RTP
  LinkConfig up;
  LinkConfig down;
  rtp::ExtensionIds extensions;  // as negotiated
  Duration report_interval = std::chrono::seconds(1);
};

// Whoever has to know what is sent in the name of an endpoint.
class PeerObserver {
 public:
  virtual ~PeerObserver() = default;
  // A media packet, the first time that it is sent. A stream's numbers begin anew.
  virtual void OnSent(const PacketIdentity& packet) = 0;
  virtual void OnRestarts(uint32_t stream) = 0;
  // The endpoint answers a check of a node's: by that it proves its address.
  virtual void OnAnswersCheck(uint32_t endpoint, const TransportAddress& from) = 0;
};

class Peer final : public Host, public Actor, public PacketSink, public FeedbackSink {
 public:
  Peer(const PeerConfig& config, Random random, Scheduler& scheduler, Network& network,
       Trace& trace, PeerObserver& observer);

  uint32_t endpoint() const { return config_.endpoint; }
  const PeerConfig& config() const { return config_; }
  const TransportAddress& address() const { return network_.AddressOf(host_); }

  // Begins to speak: the endpoint is there.
  void Start();
  // Falls silent for ever, and is nowhere any more.
  void Stop();
  // Has another address from now on. `notices`: it checks it at once, and not when it would have
  // next.
  void Move(const TransportAddress& address, bool notices);

  Publication& Publish(const PublicationConfig& config);
  // Null if there is none of this track.
  Publication* FindPublication(uint32_t track);
  void Unpublish(uint32_t track);
  // The program that sends all of it starts anew.
  void Restart();

  Receiver& Receive(std::unique_ptr<Receiver> receiver);
  void StopReceiving(uint32_t leg);
  std::span<const std::unique_ptr<Receiver>> receivers() const { return receivers_; }

  void SendPacket(const PacketIdentity& identity, const StreamLabels& labels,
                  const WirePacket& packet, bool rtx) override;
  void SendNack(uint32_t ssrc, std::span<const uint16_t> lost) override;
  void SendPictureLoss(uint32_t ssrc) override;

  void OnDatagram(TimePoint now, const TransportAddress& from, const TransportAddress& to,
                  const DatagramMark& mark, Bytes datagram) override;
  void Happen(TimePoint now, uint64_t what) override;

 private:
  enum class Timer : uint8_t { kCheck, kReport };

  void Send(const DatagramMark& mark, Bytes datagram);
  void OnStun(Bytes datagram);
  void OnRtcp(TimePoint now, Bytes datagram);
  void OnRtp(TimePoint now, Bytes datagram);
  void RequestKeyFrame(TimePoint now, uint32_t ssrc);
  void SendReport(TimePoint now);

  PeerConfig config_;
  Random random_;
  Scheduler& scheduler_;
  Network& network_;
  Trace& trace_;
  PeerObserver& observer_;
  Network::HostId host_;
  uint32_t feedback_ssrc_;
  std::optional<IceClient> ice_;
  PublisherExtensions extensions_;
  std::vector<std::unique_ptr<Publication>> publications_;
  std::vector<std::unique_ptr<Publication>> finished_;  // the scheduler may still know them
  std::vector<std::unique_ptr<Receiver>> receivers_;
  std::vector<std::unique_ptr<Receiver>> stopped_;
  bool running_ = false;
};

}  // namespace baton::sim
