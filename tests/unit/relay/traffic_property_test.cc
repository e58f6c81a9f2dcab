// Random calls: commands, media, checks, loss, replays and time, in any order, with the invariants
// of oracle.h after each step. A failure prints its seed.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

#include "base/random.h"
#include "tests/unit/relay/oracle.h"

namespace baton::relay::test {
namespace {

class RandomCall {
 public:
  explicit RandomCall(uint64_t seed) : random_(seed), h_(SmallConfig(), 1 + random_.Below(64)) {
    for (uint32_t i = 0; i < kPeers; ++i) {
      peers_[i].own = Credentials("peer" + std::to_string(i));
      peers_[i].relay = Credentials("relay" + std::to_string(i));
    }
  }

  void Run(int steps) {
    for (int i = 0; i < steps; ++i) Step();
    h_.CloseAll();
  }

  uint64_t copies() { return h_.harness().packets_out(PacketKind::kRtp); }
  uint64_t tapped() { return h_.harness().metrics().tapped.packets.value(); }
  uint64_t proven() { return h_.harness().ice(IceResult::kProven); }

 private:
  static constexpr uint32_t kPeers = 6;

  std::string Pick(const char* prefix, uint64_t n) {
    return prefix + std::to_string(random_.Below(n));
  }
  std::string Room() { return Pick("room", 2); }
  std::string Endpoint() { return Pick("e", 8); }
  std::string Track() { return Pick("t", 3); }
  LegName Leg() { return LegOf(Room(), Endpoint(), Endpoint(), Track()); }
  Flow AnyFlow() {
    const uint64_t i = random_.Below(20);
    return i < 15 ? Flow{Address("192.0.2.1:" + std::to_string(5000 + i)), 0}
                  : Flow{Address("[2001:db8::1]:" + std::to_string(5000 + i)), 1};
  }

  void Step() {
    switch (random_.Below(20)) {
      case 0:
      case 1:
      case 2:
        return DoCommand();
      case 3:
        h_.Advance(std::chrono::milliseconds(random_.Below(random_.OneIn(20) ? 40'000 : 700)));
        return;
      case 4:
      case 5:
        return ReceiveCheck();
      default:
        return ReceiveMedia();
    }
  }

  void DoCommand() {
    switch (random_.Below(12)) {
      case 0:
        if (random_.OneIn(10)) h_.Do(CloseRoom{N(Room())});
        return;
      case 1:
        if (random_.OneIn(3)) h_.Do(RemoveEndpoint{N(Room()), N(Endpoint())});
        return;
      case 2:
        h_.Do(UnpublishTrack{N(Room()), N(Endpoint()), N(Track())});
        return;
      case 3:
        h_.Do(RemoveLeg{Leg()});
        return;
      case 4:
        h_.Do(PauseLeg{Leg(), random_.OneIn(2)});
        h_.Do(RequestKeyFrame{Leg()});
        return;
      case 5:
        h_.Do(AddLeg{Leg(), {}, {}});
        return;
      case 6: {
        const IcePeer& peer = peers_[random_.Below(kPeers)];
        h_.Do(AddIceEndpoint{N(Room()), N(Endpoint()), peer.relay, peer.own});
        return;
      }
      case 7:
      case 8:
        if (random_.OneIn(12)) {
          const auto tap = static_cast<TapNumber>(random_.Below(3));
          h_.Do(AddSinkEndpoint{N(Room()), N(Endpoint()), tap});
          return;
        }
        h_.Do(AddPlainEndpoint{N(Room()), N(Endpoint()), AnyFlow().remote});
        return;
      case 9:
      case 10:
        h_.Do(Publish(Room(), Endpoint(), Track(),
                      random_.OneIn(2) ? Video(1 + static_cast<uint32_t>(random_.Below(4)))
                                       : Audio(1 + static_cast<uint32_t>(random_.Below(4)))));
        return;
      default:
        h_.Do(test::Room("room0"));
        h_.Do(test::Room("room1", SubscribeMode::kManual));
    }
  }

  void ReceiveCheck() {
    IcePeer& peer = peers_[random_.Below(kPeers)];
    const Flow from = AnyFlow();
    for (const Sent& check :
         ChecksIn(h_.Receive(from, peer.Check({.nominate = random_.OneIn(3)})))) {
      if (!random_.OneIn(4)) h_.Receive(from, peer.Answer(check));
    }
  }

  void ReceiveMedia() {
    const Flow from = AnyFlow();
    const auto ssrc = 1 + static_cast<uint32_t>(random_.Below(4));
    for (uint64_t i = 1 + random_.Below(8); i > 0; --i) {
      if (random_.OneIn(100)) sequence_ = random_.U16();
      const uint64_t late = random_.OneIn(8) ? random_.Below(110) : 0;
      const auto sequence = static_cast<uint16_t>(++sequence_ - late);
      h_.Receive(from, Rtp({.ssrc = ssrc,
                            .sequence = sequence,
                            .timestamp = random_.U32(),
                            .payload_type = static_cast<uint8_t>(random_.OneIn(2) ? 96 : 111),
                            .marker = random_.OneIn(2),
                            .payload_size = random_.Below(30)}));
    }
  }

  Random random_;
  CheckedHarness h_;
  std::array<IcePeer, kPeers> peers_;
  uint16_t sequence_ = 0;
};

TEST(RandomCalls, KeepEveryInvariant) {
  uint64_t copies = 0;
  uint64_t tapped = 0;
  uint64_t proven = 0;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));  // an invariant aborts
    RandomCall call(seed);
    call.Run(3000);
    copies += call.copies();
    tapped += call.tapped();
    proven += call.proven();
  }
  // That something happened at all.
  EXPECT_GT(copies, 5'000u);
  EXPECT_GT(tapped, 100u);
  EXPECT_GT(proven, 200u);
}

}  // namespace
}  // namespace baton::relay::test
