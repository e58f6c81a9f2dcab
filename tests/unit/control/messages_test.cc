// Records, events and statistics as a client is told them.
#include "control/messages.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace baton::control {
namespace {

using relay::Layer;
using relay::Name;
using relay::StreamId;

relay::TrackParameters Simulcast() {
  relay::TrackParameters parameters;
  parameters.kind = relay::MediaKind::kVideo;
  parameters.codec.clock_rate = 90000;
  parameters.encodings = {};
  parameters.encodings.push_back({rtp::Ssrc(5), StreamId("l"), rtp::Ssrc(6)});
  parameters.encodings.push_back({{}, StreamId("h"), {}});
  parameters.rtx_payload_type = rtp::PayloadType(0);
  parameters.mid = StreamId("0");
  parameters.source = relay::TrackSource::kScreen;
  parameters.opaque = true;
  parameters.feedback = {.nack = false, .picture_loss = true, .full_intra = false};
  return parameters;
}

TEST(Messages, TracksSayAllOfTheirStreams) {
  const v1::Track track =
      ToMessage("demo", TrackKey{"alice", "cam"}, TrackRecord{.parameters = Simulcast()});
  EXPECT_EQ(track.ssrc(), 5u);
  ASSERT_EQ(track.encodings_size(), 2);
  EXPECT_EQ(track.encodings(0).rid(), "l");
  EXPECT_EQ(track.encodings(0).rtx_ssrc(), 6u);
  EXPECT_EQ(track.encodings(1).ssrc(), 0u);
  EXPECT_TRUE(track.has_rtx_payload_type());
  EXPECT_EQ(track.mid(), "0");
  EXPECT_EQ(track.source(), v1::TRACK_SOURCE_SCREEN);
  EXPECT_TRUE(track.opaque());
  EXPECT_FALSE(track.feedback().nack());
  EXPECT_TRUE(track.feedback().picture_loss());

  relay::TrackParameters simple;
  simple.encodings = rtp::Ssrc(7);
  const v1::Track other =
      ToMessage("demo", TrackKey{"alice", "mic"}, TrackRecord{.parameters = simple});
  EXPECT_EQ(other.ssrc(), 7u);
  EXPECT_EQ(other.encodings_size(), 1);
  EXPECT_FALSE(other.has_rtx_payload_type());
  EXPECT_EQ(other.source(), v1::TRACK_SOURCE_MAIN);
}

TEST(Messages, EndpointsSayWhatTheyAre) {
  const auto told = [](relay::Transport transport) {
    return ToMessage("demo", "alice", EndpointRecord{.transport = transport}).transport();
  };
  EXPECT_EQ(told(relay::Transport::kPlain), v1::TRANSPORT_PLAIN);
  EXPECT_EQ(told(relay::Transport::kIce), v1::TRANSPORT_ICE);
  EXPECT_EQ(told(relay::Transport::kSink), v1::TRANSPORT_SINK);
  const v1::Endpoint sink =
      ToMessage("demo", "rec", EndpointRecord{.transport = relay::Transport::kSink});
  EXPECT_TRUE(sink.remote().empty());
}

TEST(Messages, LegsSayWhatIsWantedAndForwarded) {
  const LegKey key{"bob", "alice", "cam"};
  LegRecord record;
  record.wanted = {1, Layer::kHighest};
  v1::Leg leg = ToMessage("demo", key, record);
  EXPECT_EQ(leg.wanted().spatial(), 1u);
  EXPECT_FALSE(leg.wanted().has_temporal());
  EXPECT_FALSE(leg.has_current());
  EXPECT_FALSE(leg.has_rtx_payload_type());
  record.current = Layer{0, 0};
  record.parameters.rtx = {rtp::PayloadType(97), rtp::Ssrc(9)};
  record.parameters.mid = StreamId("v1");
  leg = ToMessage("demo", key, record);
  EXPECT_TRUE(leg.current().has_spatial());
  EXPECT_TRUE(leg.current().has_temporal());
  EXPECT_EQ(leg.rtx_payload_type(), 97u);
  EXPECT_EQ(leg.rtx_ssrc(), 9u);
  EXPECT_EQ(leg.mid(), "v1");
}

TEST(Messages, HeaderExtensionsAreDetailsOfOneEndpoint) {
  EndpointRecord record;
  record.parameters.rtx = true;
  record.parameters.extensions.Set(rtp::ExtensionKind::kMid, 4);
  v1::Endpoint endpoint = ToMessage("demo", "bob", record);
  EXPECT_TRUE(endpoint.rtx());
  EXPECT_EQ(endpoint.extensions_size(), 0);
  AddDetails(record, &endpoint);
  ASSERT_EQ(endpoint.extensions_size(), 1);
  EXPECT_EQ(endpoint.extensions(0).uri(), "urn:ietf:params:rtp-hdrext:sdes:mid");
  EXPECT_EQ(endpoint.extensions(0).id(), 4u);
}

TEST(Messages, EventsSayLayersSwitchesAndSpeakers) {
  const Name room("demo"), bob("bob"), alice("alice"), cam("cam");
  v1::Event event = ToMessage(0, relay::LegLayerSet{room, bob, alice, cam, Layer{1, 2}});
  EXPECT_EQ(event.leg_layer_set().name().publisher(), "alice");
  EXPECT_EQ(event.leg_layer_set().wanted().temporal(), 2u);
  event = ToMessage(0, relay::LegLayerChanged{room, bob, alice, cam, Layer{0, 1}});
  EXPECT_TRUE(event.leg_layer_changed().current().has_spatial());
  event = ToMessage(0, relay::LegSwitched{room, bob, alice, cam, Name("carol"), Name("screen")});
  EXPECT_EQ(event.leg_switched().name().track(), "cam");
  EXPECT_EQ(event.leg_switched().to_publisher(), "carol");
  EXPECT_EQ(event.leg_switched().to_track(), "screen");
  event = ToMessage(0, relay::SpeakerStarted{room, bob});
  EXPECT_EQ(event.speaker_started().name().endpoint(), "bob");
  event = ToMessage(0, relay::SpeakerStopped{room, bob});
  EXPECT_EQ(event.speaker_stopped().name().endpoint(), "bob");
  event = ToMessage(0, relay::DominantSpeakerChanged{room, bob});
  EXPECT_EQ(event.dominant_speaker_changed().name().room(), "demo");
  event = ToMessage(0, relay::RoomCreated{room, relay::SubscribeMode::kAll, {3, 9}});
  EXPECT_EQ(event.room_created().room().loudest_audio(), 3u);
  EXPECT_EQ(event.room_created().room().latest_video(), 9u);
  relay::LegParameters parameters{.rtx = {{rtp::PayloadType(97), rtp::Ssrc(9)}}, .mid = {}};
  event = ToMessage(0, relay::LegAdded{room, bob, alice, cam, parameters});
  EXPECT_EQ(event.leg_added().leg().rtx_ssrc(), 9u);
}

// A room with alice's camera, of two encodings, and her microphone.
RoomRecord TestRoom() {
  RoomRecord room;
  room.endpoints["alice"].speaking = true;
  room.tracks[{"alice", "cam"}].parameters = Simulcast();
  relay::TrackParameters& audio = room.tracks[{"alice", "mic"}].parameters;
  audio.kind = relay::MediaKind::kAudio;
  audio.codec.clock_rate = 48000;
  audio.encodings = rtp::Ssrc(8);
  return room;
}

TEST(Statistics, OfATrackAreThoseOfAllItsEncodings) {
  using std::chrono::milliseconds;
  relay::RoomStatistics statistics;
  relay::TrackStatistics& cam = statistics.tracks.emplace_back();
  cam.publisher = Name("alice");
  cam.track = Name("cam");
  cam.round_trip = std::chrono::microseconds(1500);
  cam.level = 127;
  cam.encodings.push_back({.ssrc = rtp::Ssrc(5),
                           .rid = StreamId("l"),
                           .packets = 10,
                           .bytes = 1000,
                           .lost = -1,
                           .jitter = 90,
                           .idle = milliseconds(70),
                           .nacked = 1,
                           .retransmitted = 2,
                           .key_frame_requests = 3,
                           .key_frames = 4});
  cam.encodings.push_back({.ssrc = rtp::Ssrc(9),
                           .rid = StreamId("h"),
                           .packets = 20,
                           .bytes = 4000,
                           .lost = 5,
                           .jitter = 30,
                           .idle = milliseconds(20)});
  cam.encodings.push_back({.idle = milliseconds(1)});  // nothing came yet

  const v1::TrackStatistics track = ToMessage("demo", TestRoom(), statistics).tracks(0);
  EXPECT_EQ(track.packets(), 30u);
  EXPECT_EQ(track.bytes(), 5000u);
  EXPECT_EQ(track.lost(), 4);
  EXPECT_EQ(track.jitter(), 90u);
  EXPECT_EQ(track.idle_ms(), 20u);
  EXPECT_EQ(track.round_trip_us(), 1500u);
  EXPECT_EQ(track.kind(), v1::MEDIA_KIND_VIDEO);
  EXPECT_EQ(track.clock_rate(), 90000u);
  EXPECT_EQ(track.level(), 0u);  // of audio only
  ASSERT_EQ(track.encodings_size(), 3);
  const v1::EncodingStatistics& low = track.encodings(0);
  EXPECT_EQ(low.ssrc(), 5u);
  EXPECT_EQ(low.rid(), "l");
  EXPECT_EQ(low.lost(), -1);
  EXPECT_EQ(low.idle_ms(), 70u);
  EXPECT_EQ(low.nacked(), 1u);
  EXPECT_EQ(low.retransmitted(), 2u);
  EXPECT_EQ(low.key_frame_requests(), 3u);
  EXPECT_EQ(low.key_frames(), 4u);
  EXPECT_EQ(track.encodings(2).idle_ms(), 0u);
}

TEST(Statistics, OfAudioSayHowLoudAndWhetherItSpeaks) {
  relay::RoomStatistics statistics;
  relay::TrackStatistics& mic = statistics.tracks.emplace_back();
  mic.publisher = Name("alice");
  mic.track = Name("mic");
  mic.level = 30;
  const v1::TrackStatistics track = ToMessage("demo", TestRoom(), statistics).tracks(0);
  EXPECT_EQ(track.kind(), v1::MEDIA_KIND_AUDIO);
  EXPECT_EQ(track.level(), 30u);
  EXPECT_TRUE(track.speaking());
}

TEST(Statistics, OfLegsSayWhatTheSubscriberReports) {
  relay::RoomStatistics statistics;
  relay::LegStatistics& from = statistics.legs.emplace_back();
  from = {.subscriber = Name("bob"), .publisher = Name("alice"), .track = Name("cam")};
  from.wanted = {1, Layer::kHighest};
  from.current = {0, 2};
  v1::LegStatistics leg = ToMessage("demo", TestRoom(), statistics).legs(0);
  EXPECT_EQ(leg.leg().room(), "demo");
  EXPECT_EQ(leg.wanted().spatial(), 1u);
  EXPECT_FALSE(leg.has_current());  // nothing was forwarded
  from.packets = 1;
  from.lost = -2;
  from.fraction_lost = 255;
  from.jitter = 450;
  from.round_trip = std::chrono::milliseconds(20);
  from.nacked = 3;
  from.retransmitted = 4;
  from.retransmitted_bytes = 5;
  from.key_frame_requests = 6;
  leg = ToMessage("demo", TestRoom(), statistics).legs(0);
  EXPECT_EQ(leg.current().temporal(), 2u);
  EXPECT_EQ(leg.lost(), -2);
  EXPECT_EQ(leg.fraction_lost(), 255u);
  EXPECT_EQ(leg.jitter(), 450u);
  EXPECT_EQ(leg.round_trip_us(), 20000u);
  EXPECT_EQ(leg.nacked(), 3u);
  EXPECT_EQ(leg.retransmitted(), 4u);
  EXPECT_EQ(leg.retransmitted_bytes(), 5u);
  EXPECT_EQ(leg.key_frame_requests(), 6u);
}

}  // namespace
}  // namespace baton::control
