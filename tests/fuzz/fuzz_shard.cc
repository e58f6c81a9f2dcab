// A whole shard, fed an interleaved script of commands, datagrams and time, with the invariants of
// tests/unit/relay/oracle.h after each step. The input is the script: a byte says what to do, the
// next ones with what. When it ends, every room is closed and nothing may be left.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "rtp/rtcp_write.h"
#include "tests/unit/relay/oracle.h"

namespace {

using namespace baton;               // NOLINT: a program of one file
using namespace baton::relay;        // NOLINT
using namespace baton::relay::test;  // NOLINT

constexpr uint32_t kPeers = 4;
constexpr size_t kMaxSteps = 400;

// Small, so that limits are met.
CoreConfig FuzzConfig() {
  CoreConfig config = SmallConfig();
  config.limits = {.rooms = 3,
                   .endpoints = 7,
                   .tracks = 8,
                   .legs = 20,
                   .endpoints_per_room = 5,
                   .tracks_per_endpoint = 3,
                   .legs_per_track = 3};
  return config;
}

class Script {
 public:
  explicit Script(Bytes bytes) : bytes_(bytes) {
    for (uint32_t i = 0; i < kPeers; ++i) {
      peers_[i].own = Credentials("peer" + std::to_string(i));
      peers_[i].relay = Credentials("relay" + std::to_string(i));
    }
  }

  void Run() {
    for (size_t i = 0; i < kMaxSteps && bytes_.remaining() > 0; ++i) Step();
    h_.CloseAll();
  }

 private:
  // One of `n` things, by the next byte.
  uint32_t Pick(uint32_t n) { return bytes_.U8() % n; }
  Name Room() { return N("r" + std::to_string(Pick(4))); }
  Name Endpoint() { return N("e" + std::to_string(Pick(6))); }
  Name Track() { return N("t" + std::to_string(Pick(4))); }
  LegName Leg() { return {Room(), Endpoint(), Endpoint(), Track()}; }
  IcePeer& Peer() { return peers_[Pick(kPeers)]; }
  Flow Where() {
    constexpr std::array<std::string_view, 11> kPlaces = {
        "192.0.2.1:1", "192.0.2.1:2",       "192.0.2.1:3",     "192.0.2.2:1",
        "192.0.2.3:1", "192.0.2.4:1",       "[2001:db8::1]:1", "[2001:db8::2]:1",
        "127.0.0.1:1", "198.51.100.1:7882", "224.0.0.1:1",
    };
    const std::string_view place = kPlaces[Pick(kPlaces.size())];
    return {Address(place), static_cast<SocketIndex>(place[0] == '[')};
  }
  TrackParameters Parameters() {
    const uint32_t ssrc = Pick(6);
    const uint8_t type = bytes_.U8();
    return type % 2 == 0
               ? Video(ssrc, static_cast<uint8_t>(96 + type % 8), type % 3 == 0 ? "VP8" : "H264")
               : Audio(ssrc, type);
  }
  Octets Take(size_t size) {
    const Bytes slice = bytes_.Slice(std::min(size, bytes_.remaining()));
    return {slice.begin(), slice.end()};
  }

  void Step() {
    switch (Pick(24)) {
      case 0:
        h_.Do(CreateRoom{Room(), Pick(4) == 0 ? SubscribeMode::kManual : SubscribeMode::kAll});
        return;
      case 1:
        h_.Do(CloseRoom{Room()});
        return;
      case 2:
      case 3:
        h_.Do(AddPlainEndpoint{Room(), Endpoint(), Where().remote});
        return;
      case 4: {
        const IcePeer& peer = Peer();
        h_.Do(AddIceEndpoint{Room(), Endpoint(), peer.relay,
                             Pick(2) == 0 ? peer.own : IceCredentials{}});
        return;
      }
      case 5:
        h_.Do(SetIceRemote{Room(), Endpoint(), Peer().own});
        return;
      case 6:
        h_.Do(RemoveEndpoint{Room(), Endpoint()});
        return;
      case 7:
      case 8:
        h_.Do(PublishTrack{Room(), Endpoint(), Track(), Parameters()});
        return;
      case 9:
        h_.Do(UnpublishTrack{Room(), Endpoint(), Track()});
        return;
      case 10:
        return AddALeg();
      case 11:
        h_.Do(RemoveLeg{Leg()});
        return;
      case 12:
        h_.Do(PauseLeg{Leg(), Pick(2) == 0});
        return;
      case 13:
        h_.Do(GetRoomStatistics{Room()});
        return;
      case 14:
        Remember(h_.Advance(std::chrono::milliseconds(bytes_.U8())));
        return;
      case 15:
        Remember(h_.Advance(std::chrono::seconds(Pick(40))));
        return;
      case 16:
      case 17:
        return ReceiveCheck();
      case 18:
        return Answer();
      case 19:
        return ReceiveReport();
      case 20: {
        const Flow from = Where();
        Remember(h_.Receive(from, Take(bytes_.U8())));
        return;
      }
      case 22:
        h_.Do(AddSinkEndpoint{Room(), Endpoint(), static_cast<TapNumber>(Pick(3))});
        return;
      case 23:
        h_.Do(RequestKeyFrame{Leg()});
        return;
      default:
        return ReceiveMedia();
    }
  }

