// SDP files of what endpoints receive.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cmd/batonctl/output/sdp.h"

#include "proto/control.pb.h"

namespace baton::cli {
namespace {

namespace v1 = control::v1;

void AddEndpoint(v1::State& room, const std::string& name, const std::string& remote) {
  v1::Endpoint& endpoint = *room.add_endpoints();
  endpoint.set_name(name);
  endpoint.set_transport(v1::TRANSPORT_PLAIN);
  endpoint.set_remote(remote);
}

void AddTrack(v1::State& room, const std::string& name, v1::MediaKind kind,
              const std::string& encoding, uint32_t clock_rate, uint32_t channels) {
  v1::Track& track = *room.add_tracks();
  track.set_endpoint("alice");
  track.set_name(name);
  track.set_kind(kind);
  track.mutable_codec()->set_encoding(encoding);
  track.mutable_codec()->set_clock_rate(clock_rate);
  track.mutable_codec()->set_channels(channels);
}

void AddLeg(v1::State& room, const std::string& subscriber, const std::string& track,
            uint32_t payload_type, uint32_t ssrc) {
  v1::Leg& leg = *room.add_legs();
  leg.mutable_name()->set_subscriber(subscriber);
  leg.mutable_name()->set_publisher("alice");
  leg.mutable_name()->set_track(track);
  leg.set_payload_type(payload_type);
  leg.set_ssrc(ssrc);
}

// alice publishes cam and mic; bob-v receives cam, bob-a mic, carol both.
v1::State TestRoom() {
  v1::State room;
  AddEndpoint(room, "bob-v", "127.0.0.1:5000");
  AddEndpoint(room, "bob-a", "127.0.0.1:5010");
  AddEndpoint(room, "carol", "[2001:db8::1]:6000");
  AddEndpoint(room, "next", "127.0.0.1:5001");
  AddTrack(room, "cam", v1::MEDIA_KIND_VIDEO, "VP8", 90000, 0);
  AddTrack(room, "mic", v1::MEDIA_KIND_AUDIO, "opus", 48000, 2);
  AddLeg(room, "bob-v", "cam", 96, 4660);
  AddLeg(room, "bob-a", "mic", 111, 99);
  AddLeg(room, "carol", "cam", 97, 1);
  AddLeg(room, "carol", "mic", 111, 2);
  AddLeg(room, "next", "mic", 111, 3);
  return room;
}

TEST(Sdp, MergesEndpointsIntoOneSession) {
  const auto media = CollectSdpMedia(TestRoom(), {"bob-v", "bob-a"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  EXPECT_TRUE(SdpWarnings(*media).empty());
  EXPECT_EQ(FormatSdp("demo for bob", *media),
            "v=0\r\n"
            "o=- 0 0 IN IP4 127.0.0.1\r\n"
            "s=demo for bob\r\n"
            "t=0 0\r\n"
            "m=video 5000 RTP/AVPF 96\r\n"
            "i=alice/cam\r\n"
            "c=IN IP4 127.0.0.1\r\n"
            "a=mid:0\r\n"
            "a=recvonly\r\n"
            "a=rtcp-mux\r\n"
            "a=rtpmap:96 VP8/90000\r\n"
            "a=rtcp-fb:96 nack\r\n"
            "a=rtcp-fb:96 nack pli\r\n"
            "a=rtcp-fb:96 ccm fir\r\n"
            "a=ssrc:4660 cname:alice\r\n"
            "m=audio 5010 RTP/AVP 111\r\n"
            "i=alice/mic\r\n"
            "c=IN IP4 127.0.0.1\r\n"
            "a=mid:1\r\n"
            "a=recvonly\r\n"
            "a=rtcp-mux\r\n"
            "a=rtpmap:111 opus/48000/2\r\n"
            "a=ssrc:99 cname:alice\r\n");
}

void AddExtension(const std::string& uri, uint32_t id, v1::Endpoint* endpoint) {
  v1::HeaderExtension* extension = endpoint->add_extensions();
  extension->set_uri(uri);
  extension->set_id(id);
}

TEST(Sdp, HasRtxFeedbackAndHeaderExtensions) {
  v1::State room = TestRoom();
  v1::Endpoint* carol = room.mutable_endpoints(2);
  AddExtension("urn:ietf:params:rtp-hdrext:sdes:mid", 1, carol);
  AddExtension("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", 2, carol);
  AddExtension("urn:ietf:params:rtp-hdrext:ssrc-audio-level", 3, carol);
  AddExtension("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", 15,
               carol);
  AddExtension("urn:3gpp:video-orientation", 4, carol);
  v1::Leg* cam = room.mutable_legs(2);
  cam->set_mid("v1");
  cam->set_rtx_payload_type(98);
  cam->set_rtx_ssrc(5);
  const auto media = CollectSdpMedia(room, {"carol"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  const std::string sdp = FormatSdp("demo", *media);
  EXPECT_NE(sdp.find("a=group:BUNDLE v1 0\r\n"
                     "m=video 6000 RTP/AVPF 97 98\r\n"
                     "i=alice/cam\r\n"
                     "c=IN IP6 2001:db8::1\r\n"
                     "a=mid:v1\r\n"
                     "a=recvonly\r\n"
                     "a=rtcp-mux\r\n"
                     "a=rtpmap:98 rtx/90000\r\n"
                     "a=fmtp:98 apt=97\r\n"
                     "a=rtpmap:97 VP8/90000\r\n"
                     "a=rtcp-fb:97 nack\r\n"
                     "a=rtcp-fb:97 nack pli\r\n"
                     "a=rtcp-fb:97 ccm fir\r\n"
                     "a=rtcp-fb:97 transport-cc\r\n"
                     "a=extmap-allow-mixed\r\n"
                     "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
                     "a=extmap:15 http://www.ietf.org/id/"
                     "draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n"
                     "a=extmap:4 urn:3gpp:video-orientation\r\n"
                     "a=ssrc-group:FID 1 5\r\n"
                     "a=ssrc:1 cname:alice\r\n"
                     "a=ssrc:5 cname:alice\r\n"
                     "m=audio 6000 RTP/AVPF 111\r\n"),
            std::string::npos)
      << sdp;
  EXPECT_NE(sdp.find("a=rtcp-fb:111 transport-cc\r\n"), std::string::npos) << sdp;
  EXPECT_EQ(sdp.find("a=rtcp-fb:111 nack"), std::string::npos) << sdp;
  EXPECT_NE(sdp.find("a=extmap:3 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"),
            std::string::npos)
      << sdp;
  EXPECT_EQ(sdp.find("rtp-stream-id"), std::string::npos) << sdp;
}

TEST(Sdp, AudioWithRtxAsksForRetransmissionOnly) {
  v1::State room = TestRoom();
  room.mutable_legs(1)->set_rtx_payload_type(112);
  room.mutable_legs(1)->set_rtx_ssrc(100);
  const auto media = CollectSdpMedia(room, {"bob-a"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  const std::string sdp = FormatSdp("demo", *media);
  EXPECT_NE(sdp.find("m=audio 5010 RTP/AVPF 111 112\r\n"), std::string::npos) << sdp;
  EXPECT_NE(sdp.find("a=rtpmap:112 rtx/48000\r\n"), std::string::npos) << sdp;
  EXPECT_NE(sdp.find("a=rtcp-fb:111 nack\r\na=ssrc-group"), std::string::npos) << sdp;
}

TEST(Sdp, NamesEachSectionOnce) {
  v1::State room = TestRoom();
  room.mutable_legs(0)->set_mid("1");
  room.mutable_legs(2)->set_mid("1");
  const auto media = CollectSdpMedia(room, {"bob-a", "bob-v", "carol"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  const std::string sdp = FormatSdp("demo", *media);
  std::vector<std::string> mids;
  for (size_t at = sdp.find("a=mid:"); at != std::string::npos; at = sdp.find("a=mid:", at + 1)) {
    mids.push_back(sdp.substr(at + 6, sdp.find('\r', at) - at - 6));
  }
  EXPECT_EQ(mids, (std::vector<std::string>{"0", "1", "2", "3"}));
}

TEST(Sdp, BundlesWhatSharesAPortAndWarns) {
  const auto media = CollectSdpMedia(TestRoom(), {"carol"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  const std::string sdp = FormatSdp("demo", *media);
  EXPECT_NE(sdp.find("a=group:BUNDLE 0 1\r\nm=video 6000"), std::string::npos) << sdp;
  EXPECT_NE(sdp.find("c=IN IP6 2001:db8::1\r\n"), std::string::npos) << sdp;
  ASSERT_EQ(SdpWarnings(*media).size(), 1u);
  EXPECT_NE(SdpWarnings(*media)[0].find("--audio"), std::string::npos);
}

TEST(Sdp, TakesOneKindOnly) {
  const auto audio = CollectSdpMedia(TestRoom(), {"carol"}, SdpKinds::kAudio);
  ASSERT_TRUE(audio.ok());
  ASSERT_EQ(audio->size(), 1u);
  EXPECT_EQ((*audio)[0].track, "mic");
  EXPECT_TRUE(SdpWarnings(*audio).empty());
  const auto video = CollectSdpMedia(TestRoom(), {"carol"}, SdpKinds::kVideo);
  ASSERT_TRUE(video.ok());
  ASSERT_EQ(video->size(), 1u);
  EXPECT_EQ((*video)[0].track, "cam");
}

TEST(Sdp, WarnsOfAPortThatRtcpNeeds) {
  const auto media = CollectSdpMedia(TestRoom(), {"bob-v", "next"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  ASSERT_EQ(SdpWarnings(*media).size(), 1u);
  EXPECT_NE(SdpWarnings(*media)[0].find("127.0.0.1:5001"), std::string::npos);
}

TEST(Sdp, SaysWhyThereIsNone) {
  v1::State room = TestRoom();
  EXPECT_TRUE(absl::IsNotFound(CollectSdpMedia(room, {"nobody"}, SdpKinds::kAll).status()));
  EXPECT_TRUE(
      absl::IsFailedPrecondition(CollectSdpMedia(room, {"bob-v"}, SdpKinds::kAudio).status()));
  room.mutable_endpoints(0)->set_transport(v1::TRANSPORT_ICE);
  EXPECT_TRUE(
      absl::IsFailedPrecondition(CollectSdpMedia(room, {"bob-v"}, SdpKinds::kAll).status()));
  room.mutable_endpoints(1)->set_remote("nonsense");
  EXPECT_TRUE(absl::IsInternal(CollectSdpMedia(room, {"bob-a"}, SdpKinds::kAll).status()));
}

TEST(Sdp, KeepsNamesOnTheirLine) {
  v1::State room = TestRoom();
  auto media = CollectSdpMedia(room, {"bob-v"}, SdpKinds::kAll);
  ASSERT_TRUE(media.ok());
  (*media)[0].publisher = "a\r\nm=x";
  const std::string sdp = FormatSdp("s\nt", *media);
  EXPECT_NE(sdp.find("s=s\\x0at\r\n"), std::string::npos) << sdp;
  EXPECT_EQ(sdp.find("\r\nm=x"), std::string::npos) << sdp;
}

}  // namespace
}  // namespace baton::cli
