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
      for (auto i = batch.Begin(to); !i.at_end(); i = batch.Next(i)) {
        const auto& [header, payload] = batch.entry(i);
        std::string bytes(reinterpret_cast<const char*>(header.data), header.size);
        bytes.append(reinterpret_cast<const char*>(payload.data), payload.size);
        received[to.flow.remote.port].push_back(bytes);
        ++entries;
      }
    }
  }
  std::map<int, std::vector<std::string>> received;
  size_t entries = 0;
  int sends = 0;
};

Flow To(uint16_t port) { return {{*IpAddress::Parse("192.0.2.1"), port}, 0}; }

Bytes AsBytes(const std::string& s) {
  return {reinterpret_cast<const uint8_t*>(s.data()), s.size()};
}

TEST(TxBatch, KeepsTheOrderOfEachDestination) {
  Collector sink;
  TxBatch batch(16, 4, sink);
  std::map<int, std::vector<std::string>> expected;
  const std::string payloads[3] = {"one", "two", ""};
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    const auto id = static_cast<DestinationId>(random.Below(4));
    const size_t room_for = 1 + random.Below(16);
    batch.Open(id, To(static_cast<uint16_t>(id)), room_for, 8);
    const size_t sends = static_cast<size_t>(sink.sends);
    // What was made room for need not all come.
    for (size_t j = random.Below(room_for + 1); j > 0; --j) {
      const std::string& payload = payloads[random.Below(3)];
      const std::string header = std::to_string(i) + ":";
      std::memcpy(batch.Append(header.size(), AsBytes(payload)), header.data(), header.size());
      expected[static_cast<int>(id)].push_back(header + payload);
    }
    EXPECT_EQ(static_cast<size_t>(sink.sends), sends) << "sent while there was room";
    if (random.OneIn(10)) {
      *batch.AddSingle(To(99), 1) = 's';
      expected[99].push_back("s");
    }
  }
  batch.Flush();
  EXPECT_EQ(sink.received, expected);
  EXPECT_TRUE(batch.empty());
}

TEST(TxBatch, SendsItselfWhenHeadersAreFull) {
  Collector sink;
  TxBatch batch(64, 1, sink);
  for (int i = 0; i < 10; ++i) std::memset(batch.AddSingle(To(9), 1500), 'x', 1500);
  batch.Flush();
  EXPECT_GT(sink.sends, 1);
  EXPECT_EQ(sink.received[9].size(), 10u);
  EXPECT_EQ(sink.received[9][3], std::string(1500, 'x'));
}

TEST(TxBatch, ADestinationThatMovesStartsANewGroup) {
  Collector sink;
  TxBatch batch(8, 1, sink);
  *batch.Add(0, To(1), 1, {}) = 'a';
  *batch.Add(0, To(2), 1, {}) = 'b';
  batch.Flush();
  EXPECT_EQ(sink.received[1], std::vector<std::string>{"a"});
  EXPECT_EQ(sink.received[2], std::vector<std::string>{"b"});
}

TEST(TxBatch, WhatIsAddedInARowLiesSideBySide) {
  struct Neighbours : TxSink {
    void Send(const TxBatch& batch) override {
      for (const auto& to : batch.destinations()) {
        for (auto i = batch.Begin(to); !i.at_end(); i = batch.Next(i)) {
          const auto next = batch.Next(i);
          if (next.at_end()) continue;
          const bool side_by_side = &batch.entry(next) == &batch.entry(i) + 1;
          EXPECT_EQ(side_by_side, next.extent == i.extent);
          ++(side_by_side ? near : far);
        }
      }
    }
    int near = 0;
    int far = 0;
  } sink;
  TxBatch batch(16, 4, sink);
  for (const DestinationId id : {0, 0, 1, 1, 0, 2, 2}) batch.Add(id, To(1), 1, {});
  batch.Flush();
  EXPECT_EQ(sink.near, 3);
  EXPECT_EQ(sink.far, 1);
}

TEST(TxBatch, CountsDatagramsOfOneMomentTogether) {
  struct Moments : TxSink {
    void Send(const TxBatch& batch) override {
      for (const auto& [received, datagrams] : batch.forwarded()) {
        counts.emplace_back(received.time_since_epoch().count(), datagrams);
      }
    }
    std::vector<std::pair<int64_t, uint32_t>> counts;
  } sink;
  TxBatch batch(16, 1, sink);
  batch.Add(0, To(1), 1, {});
  for (const int ns : {5, 5, 7, 5}) batch.NoteForwarded(TimePoint(Duration(ns)), 2);
  batch.Flush();
  const std::vector<std::pair<int64_t, uint32_t>> expected = {{5, 4}, {7, 2}, {5, 2}};
  EXPECT_EQ(sink.counts, expected);
}

TEST(TxBatch, FlushOfNothingSendsNothing) {
  Collector sink;
  TxBatch batch(8, 1, sink);
  batch.Flush();
  EXPECT_EQ(sink.sends, 0);
}

}  // namespace
}  // namespace baton
