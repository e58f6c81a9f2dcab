// A core with everything around it that a test needs: a virtual clock, receive buffers, a wire that
// keeps what was sent, and one-line commands. Nothing here knows a test framework, so fuzz targets
// and simulations use it too.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/buffer_refs.h"
#include "base/tx_batch.h"
#include "relay/command.h"
#include "relay/config.h"
#include "relay/core.h"
#include "relay/output.h"
#include "rtp/packet.h"
#include "stun/message.h"

namespace baton::relay::test {

using Octets = std::vector<uint8_t>;

// "192.0.2.1:5004"; must parse.
TransportAddress Address(std::string_view text);
inline Name N(std::string_view name) { return Name(name); }

// What has left the core, in an order that keeps that of each destination.
struct Sent {
  Flow to;
  Octets bytes;

  // Nothing if it is not a well-formed RTP packet, STUN message.
  std::optional<rtp::PacketView> rtp() const;
  std::optional<stun::MessageView> stun() const;
};

// Copies what a batch sends.
class Wire final : public TxSink {
 public:
  void Send(const TxBatch& batch) override;
  std::vector<Sent> Take() { return std::exchange(sent_, {}); }

 private:
  std::vector<Sent> sent_;
};

// Room for a few dozen of everything, sockets for both families, loopback not allowed.
CoreConfig SmallConfig();

class Harness {
 public:
  static constexpr size_t kBuffers = 64;

  explicit Harness(const CoreConfig& config = SmallConfig(), size_t batch_entries = 256);

  Core& core() { return core_; }
  const CoreMetrics& metrics() const { return core_.metrics(); }
  TimePoint now() const { return now_; }
  // Receive buffers that somebody still holds.
  size_t buffers_in_use() const { return buffers_.in_use(); }

  // These arrive at once, at most kBuffers of them; answers with what was sent because of them.
  std::vector<Sent> ReceiveBatch(const std::vector<std::pair<Flow, Octets>>& datagrams);
  // One datagram arrives; answers with what was sent because of it.
  std::vector<Sent> Receive(const Flow& from, Bytes datagram);
  std::vector<Sent> Receive(std::string_view from, Bytes datagram) {
    return Receive(Flow{Address(from), SocketFor(from)}, datagram);
  }
  // Time passes, with each deadline kept at its moment; answers with what was sent.
  std::vector<Sent> Advance(Duration duration);

  // One command. Its events, and those before it, are kept for TakeEvents().
  CommandError Do(decltype(Command::action) action);
  // RTCP that was sent since the last call: to whom and what. It is not among what Receive(),
  // Advance() and Do() answer with.
  std::vector<Sent> TakeRtcp() { return std::exchange(rtcp_, {}); }
  // The statistics of a room that exists.
  RoomStatistics Statistics(std::string_view room);
  // The events so far, in order.
  std::vector<Event> TakeEvents();
  // As text, one line each: see Describe().
  std::vector<std::string> TakeEventTexts();
  // Keeps outputs in the core until the next Do() or TakeEvents(), so that its outbox fills up.
  bool drain_after_each_step = true;

  uint64_t drops(DropReason reason) const {
    return metrics().drops[static_cast<size_t>(reason)].value();
  }
  uint64_t ice(IceResult result) const {
    return metrics().ice[static_cast<size_t>(result)].value();
  }
  uint64_t packets_in(PacketKind kind) const {
    return metrics().in[static_cast<size_t>(kind)].packets.value();
  }
  uint64_t packets_out(PacketKind kind) const {
    return metrics().out[static_cast<size_t>(kind)].packets.value();
  }

 private:
  static SocketIndex SocketFor(std::string_view address) { return address[0] == '[' ? 1 : 0; }
  void Drain();
  // What was sent, but for RTCP, which is put aside.
  std::vector<Sent> TakeSent();

  std::vector<Octets> storage_;  // by BufferId
  BufferRefs buffers_;
  Wire wire_;
  TxBatch tx_;
  Core core_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  uint32_t next_buffer_ = 0;
  uint64_t next_request_ = 1;
  std::vector<Sent> rtcp_;
  std::vector<Event> events_;
  std::optional<Reply> reply_;  // while Do() waits for it
  std::unique_ptr<RoomStatistics> statistics_;
};

// "room-created demo all", "leg-added demo bob alice/cam pt 96", ...: the names, and what is not
// random.
std::string Describe(const Event& event);

// ------------------------------------------------------------------------------------ commands

CreateRoom Room(std::string_view room, SubscribeMode mode = SubscribeMode::kAll);
AddPlainEndpoint Plain(std::string_view room, std::string_view endpoint, std::string_view remote);
TrackParameters Video(uint32_t ssrc, uint8_t payload_type = 96, std::string_view codec = "VP8");
TrackParameters Audio(uint32_t ssrc, uint8_t payload_type = 111);
PublishTrack Publish(std::string_view room, std::string_view endpoint, std::string_view track,
                     const TrackParameters& parameters);
LegName LegOf(std::string_view room, std::string_view subscriber, std::string_view publisher,
              std::string_view track);

// ----------------------------------------------------------------------------------------- RTP

struct RtpFields {
  uint32_t ssrc = 0;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint8_t payload_type = 96;
  bool marker = false;
  size_t payload_size = 20;
};
// With a payload that, read as VP8, begins a key frame.
Octets Rtp(const RtpFields& fields);

// ----------------------------------------------------------------------------------------- ICE

// Valid credentials made of one word of four letters or more.
IceCredentials Credentials(std::string_view word);

// The far end of an ICE endpoint, at one address.
struct IcePeer {
  IceCredentials own;
  IceCredentials relay;  // what the endpoint was added with
  uint64_t checks = 0;   // makes transaction ids

  struct CheckOptions {
    bool nominate = false;
    bool with_priority = true;
    bool controlled = false;  // the wrong role
    bool sha256 = false;      // sign with the stronger form
    bool unknown_attribute = false;
  };
  // A connectivity check to the relay.
  Octets Check(const CheckOptions& options);
  Octets Check() { return Check({}); }
  // The signed success response to a check of the relay's.
  Octets Answer(const Sent& check) const { return Answer(check, own.password); }
  Octets Answer(const Sent& check, std::string_view password) const;
};

// The checks of the relay's among what was sent.
std::vector<Sent> ChecksIn(const std::vector<Sent>& sent);

// Lets `peer` check from `from` and answer the challenge: afterwards the address is proven.
void Prove(Harness& harness, IcePeer& peer, const Flow& from, bool nominate = false);
inline void Prove(Harness& harness, IcePeer& peer, std::string_view from, bool nominate = false) {
  Prove(harness, peer, Flow{Address(from), static_cast<SocketIndex>(from[0] == '[')}, nominate);
}

}  // namespace baton::relay::test
