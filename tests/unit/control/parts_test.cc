#include "control/parts.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::control {
namespace {

v1::State BigState() {
  v1::State state;
  for (int i = 0; i < 50; ++i) {
    state.add_rooms()->set_name("room" + std::to_string(i));
    state.add_endpoints()->set_name("endpoint" + std::to_string(i));
    state.add_tracks()->set_name("track" + std::to_string(i));
    state.add_legs()->mutable_name()->set_track(std::string(40, 'x'));
  }
  return state;
}

TEST(Parts, AreSmallAndMakeTheWholeAgain) {
  const v1::State whole = BigState();
  v1::State merged;
  const std::vector<v1::State> parts = SplitState(whole, 200);
  EXPECT_GT(parts.size(), 10u);
  for (const v1::State& part : parts) {
    EXPECT_LE(part.ByteSizeLong(), 400u);
    merged.MergeFrom(part);
  }
  EXPECT_EQ(merged.SerializeAsString(), whole.SerializeAsString());
}

TEST(Parts, NothingIsOnePart) {
  EXPECT_EQ(SplitState(v1::State()).size(), 1u);
  v1::Reply reply;
  reply.set_id(5);
  reply.mutable_rooms();
  const std::vector<v1::Reply> parts = SplitReply(reply);
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].SerializeAsString(), reply.SerializeAsString());
}

TEST(Parts, StatisticsKeepTheirTime) {
  v1::Reply reply;
  v1::RoomStatistics& statistics = *reply.mutable_room_statistics();
  statistics.set_sampled_at_ms(77);
  for (int i = 0; i < 50; ++i) statistics.add_tracks()->add_encodings()->set_rid("h");
  for (int i = 0; i < 50; ++i) statistics.add_legs()->set_packets(1);
  v1::Reply merged;
  const std::vector<v1::Reply> parts = SplitReply(reply, 100);
  EXPECT_GT(parts.size(), 2u);
  for (const v1::Reply& part : parts) merged.MergeFrom(part);
  merged.set_more(false);
  EXPECT_EQ(merged.SerializeAsString(), reply.SerializeAsString());
}

TEST(Parts, RepliesSayThatThereIsMore) {
  v1::Reply reply;
  reply.set_id(5);
  *reply.mutable_state() = BigState();
  v1::Reply merged;
  const std::vector<v1::Reply> parts = SplitReply(reply, 200);
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(parts[i].id(), 5u);
    EXPECT_EQ(parts[i].more(), i + 1 < parts.size());
    merged.MergeFrom(parts[i]);
  }
  merged.set_more(false);
  EXPECT_EQ(merged.SerializeAsString(), reply.SerializeAsString());
}

}  // namespace
}  // namespace baton::control