  void AddALeg() {
    AddLeg command{Leg(), std::nullopt, std::nullopt};
    if (Pick(2) == 0) command.ssrc = rtp::Ssrc(Pick(8));
    if (Pick(2) == 0) command.payload_type = rtp::PayloadType(bytes_.U8());
    h_.Do(command);
  }

  // Sometimes with a few bytes changed.
  Octets Mutated(Octets datagram) {
    for (uint32_t n = Pick(8); n > 5 && !datagram.empty(); --n) {
      datagram[bytes_.U8() % datagram.size()] ^= bytes_.U8();
    }
    return datagram;
  }

  void ReceiveCheck() {
    const Flow from = Where();
    IcePeer& peer = Peer();
    const uint8_t flags = bytes_.U8();
    Octets check = peer.Check({.nominate = (flags & 1) != 0,
                               .with_priority = (flags & 0x70) != 0x10,
                               .controlled = (flags & 0x70) == 0x20,
                               .sha256 = (flags & 2) != 0,
                               .unknown_attribute = (flags & 0x70) == 0x30});
    Remember(h_.Receive(from, Mutated(std::move(check))));
  }

  void Remember(const std::vector<Sent>& sent) {
    for (Sent& check : ChecksIn(sent)) {
      if (checks_.size() < 16) checks_.push_back(std::move(check));
    }
  }

  // To one of the checks that the relay sent: mostly by whom it was sent to.
  void Answer() {
    if (checks_.empty()) return;
    const size_t at = Pick(16) % checks_.size();
    const Sent check = checks_[at];
    if (Pick(4) != 0) checks_.erase(checks_.begin() + static_cast<ptrdiff_t>(at));
    const std::string_view username = *check.stun()->username();
    const uint32_t peer = static_cast<uint32_t>(username.back() - '0') % kPeers;
    const Flow from = Pick(8) == 0 ? Where() : check.to;
    const std::string_view password =
        Pick(8) == 0 ? peers_[peer].relay.password.view() : peers_[peer].own.password.view();
    h_.Receive(from, Mutated(peers_[peer].Answer(check, password)));
  }

  void ReceiveReport() {
    Octets compound(256);
    ByteWriter writer(compound);
    rtp::WriteSenderReport({.sender = rtp::Ssrc(Pick(6))}, {}, writer);
    if (Pick(2) == 0) rtp::WriteCname(rtp::Ssrc(1), "name", writer);
    if (Pick(2) == 0) rtp::WritePictureLoss(rtp::Ssrc(1), rtp::Ssrc(2), writer);
    compound.resize(writer.size());
    const Flow from = Where();
    h_.Receive(from, Mutated(std::move(compound)));
  }

  void ReceiveMedia() {
    const Flow from = Where();
    RtpFields fields{.ssrc = Pick(6)};
    fields.payload_type = static_cast<uint8_t>(bytes_.U8() & 0x7f);
    for (uint32_t n = 1 + Pick(6); n > 0; --n) {
      const uint8_t step = bytes_.U8();
      // Mostly the next one; else late, a gap, or a jump.
      sequence_ = static_cast<uint16_t>(step < 200   ? sequence_ + 1
                                        : step < 230 ? sequence_ - (step - 200)
                                        : step < 250 ? sequence_ + (step - 230) * 200
                                                     : sequence_ + (step - 245) * 6000);
      fields.sequence = sequence_;
      fields.payload_size = step % 40;
      fields.marker = (step & 1) != 0;
      h_.Receive(from, Mutated(Rtp(fields)));
    }
  }

  ByteReader bytes_;
  CheckedHarness h_{FuzzConfig(), 8};
  std::array<IcePeer, kPeers> peers_;
  std::vector<Sent> checks_;
  uint16_t sequence_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Script(Bytes(data, size)).Run();
  return 0;
}
