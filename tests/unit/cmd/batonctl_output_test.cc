// Tables, JSON, events and numbers as they are printed.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "cmd/batonctl/exit_code.h"
#include "cmd/batonctl/output/events.h"
#include "cmd/batonctl/output/json.h"
#include "cmd/batonctl/output/node_views.h"
#include "cmd/batonctl/output/safe_text.h"
#include "cmd/batonctl/output/statistics_view.h"
#include "cmd/batonctl/output/table.h"
#include "cmd/batonctl/output/views.h"

#include "proto/control.pb.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

TEST(SafeText, EscapesAllButPrintableAscii) {
  EXPECT_EQ(SafeText("alice ~!"), "alice ~!");
  EXPECT_EQ(SafeText("a\nb\x1b[2J\x7f"), "a\\x0ab\\x1b[2J\\x7f");
  EXPECT_EQ(SafeText("\xc3\xa9"), "\\xc3\\xa9");
  EXPECT_EQ(SafeText(std::string(1, '\0')), "\\x00");
}

TEST(Table, AlignsColumnsAndEndsLinesWithoutBlanks) {
  Table table({{"NAME"}, {"N", Align::kRight}, {"REST"}});
  table.Add({"alice", "7", "x"});
  table.Add({"b", "1234", ""});
  EXPECT_EQ(table.Render(),
            "NAME      N  REST\n"
            "alice     7  x\n"
            "b      1234  -\n");
}

TEST(Table, MakesCellsSafe) {
  Table table({{"NAME"}});
  table.Add({"a\nb"});
  EXPECT_EQ(table.Render(), "NAME\na\\x0ab\n");
}

TEST(FieldList, PutsValuesBelowEachOther) {
  FieldList fields;
  fields.Add("io", "uring");
  fields.Add("version", "");
  EXPECT_EQ(fields.Render(), "io:      uring\nversion: -\n");
}

TEST(Json, HasAllNumbersAndFlagsAndTheProtocolsNames) {
  v1::Track track;
  track.set_room("demo");
  track.set_kind(v1::MEDIA_KIND_VIDEO);
  track.mutable_codec()->set_encoding("VP8");
  track.mutable_codec()->set_clock_rate(90000);
  track.set_payload_type(96);
  EXPECT_EQ(ToJson(track), R"({"room":"demo","endpoint":"","name":"","kind":"MEDIA_KIND_VIDEO",)"
                           R"("codec":{"encoding":"VP8","clock_rate":90000,"channels":0},)"
                           R"("payload_type":96,"ssrc":0,"active":false,"encodings":[],"mid":"",)"
                           R"("source":"TRACK_SOURCE_UNSPECIFIED","opaque":false})");
}

TEST(Json, WritesListsAndStrings) {
  List<v1::Codec> list;
  EXPECT_EQ(ListToJson("codecs", list), R"({"codecs":[]})");
  list.Add()->set_encoding("a");
  list.Add()->set_encoding("b");
  EXPECT_EQ(ListToJson("codecs", list),
            R"({"codecs":[{"encoding":"a","clock_rate":0,"channels":0},)"
            R"({"encoding":"b","clock_rate":0,"channels":0}]})");
  EXPECT_EQ(ToJson("a\"b\r\n"), R"("a\"b\r\n")");
}

TEST(EventLine, NamesTheEventAsTheProtocolDoes) {
  v1::Event event;
  event.set_revision(42);
  auto& proven = *event.mutable_endpoint_proven();
  proven.mutable_name()->set_room("demo");
  proven.mutable_name()->set_endpoint("dave");
  proven.set_remote("192.0.2.1:4000");
  EXPECT_EQ(EventLine(event), "    42  endpoint_proven           demo/dave  192.0.2.1:4000\n");
}

TEST(EventLine, TellsWhatALegHasBecome) {
  v1::Event event;
  event.mutable_leg_switched()->mutable_name()->set_room("demo");
  event.mutable_leg_switched()->mutable_name()->set_subscriber("bob");
  event.mutable_leg_switched()->mutable_name()->set_publisher("alice");
  event.mutable_leg_switched()->mutable_name()->set_track("cam");
  event.mutable_leg_switched()->set_to_publisher("carol");
  event.mutable_leg_switched()->set_to_track("screen");
  EXPECT_EQ(EventLine(event),
            "     0  leg_switched              demo/bob <- alice/cam  now carol/screen\n");
  event.mutable_leg_layer_changed()->mutable_current()->set_spatial(1);
  EXPECT_NE(EventLine(event).find("1/highest"), std::string::npos);
}

