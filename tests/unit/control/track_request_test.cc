// What a client may say of an endpoint's streams: header extensions, encodings, RTX, feedback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "control/commands.h"
#include "rtp/header_extensions.h"
#include "tests/unit/control/requests.h"

namespace baton::control {
namespace {

using ::testing::HasSubstr;

constexpr const char* kMid = "urn:ietf:params:rtp-hdrext:sdes:mid";
constexpr const char* kAudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

void ExpectInvalid(const v1::Request& request, const std::string& text) {
  const absl::StatusOr<Action> action = ToAction(request);
  EXPECT_EQ(action.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(action.status().message()), HasSubstr(text));
}

relay::TrackParameters Parameters(const v1::Request& request) {
  const absl::StatusOr<Action> action = ToAction(request);
  EXPECT_TRUE(action.ok()) << action.status();
  return std::get<relay::PublishTrack>(*action).parameters;
}

void AddExtension(const std::string& uri, uint32_t id, v1::Request* add) {
  v1::HeaderExtension* extension = add->mutable_add_ice_endpoint()->add_extensions();
  extension->set_uri(uri);
  extension->set_id(id);
}

TEST(Extensions, ThoseThatAreNotKnownAreIgnored) {
  v1::Request request = AddIce("r", "a");
  AddExtension(kMid, 255, &request);
  AddExtension("urn:example:other", 2, &request);
  AddExtension(kAudioLevel, 1, &request);
  request.mutable_add_ice_endpoint()->set_rtx(true);
  const absl::StatusOr<Action> action = ToAction(request);
  ASSERT_TRUE(action.ok()) << action.status();
  const relay::EndpointParameters& parameters = std::get<relay::AddIceEndpoint>(*action).parameters;
  rtp::ExtensionIds expected;
  expected.Set(rtp::ExtensionKind::kMid, 255);
  expected.Set(rtp::ExtensionKind::kAudioLevel, 1);
  EXPECT_EQ(parameters.extensions, expected);
  EXPECT_TRUE(parameters.rtx);
}

TEST(Extensions, PlainEndpointsHaveThemToo) {
  v1::Request request = AddPlain("r", "a", "127.0.0.1:5004");
  v1::AddPlainEndpoint& add = *request.mutable_add_plain_endpoint();
  add.add_extensions()->set_uri(kMid);
  add.mutable_extensions(0)->set_id(3);
  const absl::StatusOr<Action> action = ToAction(request);
  ASSERT_TRUE(action.ok()) << action.status();
  const relay::EndpointParameters& parameters =
      std::get<relay::AddPlainEndpoint>(*action).parameters;
  EXPECT_EQ(parameters.extensions.IdOf(rtp::ExtensionKind::kMid), 3);
  EXPECT_FALSE(parameters.rtx);
}

TEST(Extensions, IdsAndUrisAreOfOneEachEvenIfTheyAreNotKnown) {
  const v1::Request endpoint = AddIce("r", "a");
  for (const uint32_t id : {0u, 256u, 257u}) {
    v1::Request request = endpoint;
    AddExtension(kMid, id, &request);
    ExpectInvalid(request, "use 1 to 255");
  }
  v1::Request request = endpoint;
  AddExtension("", 1, &request);
  ExpectInvalid(request, "has no URI");
  request = endpoint;
  AddExtension("urn:example:other", 1, &request);
  AddExtension(kMid, 1, &request);
  ExpectInvalid(request, "the id 1");
  request = endpoint;
  AddExtension("urn:example:other", 1, &request);
  AddExtension("urn:example:other", 2, &request);
  ExpectInvalid(request, "is there twice");
}

TEST(Tracks, OneSsrcIsShortForOneEncoding) {
  const relay::TrackParameters parameters = Parameters(Publish("r", "a", "cam", 7));
  ASSERT_EQ(parameters.encodings.size(), 1u);
  EXPECT_EQ(parameters.encodings[0], (relay::Encoding{rtp::Ssrc(7), {}, {}}));
  EXPECT_EQ(parameters.rtx_payload_type, std::nullopt);
  EXPECT_TRUE(parameters.mid.empty());
  EXPECT_EQ(parameters.source, relay::TrackSource::kMain);
  EXPECT_FALSE(parameters.opaque);
  EXPECT_EQ(parameters.feedback, relay::Feedback{});
}

TEST(Tracks, HaveAllThatSdpSays) {
  v1::Request request = Publish("r", "a", "cam", 0);
  v1::PublishTrack& publish = *request.mutable_publish_track();
  AddEncoding(1, "low", 11, &request);
  AddEncoding(0, "high", 0, &request);
  publish.set_rtx_payload_type(97);
  publish.set_mid("0");
  publish.set_source(v1::TRACK_SOURCE_SCREEN);
  publish.set_opaque(true);
  publish.mutable_feedback()->set_full_intra(true);
  const relay::TrackParameters parameters = Parameters(request);
  ASSERT_EQ(parameters.encodings.size(), 2u);
  EXPECT_EQ(parameters.encodings[0],
            (relay::Encoding{rtp::Ssrc(1), relay::StreamId("low"), rtp::Ssrc(11)}));
  EXPECT_EQ(parameters.encodings[1], (relay::Encoding{{}, relay::StreamId("high"), {}}));
  EXPECT_EQ(parameters.rtx_payload_type, rtp::PayloadType(97));
  EXPECT_EQ(parameters.mid, "0");
  EXPECT_EQ(parameters.source, relay::TrackSource::kScreen);
  EXPECT_TRUE(parameters.opaque);
  EXPECT_EQ(parameters.feedback, (relay::Feedback{false, false, true}));
}

TEST(Tracks, NeedAnSsrcOrAMidAndARid) {
  ExpectInvalid(Publish("r", "a", "cam", 0), "give ssrc, or encodings");
  v1::Request request = Publish("r", "a", "cam", 7);
  AddEncoding(1, "", 0, &request);
  ExpectInvalid(request, "both ssrc and encodings");
  request = Publish("r", "a", "cam", 0);
  AddEncoding(0, "h", 0, &request);
  ExpectInvalid(request, "has no SSRC");
  request.mutable_publish_track()->set_mid("0");
  EXPECT_TRUE(ToAction(request).ok());
  AddEncoding(0, "", 0, &request);
  ExpectInvalid(request, "has no SSRC");
}

TEST(Tracks, HaveFourEncodingsAtMost) {
  v1::Request request = Publish("r", "a", "cam", 0);
  for (uint32_t i = 1; i <= 4; ++i) AddEncoding(i, "", 0, &request);
  EXPECT_EQ(Parameters(request).encodings.size(), 4u);
  AddEncoding(5, "", 0, &request);
  ExpectInvalid(request, "5 encodings");
}

TEST(Tracks, EncodingsShareNeitherSsrcsNorRids) {
  v1::Request request = Publish("r", "a", "cam", 0);
  request.mutable_publish_track()->set_rtx_payload_type(97);
  AddEncoding(1, "l", 2, &request);
  AddEncoding(2, "h", 3, &request);
  ExpectInvalid(request, "SSRC 2 is there twice");
  v1::Encoding& high = *request.mutable_publish_track()->mutable_encodings(1);
  high.set_ssrc(4);
  EXPECT_TRUE(ToAction(request).ok());
  high.set_rtx_ssrc(4);
  ExpectInvalid(request, "SSRC 4 is there twice");
  high.set_rtx_ssrc(0);
  high.set_rid("l");
  ExpectInvalid(request, "the rid \"l\"");
}

TEST(Tracks, RidsAndMidsAreSpelledAsInSdp) {
  v1::Request request = Publish("r", "a", "cam", 0);
  AddEncoding(1, std::string(16, 'r'), 0, &request);
  request.mutable_publish_track()->set_mid(std::string(16, 'm'));
  EXPECT_TRUE(ToAction(request).ok());
  request.mutable_publish_track()->set_mid(std::string(17, 'm'));
  ExpectInvalid(request, "mid");
  request.mutable_publish_track()->clear_mid();
  for (const std::string& rid : {std::string(17, 'r'), std::string("a-b"), std::string("\x1b")}) {
    request.mutable_publish_track()->mutable_encodings(0)->set_rid(rid);
    ExpectInvalid(request, "letters and digits");
  }
}

TEST(Tracks, RtxHasAPayloadTypeOfItsOwn) {
  v1::Request request = Publish("r", "a", "cam", 0, 96);
  AddEncoding(1, "", 2, &request);
  ExpectInvalid(request, "no rtx_payload_type");
  request.mutable_publish_track()->set_rtx_payload_type(96);
  ExpectInvalid(request, "for the media and for its retransmissions");
  request.mutable_publish_track()->set_rtx_payload_type(128);
  ExpectInvalid(request, "payload type 128");
  request.mutable_publish_track()->set_rtx_payload_type(0);
  EXPECT_EQ(Parameters(request).rtx_payload_type, rtp::PayloadType(0));
  request.mutable_publish_track()->set_source(static_cast<v1::TrackSource>(9));
  ExpectInvalid(request, "track source 9");
}

}  // namespace
}  // namespace baton::control
