// RTP: reading a packet, and giving it a leg's header.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "rtp/packet.h"
#include "rtp/rewrite.h"
#include "rtp/types.h"

namespace baton::rtp {
namespace {

constexpr size_t kPacketBytes = 1200;

// One-byte header extensions as browsers send them: audio level and transport-wide sequence number.
constexpr std::array<uint8_t, 8> kExtension = {0x10, 0x85, 0x31, 0x12, 0x34, 0, 0, 0};

std::vector<uint8_t> MakePacket(bool with_extension) {
  std::vector<uint8_t> packet(kPacketBytes);
  PacketHeader header;
  header.sequence = SequenceNumber(1000);
  header.timestamp = RtpTimestamp(90000);
  header.ssrc = Ssrc(0x1234);
  header.payload_type = PayloadType(96);
  if (with_extension) {
    header.extension_profile = kOneByteExtensions;
    header.extension_data = kExtension;
  }
  WritePacketHeader(header, packet);
  return packet;
}

// Floor: the twelve bytes have to be read and taken apart: a few loads and byte swaps, all in one
// cache line, 1 to 2 ns.
void BM_RtpParse(benchmark::State& state) {
  const std::vector<uint8_t> packet = MakePacket(state.range(0) != 0);
  for (auto _ : state) {
    benchmark::DoNotOptimize(packet.data());
    benchmark::DoNotOptimize(ParsePacket(packet));
  }
}
BENCHMARK(BM_RtpParse)->ArgName("extension")->Arg(0)->Arg(1);

// Floor: BM_RtpHeaderCopy.
void BM_RtpRewrite(benchmark::State& state) {
  const std::vector<uint8_t> packet = MakePacket(false);
  std::array<uint8_t, kFixedHeaderSize> slot{};
  HeaderRewrite rewrite{PayloadType(97), SequenceNumber(7), RtpTimestamp(8), Ssrc(9)};
  for (auto _ : state) {
    rewrite.sequence = SequenceNumber(static_cast<uint16_t>(rewrite.sequence.value() + 1));
    RewriteFixedHeader(HeaderStart::Of(packet), rewrite, slot);
    benchmark::DoNotOptimize(slot.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_RtpRewrite);

// The floor of writing a leg's header: to copy twelve bytes.
void BM_RtpHeaderCopy(benchmark::State& state) {
  const std::vector<uint8_t> packet = MakePacket(false);
  std::array<uint8_t, kFixedHeaderSize> slot{};
  for (auto _ : state) {
    benchmark::DoNotOptimize(packet.data());
    std::memcpy(slot.data(), packet.data(), slot.size());
    benchmark::DoNotOptimize(slot.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_RtpHeaderCopy);

}  // namespace
}  // namespace baton::rtp
