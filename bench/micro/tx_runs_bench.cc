// Grouping for UDP_SEGMENT: cutting what a batch holds for each destination into runs.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/datagram.h"
#include "base/tx_batch.h"
#include "net/tx_runs.h"

namespace baton::net {
namespace {

constexpr size_t kDestinations = 50;
constexpr size_t kHeaderBytes = 12;
constexpr size_t kPayloadBytes = 1188;

class NullSink final : public TxSink {
 public:
  void Send(const TxBatch&) override {}
};

// What the packets of a burst measure. Encoders cut a frame into equal packets and a shorter last
// one; or into packets that differ by a byte, none of which can follow a shorter one.
enum class Sizes { kEqual, kShortLast, kDescending, kAlternating };

size_t PayloadBytes(Sizes sizes, size_t packet, size_t packets) {
  switch (sizes) {
    case Sizes::kEqual:
      return kPayloadBytes;
    case Sizes::kShortLast:
      return packet + 1 == packets ? kPayloadBytes / 2 : kPayloadBytes;
    case Sizes::kDescending:
      return kPayloadBytes - packet;
    case Sizes::kAlternating:
      return kPayloadBytes - packet % 2;
  }
  return 0;
}

// items_per_second counts packets. Floor: the sizes of all entries are read once, from memory that
// was written just before: a few ns a packet.
void BM_TxRuns(benchmark::State& state, Sizes sizes) {
  const auto packets = static_cast<size_t>(state.range(0));
  NullSink sink;
  TxBatch batch(kDestinations * packets, kDestinations, sink);
  const std::vector<uint8_t> payload(kPayloadBytes);
  for (uint32_t destination = 0; destination < kDestinations; ++destination) {
    const Flow flow{{IpAddress::V4({10, 0, 0, static_cast<uint8_t>(destination)}), 5004}, 0};
    for (size_t i = 0; i < packets; ++i) {
      const size_t bytes = PayloadBytes(sizes, i, packets);
      std::fill_n(batch.Add(destination, flow, kHeaderBytes, Bytes(payload).first(bytes)),
                  kHeaderBytes, uint8_t{0});
    }
  }
  uint64_t runs = 0;
  for (auto _ : state) {
    for (const TxBatch::Destination& destination : batch.destinations()) {
      for (auto i = batch.Begin(destination); !i.at_end();) {
        const TxRun run = NextRun(batch, i, kMaxRunDatagrams);
        benchmark::DoNotOptimize(run.bytes);
        i = run.next;
        ++runs;
      }
    }
  }
  const auto datagrams = static_cast<double>(state.iterations() * kDestinations * packets);
  state.SetItemsProcessed(static_cast<int64_t>(datagrams));
  state.counters["datagrams_per_run"] = datagrams / static_cast<double>(runs);
  batch.Flush();
}
BENCHMARK_CAPTURE(BM_TxRuns, equal, Sizes::kEqual)->ArgName("packets")->Arg(1)->Arg(8)->Arg(64);
BENCHMARK_CAPTURE(BM_TxRuns, short_last, Sizes::kShortLast)->ArgName("packets")->Arg(8);
BENCHMARK_CAPTURE(BM_TxRuns, descending, Sizes::kDescending)->ArgName("packets")->Arg(8);
BENCHMARK_CAPTURE(BM_TxRuns, alternating, Sizes::kAlternating)->ArgName("packets")->Arg(8);

}  // namespace
}  // namespace baton::net
