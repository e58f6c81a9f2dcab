// STUN: what a request costs on the public Binding server, and a signed check on a media port.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/time_point.h"
#include "stun/binding_responder.h"
#include "stun/hmac.h"
#include "stun/ice_lite.h"
#include "stun/integrity.h"
#include "stun/message.h"
#include "stun/message_builder.h"
#include "stun/rate_limiter.h"

namespace baton::stun {
namespace {

constexpr TransactionId kTransaction = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
constexpr std::string_view kUfrag = "relay";
constexpr std::string_view kPassword = "a-password-of-22-chars";
const TransportAddress kSource{IpAddress::V4({192, 0, 2, 1}), 50000};

using Octets = std::vector<uint8_t>;

// The smallest request: a header.
Octets PlainRequest() {
  std::array<uint8_t, 64> bytes;
  MessageBuilder builder(bytes, MessageClass::kRequest, Method::kBinding, kTransaction);
  return {builder.message().begin(), builder.message().end()};
}

// A connectivity check as a browser sends it.
Octets SignedCheck() {
  std::array<uint8_t, 256> bytes;
  MessageBuilder builder(bytes, MessageClass::kRequest, Method::kBinding, kTransaction);
  builder.AddUsername(kUfrag, "peer");
  builder.AddU32(AttributeType::kPriority, 1853824767);
  builder.AddU64(AttributeType::kIceControlling, 0x1122334455667788);
  builder.AddMessageIntegrity(IntegrityKey::FromPassword(kPassword).sha1);
  builder.AddFingerprint();
  BATON_CHECK(builder.ok());
  return {builder.message().begin(), builder.message().end()};
}

// Floor: the header's twenty bytes, in one cache line, are read once: 1 to 2 ns, and as much again
// for each attribute.
void BM_StunParse(benchmark::State& state, const Octets& request) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(request.data());
    benchmark::DoNotOptimize(MessageView::Parse(request));
  }
}
BENCHMARK_CAPTURE(BM_StunParse, plain, PlainRequest());
BENCHMARK_CAPTURE(BM_StunParse, signed, SignedCheck());

// Floor: parsing, and writing 32 bytes; a few ns. The system calls around an answer take a hundred
// times as long.
void BM_StunAnswer(benchmark::State& state) {
  const Octets request = PlainRequest();
  std::array<uint8_t, kMaxBindingReplySize> reply;
  for (auto _ : state) {
    benchmark::DoNotOptimize(request.data());
    benchmark::DoNotOptimize(RespondToBinding(request, kSource, reply));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_StunAnswer);

// With the limit, for as many sources. Floor: that of BM_StunAnswer, and one cache miss (the
// source's bucket) where the sources do not fit into the cache.
void BM_StunAnswerLimited(benchmark::State& state) {
  RateLimiter::Options limits;
  limits.requests_per_second = 1'000'000;
  limits.burst = 1'000'000;
  BindingResponder responder(limits);
  const Octets request = PlainRequest();
  const auto sources = static_cast<uint32_t>(state.range(0));
  std::array<uint8_t, kMaxBindingReplySize> reply;
  TimePoint now(std::chrono::hours(1));
  uint32_t turn = 0;
  for (auto _ : state) {
    // Steps that visit all, in no order that a prefetcher knows.
    turn = (turn + 40503) % sources;
    const auto byte = [turn](int shift) { return static_cast<uint8_t>(turn >> shift); };
    const TransportAddress source{IpAddress::V4({10, byte(16), byte(8), byte(0)}), 50000};
    now += std::chrono::microseconds(1);
    benchmark::DoNotOptimize(responder.Respond(now, request, source, reply));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_StunAnswerLimited)->ArgName("sources")->Arg(1)->Arg(1'000)->Arg(50'000);

// Floor: the request's HMAC-SHA1 under a prepared key is three compressions, the answer's as many;
// each fingerprint reads the message once more.
void BM_IceCheckAnswer(benchmark::State& state) {
  const Octets check = SignedCheck();
  const IntegrityKey key = IntegrityKey::FromPassword(kPassword);
  std::array<uint8_t, kMaxCheckReplySize> reply;
  for (auto _ : state) {
    benchmark::DoNotOptimize(check.data());
    const std::optional<MessageView> view = MessageView::Parse(check);
    const CheckResult result = EvaluateCheck(*view, kUfrag, key, kSource, reply);
    BATON_CHECK(result.verdict == CheckVerdict::kSuccess);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_IceCheckAnswer);

void BM_StunIntegrityHolds(benchmark::State& state) {
  const Octets check = SignedCheck();
  const HmacSha1Key key = IntegrityKey::FromPassword(kPassword).sha1;
  const std::optional<MessageView> view = MessageView::Parse(check);
  for (auto _ : state) {
    benchmark::DoNotOptimize(check.data());
    benchmark::DoNotOptimize(MessageIntegrityHolds(*view, key));
  }
}
BENCHMARK(BM_StunIntegrityHolds);

// Floor: one table look-up for each byte, or a few ns with the CPU's carry-less multiplication.
void BM_StunFingerprintHolds(benchmark::State& state) {
  const Octets check = SignedCheck();
  const std::optional<MessageView> view = MessageView::Parse(check);
  for (auto _ : state) {
    benchmark::DoNotOptimize(check.data());
    benchmark::DoNotOptimize(FingerprintAbsentOrHolds(*view));
  }
}
BENCHMARK(BM_StunFingerprintHolds);

}  // namespace
}  // namespace baton::stun
