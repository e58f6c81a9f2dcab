// The whole core: datagrams of one publisher in, their copies for all subscribers out, into a sink
// that drops them. All that a relay does to a packet but receive and send.
#include <benchmark/benchmark.h>
#include <sys/uio.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/datagram.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/command.h"
#include "relay/config.h"
#include "relay/core.h"
#include "relay/output.h"
#include "tests/unit/relay/harness.h"

namespace baton::relay {
namespace {

// As a shard has it.
constexpr size_t kTxEntries = 4096;

constexpr uint32_t kSsrc = 0x1234;
constexpr size_t kPayloadBytes = 1188;

class CountingSink final : public TxSink {
 public:
  void Send(const TxBatch& batch) override { datagrams_ += batch.size(); }
  uint64_t datagrams() const { return datagrams_; }

 private:
  uint64_t datagrams_ = 0;
};

TransportAddress AddressNumber(uint32_t i) {
  return {IpAddress::V4({10, 0, static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i)}), 5004};
}

CoreConfig ConfigFor(uint32_t legs) {
  CoreConfig config;
  config.limits = {.rooms = 1,
                   .endpoints = legs + 1,
                   .tracks = 1,
                   .legs = legs,
                   .endpoints_per_room = legs + 1,
                   .tracks_per_endpoint = 1,
                   .legs_per_track = legs};
  config.sockets = {test::Address("0.0.0.0:7882")};
  config.seed = {1, 2, 3, 4};
  return config;
}

// A room with one publisher and many subscribers.
class Room {
 public:
  explicit Room(uint32_t legs)
      : core_(ConfigFor(legs)), tx_(kTxEntries, legs + 1, sink_), publisher_{AddressNumber(0), 0} {
    Do(test::Room("room"));
    for (uint32_t i = 0; i <= legs; ++i) {
      Do(AddPlainEndpoint{test::N("room"), test::N("endpoint-" + std::to_string(i)),
                          AddressNumber(i)});
    }
    Do(test::Publish("room", "endpoint-0", "camera", test::Video(kSsrc)));
  }

  // `packets` of the next frame, as one batch.
  void Relay(std::vector<test::Octets>& packets) {
    datagrams_.clear();
    for (test::Octets& packet : packets) {
      StoreU16(packet.data() + 2, next_sequence_++);
      datagrams_.push_back({publisher_, kNoBuffer, packet, now_});
    }
    core_.HandleDatagrams(now_, datagrams_, tx_);
    tx_.Flush();
    now_ += std::chrono::milliseconds(1);
  }
  // The events of the first packets, which later ones have not.
  void DropOutputs() {
    Output output;
    while (core_.PopOutput(output)) {
    }
  }
  uint64_t sent() const { return sink_.datagrams(); }

 private:
  void Do(decltype(Command::action) action) {
    core_.HandleCommand(now_, {1, std::move(action)}, tx_);
    Output output;
    bool done = false;
    while (core_.PopOutput(output)) {
      const auto* reply = std::get_if<Reply>(&output);
      if (reply != nullptr) done = reply->error == CommandError::kNone;
    }
    BATON_CHECK(done);
  }

  CountingSink sink_;
  Core core_;
  TxBatch tx_;
  Flow publisher_;
  std::vector<Datagram> datagrams_;
  TimePoint now_ = TimePoint(std::chrono::hours(1));
  uint16_t next_sequence_ = 0;
};

std::vector<test::Octets> MakePackets(size_t count) {
  test::RtpFields fields;
  fields.ssrc = kSsrc;
  fields.payload_size = kPayloadBytes;
  return std::vector<test::Octets>(count, test::Rtp(fields));
}

// items_per_second counts packets out. Floor: BM_FanoutFloor.
void BM_Fanout(benchmark::State& state) {
  Room room(static_cast<uint32_t>(state.range(0)));
  std::vector<test::Octets> packets = MakePackets(static_cast<size_t>(state.range(1)));
  room.Relay(packets);
  room.DropOutputs();
  const uint64_t before = room.sent();
  for (auto _ : state) room.Relay(packets);
  const uint64_t sent = room.sent() - before;
  BATON_CHECK(sent == static_cast<uint64_t>(state.iterations() * state.range(0) * state.range(1)));
  state.SetItemsProcessed(static_cast<int64_t>(sent));
}
BENCHMARK(BM_Fanout)->ArgNames({"legs", "packets"})->ArgsProduct({{1, 10, 100, 1000}, {1, 8, 64}});

// The floor of a packet out: its header, twelve bytes, and an entry of a scatter list with two
// pieces. No number is looked up, nothing is counted. Into memory of the size of a shard's batch.
void BM_FanoutFloor(benchmark::State& state) {
  const auto legs = static_cast<size_t>(state.range(0));
  std::vector<test::Octets> packets = MakePackets(static_cast<size_t>(state.range(1)));
  struct Entry {
    iovec header;
    iovec payload;
  };
  constexpr size_t kHeaderBytes = 12;
  std::vector<Entry> entries(kTxEntries);
  std::vector<std::array<uint8_t, kHeaderBytes>> headers(kTxEntries);
  size_t used = 0;
  for (auto _ : state) {
    for (size_t leg = 0; leg < legs; ++leg) {
      for (test::Octets& packet : packets) {
        std::memcpy(headers[used].data(), packet.data(), kHeaderBytes);
        entries[used] = {{headers[used].data(), kHeaderBytes},
                         {packet.data() + kHeaderBytes, packet.size() - kHeaderBytes}};
        used = (used + 1) % kTxEntries;
      }
    }
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * state.range(1));
}
BENCHMARK(BM_FanoutFloor)->ArgNames({"legs", "packets"})->Args({10, 8})->Args({1000, 8});

}  // namespace
}  // namespace baton::relay