TEST(EventLine, TellsAllStreamsOfATrack) {
  v1::Event event;
  v1::Track& track = *event.mutable_track_published()->mutable_track();
  track.set_room("demo");
  track.set_endpoint("alice");
  track.set_name("cam");
  track.mutable_codec()->set_encoding("VP8");
  track.mutable_codec()->set_clock_rate(90000);
  track.add_encodings()->set_rid("l");
  track.add_encodings()->set_ssrc(17);
  EXPECT_NE(EventLine(event).find("demo/alice/cam  VP8/90000 pt 0 ssrc rid:l 0x00000011\n"),
            std::string::npos);
}

TEST(FormatLayer, SaysWhatIsNotLimited) {
  v1::Layer layer;
  EXPECT_EQ(FormatLayer(layer), "highest");
  layer.set_temporal(0);
  EXPECT_EQ(FormatLayer(layer), "highest/0");
  layer.set_spatial(2);
  EXPECT_EQ(FormatLayer(layer), "2/0");
  layer.clear_temporal();
  EXPECT_EQ(FormatLayer(layer), "2/highest");
}

TEST(EventLine, IsOneSafeLineForEachKindOfEvent) {
  const auto* body = v1::Event::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    v1::Event event;
    event.GetReflection()->MutableMessage(&event, body->field(i));
    const std::string line = EventLine(event);
    EXPECT_NE(line.find(body->field(i)->name()), std::string::npos) << line;
    EXPECT_EQ(line.find('\n'), line.size() - 1) << line;
  }
  v1::Event closed;
  closed.mutable_room_closed()->set_room("a\nb");
  EXPECT_EQ(EventLine(closed), "     0  room_closed               a\\x0ab\n");
  EXPECT_EQ(EventLine(v1::Event()), "     0  unknown\n");
}

TEST(SnapshotLine, CountsWhatThereIs) {
  v1::Position position;
  position.set_epoch(9);
  position.set_revision(42);
  v1::State state;
  state.add_rooms();
  state.add_endpoints();
  state.add_endpoints();
  EXPECT_EQ(SnapshotLine(position, state), "at 9:42: 1 room, 2 endpoints, 0 tracks, 0 legs\n");
}

void AddBucket(v1::ShardStatistics& shard, uint64_t bound, uint64_t count) {
  auto& bucket = *shard.add_forward_latency();
  bucket.set_upper_bound(bound);
  bucket.set_count(count);
}

TEST(Quantile, IsTheBoundOfItsBucket) {
  v1::ShardStatistics shard;
  EXPECT_EQ(Quantile(shard.forward_latency(), 0.5), std::nullopt);
  AddBucket(shard, 1000, 0);
  EXPECT_EQ(Quantile(shard.forward_latency(), 0.5), std::nullopt);
  AddBucket(shard, 2000, 98);
  AddBucket(shard, 4000, 1);
  AddBucket(shard, std::numeric_limits<uint64_t>::max(), 1);
  EXPECT_EQ(Quantile(shard.forward_latency(), 0.01), 2000u);
  EXPECT_EQ(Quantile(shard.forward_latency(), 0.98), 2000u);
  EXPECT_EQ(Quantile(shard.forward_latency(), 0.99), 4000u);
  EXPECT_EQ(Quantile(shard.forward_latency(), 1.0), std::numeric_limits<uint64_t>::max());
}

