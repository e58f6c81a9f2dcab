#include "base/tx_batch.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"

namespace baton {
namespace {

struct Collector : TxSink {
  void Send(const TxBatch& batch) override {
    ++sends;
    for (const auto& to : batch.destinations()) {
      uint32_t count = 0;
      for (uint32_t i = to.first; i != TxBatch::kEnd; i = batch.entry(i).next) {
        const auto& entry = batch.entry(i);
        std::string bytes(reinterpret_cast<const char*>(entry.header), entry.header_size);
        bytes.append(reinterpret_cast<const char*>(entry.payload), entry.payload_size);
        received[to.flow.remote.port].push_back(bytes);
        ++count;
      }
      EXPECT_EQ(count, to.count);
    }
  }
  std::map<int, std::vector<std::string>> received;
  int sends = 0;
};

Flow To(uint16_t port) { return {{*IpAddress::Parse("192.0.2.1"), port}, 0}; }

Bytes AsBytes(const std::string& s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}

TEST(TxBatch, KeepsTheOrderOfEachDestinationAndReturnsEveryBuffer) {
  Collector sink;
  BufferRefs refs(8);
  TxBatch batch(16, 4, sink, &refs);
  std::map<int, std::vector<std::string>> expected;
  const std::string payloads[3] = {"one", "two", ""};
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto id = static_cast<DestinationId>(random.Below(4));
    const std::string& payload = payloads[random.Below(3)];
    const std::string header = std::to_string(i) + ":";
    uint8_t* slot = batch.Add(id, To(static_cast<uint16_t>(id)), header.size(), AsBytes(payload),
                              BufferId(random.Below(8)));
    std::memcpy(slot, header.data(), header.size());
    expected[static_cast<int>(id)].push_back(header + payload);
  }
  batch.Flush();
  EXPECT_EQ(sink.received, expected);
  EXPECT_EQ(refs.in_use(), 0u);
  EXPECT_TRUE(batch.empty());
}

TEST(TxBatch, SendsItselfWhenHeadersAreFull) {
  Collector sink;
  TxBatch batch(64, 1, sink, nullptr);
  for (int i = 0; i < 10; ++i) std::memset(batch.AddSingle(To(9), 1500), 'x', 1500);
  batch.Flush();
  EXPECT_GT(sink.sends, 1);
  EXPECT_EQ(sink.received[9].size(), 10u);
  EXPECT_EQ(sink.received[9][3], std::string(1500, 'x'));
}

TEST(TxBatch, ADestinationThatMovesStartsANewGroup) {
  Collector sink;
  TxBatch batch(8, 1, sink, nullptr);
  *batch.Add(0, To(1), 1, {}, kNoBuffer) = 'a';
  *batch.Add(0, To(2), 1, {}, kNoBuffer) = 'b';
  batch.Flush();
  EXPECT_EQ(sink.received[1], std::vector<std::string>{"a"});
  EXPECT_EQ(sink.received[2], std::vector<std::string>{"b"});
}

TEST(TxBatch, FlushOfNothingSendsNothing) {
  Collector sink;
  TxBatch batch(8, 1, sink, nullptr);
  batch.Flush();
  EXPECT_EQ(sink.sends, 0);
}

}  // namespace
}  // namespace baton
