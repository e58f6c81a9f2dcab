// What can be said of a request without knowing the state: names, parameters, texts.
#include "tests/unit/control/requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "control/candidates.h"
#include "control/commands.h"
#include "control/ice_credentials.h"
#include "control/quote.h"

namespace baton::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void ExpectInvalid(const v1::Request& request, const std::string& text) {
  const absl::StatusOr<Action> action = ToAction(request);
  EXPECT_EQ(action.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(action.status().message()), HasSubstr(text));
}

// The command that a valid request becomes.
template <class Command>
Command Get(const v1::Request& request) {
  const absl::StatusOr<Action> action = ToAction(request);
  EXPECT_TRUE(action.ok()) << action.status();
  return std::get<Command>(*action);
}

TEST(Requests, NamesAreCheckedAndNeverEchoedRaw) {
  ExpectInvalid(CreateRoom(""), "room name \"\" is not allowed");
  ExpectInvalid(CreateRoom("a\x1b[2J\n"), "\"a\\x1b[2J\\n\"");
  ExpectInvalid(AddIce("r", "a/b"), "endpoint name");
  ExpectInvalid(AddLeg("r", "bob", "", "cam"), "publisher name");
  const absl::Status status = ToAction(CreateRoom(std::string(10240, 'x'))).status();
  EXPECT_LT(status.message().size(), 300u);
  EXPECT_THAT(std::string(status.message()), HasSubstr("(10240 bytes)"));
  EXPECT_TRUE(ToAction(CreateRoom(std::string(64, 'x'))).ok());
  ExpectInvalid(CreateRoom(std::string(65, 'x')), "1 to 64");
}

TEST(Requests, ParametersAreChecked) {
  ExpectInvalid(AddPlain("r", "a", "localhost:5004"), "192.0.2.1:5004");
  ExpectInvalid(AddPlain("r", "a", "127.0.0.1:0"), "not an address and port");
  ExpectInvalid(Publish("r", "a", "cam", 1, 128), "0 to 127");
  v1::Request publish = Publish("r", "a", "cam", 1);
  publish.mutable_publish_track()->mutable_codec()->set_clock_rate(0);
  ExpectInvalid(publish, "clock rate 0");
  publish = Publish("r", "a", "cam", 1);
  publish.mutable_publish_track()->mutable_codec()->set_encoding("VP8/90000");
  ExpectInvalid(publish, "encoding name");
  publish = Publish("r", "a", "cam", 1);
  publish.mutable_publish_track()->set_kind(v1::MEDIA_KIND_UNSPECIFIED);
  ExpectInvalid(publish, "media kind");
  publish = Publish("r", "a", "cam", 1);
  publish.mutable_publish_track()->mutable_codec()->set_channels(256);
  ExpectInvalid(publish, "channels");
  ExpectInvalid(CreateRoom("r", static_cast<v1::SubscribeMode>(9)), "subscribe mode 9");
  v1::Request leg = AddLeg("r", "bob", "alice", "cam");
  leg.mutable_add_leg()->set_payload_type(1000);
  ExpectInvalid(leg, "payload type 1000");
}

TEST(Requests, PasswordsAreCheckedAndNotEchoed) {
  v1::Request request = AddIce("r", "a");
  request.mutable_add_ice_endpoint()->mutable_remote()->set_ufrag("abcd");
  request.mutable_add_ice_endpoint()->mutable_remote()->set_password("secret");
  const absl::Status status = ToAction(request).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  request.mutable_add_ice_endpoint()->mutable_remote()->set_password(std::string(22, '+'));
  EXPECT_TRUE(ToAction(request).ok());
}

