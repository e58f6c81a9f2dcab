// The live view without its terminal: samples, rows, order, text.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cmd/batonctl/top/rows.h"
#include "cmd/batonctl/top/screen.h"
#include "cmd/batonctl/top/view.h"

#include "proto/control.pb.h"

namespace baton::cli::top {
namespace {

namespace v1 = control::v1;

v1::TrackStatistics& AddTrack(v1::RoomStatistics& room, const std::string& endpoint,
                              const std::string& name) {
  v1::TrackStatistics& track = *room.add_tracks();
  track.set_endpoint(endpoint);
  track.set_track(name);
  track.set_kind(v1::MEDIA_KIND_VIDEO);
  track.set_clock_rate(90000);
  track.add_encodings();
  return track;
}

v1::LegStatistics& AddLeg(v1::RoomStatistics& room, const std::string& subscriber,
                          const std::string& publisher, const std::string& track) {
  v1::LegStatistics& leg = *room.add_legs();
  leg.mutable_leg()->set_subscriber(subscriber);
  leg.mutable_leg()->set_publisher(publisher);
  leg.mutable_leg()->set_track(track);
  return leg;
}

// alice's camera for bob and carol, two seconds apart; the second sample has what came between.
struct TwoSamples {
  TwoSamples() {
    for (Sample* sample : {&before, &now}) {
      v1::RoomStatistics& room = (*sample)["demo"];
      AddTrack(room, "alice", "cam");
      AddLeg(room, "bob", "alice", "cam");
      AddLeg(room, "carol", "alice", "cam");
    }
    before["demo"].set_sampled_at_ms(10'000);
    now["demo"].set_sampled_at_ms(12'000);
  }

  v1::TrackStatistics& track(Sample& sample) { return *sample["demo"].mutable_tracks(0); }
  v1::LegStatistics& leg(Sample& sample, int i) { return *sample["demo"].mutable_legs(i); }
  // The room's, the track's, bob's and carol's.
  std::vector<Row> Rows() const { return MakeRows(&before, now); }

  Sample before;
  Sample now;
};

TEST(TopRows, AreATreeOfRoomsTracksAndLegs) {
  TwoSamples samples;
  AddTrack(samples.now["demo"], "alice", "mic");
  AddLeg(samples.now["demo"], "bob", "alice", "mic");
  samples.now["alpha"] = {};
  std::vector<std::string> names;
  for (const Row& row : MakeRows(nullptr, samples.now)) names.push_back(NameOf(row));
  EXPECT_EQ(names, (std::vector<std::string>{"alpha", "demo", "demo/alice/cam",
                                             "demo/bob <- alice/cam", "demo/carol <- alice/cam",
                                             "demo/alice/mic", "demo/bob <- alice/mic"}));
}

TEST(TopRows, HaveTheRatesBetweenTwoSamples) {
  TwoSamples samples;
  samples.track(samples.before).set_bytes(1000);
  samples.track(samples.now).set_bytes(3500);
  samples.track(samples.before).set_packets(5);
  samples.track(samples.now).set_packets(25);
  v1::EncodingStatistics& encoding = *samples.track(samples.now).mutable_encodings(0);
  encoding.set_nacked(4);
  encoding.set_key_frame_requests(1);
  encoding.set_retransmitted(3);
  samples.leg(samples.now, 0).set_bytes(2000);
  samples.leg(samples.now, 0).set_packets(18);
  samples.leg(samples.now, 0).set_retransmitted(2);
  samples.leg(samples.now, 0).set_retransmitted_bytes(500);
  samples.leg(samples.now, 0).set_nacked(6);
  samples.leg(samples.now, 1).set_bytes(500);
  samples.leg(samples.now, 1).set_key_frame_requests(2);

  const std::vector<Row> rows = samples.Rows();
  const Row& track = rows[1];
  EXPECT_EQ(track.in_bits, 10'000);
  EXPECT_EQ(track.in_packets, 10);
  EXPECT_EQ(track.nacks, 2);
  EXPECT_EQ(track.key_frame_requests, 0.5);
  EXPECT_EQ(track.retransmissions, 1.5);
  EXPECT_EQ(track.out_bits, 12'000);  // of both legs
  EXPECT_EQ(track.out_packets, 10);
  const Row& bob = rows[2];
  EXPECT_EQ(bob.in_bits, std::nullopt);
  EXPECT_EQ(bob.out_bits, 10'000);  // with retransmissions
  EXPECT_EQ(bob.out_packets, 10);
  EXPECT_EQ(bob.nacks, 3);
  EXPECT_EQ(bob.retransmissions, 1);
  const Row& room = rows[0];
  EXPECT_EQ(room.in_bits, 10'000);
  EXPECT_EQ(room.out_bits, 12'000);
  EXPECT_EQ(room.nacks, 5);
  EXPECT_EQ(room.key_frame_requests, 1.5);
  EXPECT_EQ(room.retransmissions, 2.5);
}

TEST(TopRows, HaveNoRatesWithoutAnEarlierSample) {
  TwoSamples samples;
  samples.track(samples.now).set_packets(5);
  for (const Row& row : MakeRows(nullptr, samples.now)) {
    EXPECT_EQ(row.in_bits, std::nullopt);
    EXPECT_EQ(row.out_bits, std::nullopt);
    EXPECT_EQ(row.loss_in, std::nullopt);
    EXPECT_EQ(row.nacks, std::nullopt);
  }
  // Nor with one of the same time, or of a node that has been restarted since.
  for (const uint64_t ms : {12'000, 12'001}) {
    samples.before["demo"].set_sampled_at_ms(ms);
    EXPECT_EQ(samples.Rows()[1].in_bits, std::nullopt);
  }
}

TEST(TopRows, HaveNoRateOfACounterThatHasGoneBack) {
  TwoSamples samples;
  samples.track(samples.before).set_packets(5);  // the track has been published again
  samples.track(samples.now).set_packets(4);
  const std::vector<Row> rows = samples.Rows();
  EXPECT_EQ(rows[1].in_packets, std::nullopt);
  EXPECT_EQ(rows[1].loss_in, std::nullopt);
  EXPECT_EQ(rows[0].in_packets, std::nullopt);
}

TEST(TopRows, LossIsOfWhatWasSentInBetween) {
  TwoSamples samples;
  samples.track(samples.before).set_packets(100);
  samples.track(samples.before).set_lost(100);
  samples.track(samples.now).set_packets(130);
  samples.track(samples.now).set_lost(110);
  EXPECT_EQ(samples.Rows()[1].loss_in, 0.25);
  samples.track(samples.now).set_lost(90);  // late ones have come
  EXPECT_EQ(samples.Rows()[1].loss_in, 0);
  samples.track(samples.now).set_packets(100);
  samples.track(samples.now).set_lost(100);  // nothing was sent
  EXPECT_EQ(samples.Rows()[1].loss_in, std::nullopt);
}

TEST(TopRows, WholesHaveTheWorstOfTheirParts) {
  TwoSamples samples;
  samples.track(samples.now).set_jitter(900);
  samples.track(samples.now).set_round_trip_us(1500);
  samples.leg(samples.now, 0).set_fraction_lost(64);
  samples.leg(samples.now, 0).set_jitter(1800);
  samples.leg(samples.now, 1).set_fraction_lost(128);
  samples.leg(samples.now, 1).set_round_trip_us(20'000);
  const std::vector<Row> rows = samples.Rows();
  EXPECT_EQ(rows[2].loss_out, 0.25);
  EXPECT_EQ(rows[2].jitter_ms, 20);
  EXPECT_EQ(rows[2].round_trip_ms, std::nullopt);
  EXPECT_EQ(rows[1].loss_out, 0.5);
  EXPECT_EQ(rows[1].jitter_ms, 10);  // its own
  EXPECT_EQ(rows[1].round_trip_ms, 1.5);
  EXPECT_EQ(rows[0].loss_out, 0.5);
  EXPECT_EQ(rows[0].jitter_ms, 20);
  EXPECT_EQ(rows[0].round_trip_ms, 20);
}

TEST(TopRows, SayWhatIsForwardedAndWhoSpeaks) {
  TwoSamples samples;
  samples.leg(samples.now, 0).mutable_current()->set_spatial(0);
  samples.leg(samples.now, 0).mutable_wanted()->set_spatial(1);
  samples.leg(samples.now, 1).set_paused(true);
  samples.track(samples.now).set_speaking(true);
  std::vector<Row> rows = samples.Rows();
  EXPECT_EQ(rows[2].current->spatial(), 0u);
  EXPECT_EQ(rows[2].wanted->spatial(), 1u);
  EXPECT_FALSE(rows[3].current.has_value());
  EXPECT_TRUE(rows[3].paused);
  EXPECT_FALSE(rows[1].speaking);  // a camera does not
  samples.track(samples.now).set_kind(v1::MEDIA_KIND_AUDIO);
  EXPECT_TRUE(samples.Rows()[1].speaking);
}

Row Leg(const std::string& subscriber, std::optional<double> out_bits) {
  Row row{.kind = Kind::kLeg, .room = "demo", .subscriber = subscriber};
  row.publisher = "alice";
  row.track = "cam";
  row.out_bits = out_bits;
  return row;
}

std::string Subscribers(const std::vector<Row>& rows) {
  std::string all;
  for (const Row& row : rows) all += row.subscriber;
  return all;
}

TEST(TopView, PutsTheGreatestFirstAndTheUnknownLast) {
  const std::vector<Row> rows = {Leg("a", {}), Leg("b", 1), Leg("c", 2), Leg("d", {}), Leg("e", 1)};
  EXPECT_EQ(Subscribers(Arrange(rows, {})), "cbead");
  EXPECT_EQ(Subscribers(Arrange(rows, {.order = Order::kName})), "abcde");
}

TEST(TopView, SortsByEachColumn) {
  const std::vector<std::pair<Order, std::optional<double> Row::*>> columns = {
      {Order::kRate, &Row::in_bits},        {Order::kRate, &Row::out_bits},
      {Order::kPackets, &Row::in_packets},  {Order::kPackets, &Row::out_packets},
      {Order::kLoss, &Row::loss_in},        {Order::kLoss, &Row::loss_out},
      {Order::kJitter, &Row::jitter_ms},    {Order::kRoundTrip, &Row::round_trip_ms},
      {Order::kNack, &Row::nacks},          {Order::kPli, &Row::key_frame_requests},
      {Order::kRtx, &Row::retransmissions},
  };
  for (const auto& [order, column] : columns) {
    std::vector<Row> rows = {Leg("a", {}), Leg("b", {}), Leg("c", {})};
    rows[1].*column = 2;
    rows[2].*column = 1;
    EXPECT_EQ(Subscribers(Arrange(rows, {.order = order})), "bca") << NameOf(order);
    EXPECT_EQ(OrderOf(NameOf(order)), order);
  }
}

TEST(TopView, ShowsOneKindAndWhatHasTheFilterInItsName) {
  std::vector<Row> rows = {Leg("Bob", 1), Leg("carol", 2)};
  rows.push_back({.kind = Kind::kRoom, .room = "bobsled"});
  EXPECT_EQ(Arrange(rows, {.kind = Kind::kRoom}).size(), 1u);
  EXPECT_EQ(Arrange(rows, {.kind = Kind::kTrack}).size(), 0u);
  EXPECT_EQ(Arrange(rows, {.filter = "BOB"}).size(), 2u);
  EXPECT_EQ(Subscribers(Arrange(rows, {.filter = "ol <- al"})), "carol");
  for (const std::string& name : KindNames()) EXPECT_EQ(NameOf(KindOf(name)), name);
}

TEST(TopView, KeysGoThroughOrdersAndKinds) {
  View view;
  for (size_t i = 1; i <= OrderNames().size(); ++i) {
    EXPECT_TRUE(HandleKey('s', view));
    EXPECT_EQ(NameOf(view.order), OrderNames()[i % OrderNames().size()]);
  }
  HandleKey('S', view);
  EXPECT_EQ(NameOf(view.order), OrderNames().back());
  for (size_t i = 1; i <= KindNames().size(); ++i) {
    EXPECT_TRUE(HandleKey('k', view));
    EXPECT_EQ(NameOf(view.kind), KindNames()[i % KindNames().size()]);
  }
  EXPECT_TRUE(HandleKey('x', view));
  EXPECT_FALSE(HandleKey('q', view));
}

TEST(TopView, AFilterIsTyped) {
  View view;
  for (const char key : std::string_view("/bqx\x7f\tk\r")) EXPECT_TRUE(HandleKey(key, view));
  EXPECT_EQ(view.filter, "bqk");
  EXPECT_FALSE(view.typing_filter);
  EXPECT_EQ(view.kind, std::nullopt);
  for (const char key : std::string_view("/\b\b\b\b")) HandleKey(key, view);
  EXPECT_EQ(view.filter, "");
  for (const char key : std::string_view("x\x1b")) HandleKey(key, view);
  EXPECT_EQ(view.filter, "");
  EXPECT_FALSE(HandleKey('q', view));
}

TEST(TopTable, SaysWhatIsKnown) {
  Row row = Leg("bob", 1'234'560);
  row.out_packets = 150.4;
  row.loss_out = 0.125;
  row.jitter_ms = 3.14;
  row.nacks = 0;
  row.wanted = v1::Layer();
  row.wanted->set_spatial(2);
  EXPECT_EQ(RowTable({row}, 100),
            "NAME                   IN KBIT/S  OUT KBIT/S  PKT/S  LOSS% IN   OUT  JITTER MS  RTT MS"
            "  NACK/S  PLI/S  RTX/S  STATE  LAYER\n"
            "demo/bob <- alice/cam          -      1234.6    150         -  12.5        3.1       -"
            "     0.0      -      -  -      - of 2/highest\n");
  row.current = row.wanted;
  row.paused = true;
  EXPECT_NE(RowTable({row}, 100).find("paused  2/highest\n"), std::string::npos);
  EXPECT_NE(RowTable({row}, 6).find("\ndemo/~ "), std::string::npos);
}

std::vector<Row> ManyLegs(int count) {
  std::vector<Row> rows;
  for (int i = 0; i < count; ++i) rows.push_back(Leg("b" + std::to_string(i), i));
  return rows;
}

TEST(TopScreen, CutsWhatDoesNotFitAndCountsIt) {
  for (const size_t rows : {5u, 6u, 24u}) {
    const std::vector<std::string> lines =
        ScreenLines(ManyLegs(30), {}, {.columns = 200, .rows = rows});
    EXPECT_EQ(lines.size(), rows);
    EXPECT_NE(lines[3].find("demo/b29 <-"), std::string::npos);
    EXPECT_EQ(lines.back().find(std::to_string(30 - (rows - 4)) + " more row"), 0u) << lines.back();
  }
}

TEST(TopScreen, HasNoMoreRowsWhenAllFit) {
  const std::vector<std::string> lines =
      ScreenLines(ManyLegs(20), {}, {.columns = 200, .rows = 24});
  EXPECT_EQ(lines.size(), 24u);
  EXPECT_EQ(lines.back().find("q quit"), 0u);
  EXPECT_EQ(ScreenLines(ManyLegs(1), {}, {.columns = 200, .rows = 24}).size(), 5u);
}

TEST(TopScreen, IsNeverLargerThanTheConsole) {
  for (size_t columns = 0; columns < 40; ++columns) {
    for (size_t rows = 0; rows < 8; ++rows) {
      const auto lines = ScreenLines(ManyLegs(9), {}, {.columns = columns, .rows = rows});
      EXPECT_LE(lines.size(), rows);
      for (const std::string& line : lines) EXPECT_LE(line.size(), columns);
    }
  }
}

TEST(TopScreen, SaysWhatThereIsAndWhatIsShown) {
  TwoSamples samples;
  samples.track(samples.now).set_bytes(2'500'000);
  View view{.order = Order::kLoss, .kind = Kind::kTrack, .filter = "al\x1b"};
  std::vector<std::string> lines = ScreenLines(samples.Rows(), view, {.columns = 200, .rows = 24});
  EXPECT_EQ(lines[0], "1 room  1 track  2 legs  in 10.0 Mbit/s  out 0.0 Mbit/s");
  EXPECT_EQ(lines[1], "by loss, track  filter: al\\x1b");
  view.typing_filter = true;
  lines = ScreenLines(samples.Rows(), view, {.columns = 200, .rows = 24});
  EXPECT_EQ(lines[1], "by loss, track  filter: al\\x1b_");
}

TEST(TopJson, HasNullForWhatIsNotKnown) {
  Row row = Leg("bob", 12345678.5);
  row.wanted = v1::Layer();
  row.wanted->set_spatial(2);
  EXPECT_EQ(
      RowsToJson({row}),
      R"({"rows":[{"kind":"leg","room":"demo","subscriber":"bob","publisher":"alice","track":"cam",)"
      R"("in_bits_per_second":null,"out_bits_per_second":12345678.5,"in_packets_per_second":null,)"
      R"("out_packets_per_second":null,"loss_in":null,"loss_out":null,"jitter_ms":null,)"
      R"("round_trip_ms":null,"nacks_per_second":null,"key_frame_requests_per_second":null,)"
      R"("retransmissions_per_second":null,"current":null,"wanted":{"spatial":2},)"
      R"("speaking":false,"paused":false}]})");
  EXPECT_EQ(RowsToJson({}), R"({"rows":[]})");
}

}  // namespace
}  // namespace baton::cli::top