TEST(FormatUptime, UsesTheTwoLargestUnits) {
  EXPECT_EQ(FormatUptime(999), "0 s");
  EXPECT_EQ(FormatUptime(61'000), "1 min 1 s");
  EXPECT_EQ(FormatUptime(3'600'000), "1 h 0 min");
  EXPECT_EQ(FormatUptime(90'000'000), "1 d 1 h");
}

TEST(NodeStatisticsView, ShowsLatencyAndOnlyCountersThatCounted) {
  v1::NodeStatistics statistics;
  auto& shard = *statistics.add_shards();
  shard.set_rx_packets(10);
  AddBucket(shard, 250'000, 4);
  for (const auto& [name, value] : {std::pair("unknown_flow", 3), std::pair("paused", 0)}) {
    auto& drop = *shard.add_packets_dropped();
    drop.set_name(name);
    drop.set_value(static_cast<uint64_t>(value));
  }
  const std::string view = NodeStatisticsView(statistics);
  EXPECT_NE(view.find("250 us"), std::string::npos) << view;
  EXPECT_NE(view.find("dropped: unknown_flow"), std::string::npos) << view;
  EXPECT_EQ(view.find("paused"), std::string::npos) << view;
}

TEST(EndpointView, ShowsCredentialsWhereThereAreAny) {
  v1::Endpoint endpoint;
  endpoint.set_room("demo");
  endpoint.set_name("dave");
  endpoint.set_transport(v1::TRANSPORT_ICE);
  endpoint.set_state(v1::ENDPOINT_STATE_NEW);
  EXPECT_EQ(EndpointView(endpoint).find("password"), std::string::npos);
  endpoint.mutable_ice_local()->set_ufrag("abcd");
  endpoint.mutable_ice_local()->set_password("secret");
  endpoint.add_candidates()->set_line("candidate:1 1 udp 1 127.0.0.1 7882 typ host");
  const std::string view = EndpointView(endpoint);
  EXPECT_NE(view.find("secret"), std::string::npos) << view;
  EXPECT_NE(view.find("typ host"), std::string::npos) << view;
  EXPECT_NE(view.find("state:     new"), std::string::npos) << view;
}

TEST(EndpointView, ShowsThatItIsARecording) {
  v1::Endpoint endpoint;
  endpoint.set_transport(v1::TRANSPORT_SINK);
  const std::string view = EndpointView(endpoint);
  EXPECT_NE(view.find("sink"), std::string::npos) << view;
}

TEST(RoomView, ShowsLimitsSpeakersAndStreams) {
  v1::State state;
  v1::Room& room = *state.add_rooms();
  room.set_name("demo");
  room.set_loudest_audio(3);
  room.set_latest_video(9);
  room.set_dominant_speaker("alice");
  v1::Track& track = *state.add_tracks();
  track.set_endpoint("alice");
  track.set_name("cam");
  track.set_payload_type(96);
  track.set_rtx_payload_type(97);
  track.add_encodings()->set_ssrc(1);
  track.add_encodings()->set_rid("h");
  const std::string view = RoomView(state);
  EXPECT_NE(view.find("3 audio, 9 video  alice"), std::string::npos) << view;
  EXPECT_NE(view.find("96   97  0x00000001 rid:h"), std::string::npos) << view;
}

TEST(EndpointView, NamesHeaderExtensions) {
  v1::Endpoint endpoint;
  v1::HeaderExtension* mid = endpoint.add_extensions();
  mid->set_uri("urn:ietf:params:rtp-hdrext:sdes:mid");
  mid->set_id(3);
  EXPECT_NE(EndpointView(endpoint).find("extension: mid=3\n"), std::string::npos);
}

TEST(RoomStatisticsView, HasARowForEachEncodingAndLeg) {
  v1::RoomStatistics statistics;
  v1::TrackStatistics& track = *statistics.add_tracks();
  track.set_endpoint("alice");
  track.set_track("cam");
  track.set_kind(v1::MEDIA_KIND_VIDEO);
  track.set_clock_rate(90000);
  track.set_round_trip_us(1500);
  track.add_encodings()->set_rid("l");
  v1::EncodingStatistics& high = *track.add_encodings();
  high.set_rid("h");
  high.set_jitter(900);
  v1::LegStatistics& leg = *statistics.add_legs();
  leg.mutable_leg()->set_subscriber("bob");
  leg.mutable_leg()->set_publisher("alice");
  leg.mutable_leg()->set_track("cam");
  leg.set_jitter(4500);
  leg.mutable_wanted()->set_spatial(1);
  EXPECT_EQ(RoomStatisticsView(statistics),
            "TRACK      RID  PACKETS  BYTES  LOST  JITTER MS  RTT MS  IDLE MS  NACKED  RESENT  PLI"
            "  KEY FRAMES  LEVEL\n"
            "alice/cam  l          0      0     0        0.0     1.5        0       0       0    0"
            "           0      -\n"
            "alice/cam  h          0      0     0       10.0     1.5        0       0       0    0"
            "           0      -\n"
            "\n"
            "SUBSCRIBER  TRACK      LAYER  WANTED     PACKETS  BYTES  DROPPED  LOST  JITTER MS"
            "  RTT MS  NACKED  RESENT  PLI  PAUSED\n"
            "bob         alice/cam  -      1/highest        0      0        0     0       50.0"
            "       -       0       0    0  no\n");
}

TEST(JitterMs, NeedsAClockRate) {
  EXPECT_EQ(JitterMs(480, 48000), 10);
  EXPECT_EQ(JitterMs(480, 0), 0);
}

TEST(ExitCode, IsStable) {
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::OkStatus())), 0);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::InternalError(""))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::UnimplementedError(""))), 1);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(UsageError(""))), 2);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::UnavailableError(""))), 3);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::NotFoundError(""))), 4);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::AlreadyExistsError(""))), 5);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::FailedPreconditionError(""))), 5);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::InvalidArgumentError(""))), 6);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::ResourceExhaustedError(""))), 7);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::PermissionDeniedError(""))), 8);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::UnauthenticatedError(""))), 8);
  EXPECT_EQ(static_cast<int>(ExitCodeOf(absl::DeadlineExceededError(""))), 9);
}

TEST(ExitCode, SurvivesAPrefix) {
  const absl::Status status = WithPrefix("file:3: ", UsageError("no such command"));
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kUsage);
  EXPECT_EQ(ErrorText(status), "file:3: no such command");
  EXPECT_EQ(ErrorText(absl::NotFoundError("no room \x1b")), "no room \\x1b (NOT_FOUND)");
}

}  // namespace
}  // namespace baton::cli