TEST(Requests, CommandsCarryWhatWasAsked) {
  v1::Request request = AddLeg("r", "bob", "alice", "cam");
  request.mutable_add_leg()->set_ssrc(0);
  const absl::StatusOr<Action> action = ToAction(request);
  ASSERT_TRUE(action.ok());
  const auto& add = std::get<relay::AddLeg>(*action);
  EXPECT_EQ(add.leg.subscriber, "bob");
  EXPECT_EQ(add.leg.publisher, "alice");
  EXPECT_EQ(add.ssrc, rtp::Ssrc(0));  // given, and so not "choose one"
  EXPECT_FALSE(add.payload_type.has_value());
  EXPECT_EQ(ToAction(ListRooms()).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(Requests, RoomsHaveLimitsByWhoSpeaks) {
  v1::Request request = CreateRoom("r");
  EXPECT_EQ(Get<relay::CreateRoom>(request).limits, relay::SpeakerLimits{});
  request.mutable_create_room()->set_loudest_audio(3);
  request.mutable_create_room()->set_latest_video(9);
  EXPECT_EQ(Get<relay::CreateRoom>(request).limits, (relay::SpeakerLimits{3, 9}));
}

TEST(Requests, LegsTakeRtxAndMid) {
  v1::Request request = AddLeg("r", "bob", "alice", "cam");
  v1::AddLeg& leg = *request.mutable_add_leg();
  EXPECT_FALSE(Get<relay::AddLeg>(request).rtx_payload_type.has_value());
  leg.set_rtx_ssrc(6);
  ExpectInvalid(request, "rtx_payload_type is not");
  leg.set_rtx_payload_type(97);
  leg.set_mid("v1");
  const auto add = Get<relay::AddLeg>(request);
  EXPECT_EQ(add.rtx_payload_type, rtp::PayloadType(97));
  EXPECT_EQ(add.rtx_ssrc, rtp::Ssrc(6));
  EXPECT_EQ(add.mid, "v1");
  leg.set_ssrc(6);
  ExpectInvalid(request, "ssrc and rtx_ssrc are the same");
  leg.set_ssrc(5);
  leg.set_payload_type(97);
  ExpectInvalid(request, "for the media and for its retransmissions");
  leg.set_payload_type(96);
  leg.set_rtx_payload_type(128);
  ExpectInvalid(request, "payload type 128");
  leg.set_rtx_payload_type(97);
  leg.set_mid("a b");
  ExpectInvalid(request, "mid \"a b\"");
}

TEST(Requests, LayersAreHighestUnlessTheyAreSaid) {
  v1::Request request;
  SetLeg("r", "bob", "alice", "cam", request.mutable_set_leg_layer()->mutable_leg());
  EXPECT_EQ(Get<relay::SetLegLayer>(request).layer, relay::Layer{});
  v1::Layer& layer = *request.mutable_set_leg_layer()->mutable_layer();
  layer.set_spatial(0);
  EXPECT_EQ(Get<relay::SetLegLayer>(request).layer, (relay::Layer{0, relay::Layer::kHighest}));
  layer.set_temporal(7);
  EXPECT_EQ(Get<relay::SetLegLayer>(request).layer, (relay::Layer{0, 7}));
  layer.set_temporal(8);
  ExpectInvalid(request, "temporal layer 8");
  layer.set_temporal(0);
  layer.set_spatial(255);  // not a way to say "highest"
  ExpectInvalid(request, "spatial layer 255");
}

TEST(Requests, SwitchesNameBothTracks) {
  const v1::Request request = SwitchLeg("r", "bob", "alice", "cam", "carol", "screen");
  const auto change = Get<relay::SwitchLeg>(request);
  EXPECT_EQ(change.leg.track, "cam");
  EXPECT_EQ(change.to_publisher, "carol");
  EXPECT_EQ(change.to_track, "screen");
  ExpectInvalid(SwitchLeg("r", "bob", "alice", "cam", "carol", ""), "to_track name");
}

TEST(Quoted, EscapesAndCuts) {
  EXPECT_EQ(Quoted("demo"), "\"demo\"");
  EXPECT_EQ(Quoted("a\"b\\c\td\xff"), "\"a\\\"b\\\\c\\td\\xff\"");
  EXPECT_EQ(Quoted("abcdef", 3), "\"abc...\" (6 bytes)");
}

TEST(IceCredentials, AreLongDifferentIceChars) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const absl::StatusOr<relay::IceCredentials> made = MakeIceCredentials();
    ASSERT_TRUE(made.ok());
    EXPECT_EQ(made->ufrag.size(), kLocalUfragSize);
    EXPECT_EQ(made->password.size(), kLocalPasswordSize);
    EXPECT_TRUE(IsIceChars(made->ufrag));
    EXPECT_TRUE(IsIceChars(made->password));
    EXPECT_TRUE(seen.insert(std::string(made->password)).second);
  }
}

TEST(Candidates, AreLinesOfSdp) {
  EXPECT_EQ(CandidateLine(*TransportAddress::Parse("192.0.2.1:7882"), 0),
            "candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host");
  EXPECT_EQ(CandidateLine(*TransportAddress::Parse("[2001:db8::1]:7882"), 1),
            "candidate:2 1 udp 2130706175 2001:db8::1 7882 typ host");
}

}  // namespace
}  // namespace baton::control
