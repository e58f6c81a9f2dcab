#include "tests/sim/control/people.h"

#include <array>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "tests/sim/engine/random_stream.h"

namespace baton::sim {
namespace {

using std::chrono::milliseconds;

constexpr uint8_t kVideoPayloadType = 96;
constexpr uint8_t kAudioPayloadType = 111;

relay::IceCredentials MakeCredentials(Random& random, std::string_view word) {
  std::string password;
  for (int i = 0; i < 24; ++i) password += static_cast<char>('a' + random.Below(26));
  return {FixedString<relay::IceCredentials::kMaxUfrag>(word),
          FixedString<relay::IceCredentials::kMaxPassword>(password)};
}

}  // namespace

People::People(const World& world)
    : world_(world), random_(RandomStream(world.scenario.seed, "people")) {}

TransportAddress People::NewAddress(AddressFamily family) {
  const uint32_t number = ++addresses_;
  const auto high = static_cast<uint8_t>(number >> 8);
  const auto low = static_cast<uint8_t>(number);
  const auto port = static_cast<uint16_t>(10'000 + number % 50'000);
  if (family == AddressFamily::kV4) return {IpAddress::V4({10, 1, high, low}), port};
  std::array<uint8_t, 16> ip = {0x20, 0x01, 0x0d, 0xb8, 0, 1};
  ip[14] = high;
  ip[15] = low;
  return {IpAddress::V6(ip), port};
}

People::NewEndpoint People::MakeEndpoint(uint32_t room, const std::string& name) {
  const Scenario& scenario = world_.scenario;
  Random random(random_());
  const bool ice = Happens(random, scenario.ice_per_million);
  const bool ipv6 = Happens(random, scenario.ipv6_per_million);
  const RoomRecord& record = world_.directory.room(room);
  const uint32_t id = world_.directory.NewEndpoint(
      room, name, ice ? relay::Transport::kIce : relay::Transport::kPlain);

  PeerConfig config;
  config.endpoint = id;
  config.name = world_.directory.endpoint(id).full_name;
  config.address = NewAddress(ipv6 ? AddressFamily::kV6 : AddressFamily::kV4);
  config.node = scenario.nodes[record.node].loop.bind[ipv6 ? 1 : 0];
  config.up = DrawLink(scenario, random);
  config.down = DrawLink(scenario, random);
  NewEndpoint made{id, {}};
  const relay::Name room_name(record.name);
  if (ice) {
    IceClient::Config& client = config.ice.emplace();
    client.local = MakeCredentials(random, absl::StrCat("peer", id));
    client.remote = MakeCredentials(random, absl::StrCat("node", id));
    client.node = config.node;
    client.check_interval = milliseconds(1000);
    // What the peer calls remote is the endpoint's own. Its peer's may be unknown.
    client.signs_with_remote = random.OneIn(2);
    made.action =
        relay::AddIceEndpoint{room_name, relay::Name(name), client.remote,
                              client.signs_with_remote ? relay::IceCredentials{} : client.local};
  } else {
    made.action = relay::AddPlainEndpoint{room_name, relay::Name(name), config.address};
  }
  BATON_CHECK(peers_.size() == id);
  world_.judge.OnAddress(id, config.address);
  peers_.push_back(std::make_unique<Peer>(config, Random(random()), world_.scheduler,
                                          world_.network, world_.judge));
  return made;
}

RtpSender::Config People::MakeEncoding(uint32_t track, uint32_t encoding) {
  const TrackRecord& record = world_.directory.track(track);
  const bool video = record.parameters.kind == relay::MediaKind::kVideo;
  StreamInfo info;
  info.endpoint = record.endpoint;
  info.track = track;
  info.encoding = encoding;
  info.kind = record.parameters.kind;
  info.clock_rate = record.parameters.codec.clock_rate;
  info.form = video ? PayloadForm::kVp8 : PayloadForm::kBare;
  info.name = absl::StrCat(record.full_name, ".", encoding);
  RtpSender::Config config;
  config.stream = world_.streams.Add(info);
  world_.directory.AddStream(track, config.stream);
  config.form = info.form;
  config.ssrc = record.parameters.encodings[encoding].ssrc.value();
  config.payload_type = record.parameters.payload_type.value();
  config.clock_rate = info.clock_rate;
  return config;
}

People::NewTrack People::MakeTrack(uint32_t endpoint, relay::MediaKind kind,
                                   const std::string& name) {
  Random random(random_());
  const bool video = kind == relay::MediaKind::kVideo;
  relay::TrackParameters parameters;
  parameters.kind = kind;
  if (video) {
    parameters.codec = {FixedString<32>("VP8"), 90'000, 0};
  } else {
    parameters.codec = {FixedString<32>("opus"), 48'000, 2};
  }
  parameters.payload_type = rtp::PayloadType(video ? kVideoPayloadType : kAudioPayloadType);
  parameters.encodings = rtp::Ssrc(random.U32() | 1);
  const uint32_t track = world_.directory.NewTrack(endpoint, name, parameters);

  PublicationConfig config;
  config.track = track;
  config.kind = kind;
  config.encodings.push_back(MakeEncoding(track, 0));
  if (video) {
    constexpr std::array<int, 3> kFramesPerSecond = {10, 15, 25};
    const int frames_per_second = kFramesPerSecond[random.Below(kFramesPerSecond.size())];
    config.frame_interval = Duration(std::chrono::seconds(1)) / frames_per_second;
    VideoEncoder::Config encoder;
    encoder.temporal_layers = static_cast<uint8_t>(Between(random, 1, 3));
    encoder.bytes_per_frame = Between(random, 300, 4'000);
    // Without requests, key frames have to come by themselves.
    encoder.key_frame_interval = static_cast<uint32_t>(2 * frames_per_second);
    config.encoders.push_back(encoder);
  } else {
    config.audio_payload = Between(random, 100, 200);
    config.silences = random.OneIn(2);
  }
  peer(endpoint).Publish(config);
  const EndpointRecord& publisher = world_.directory.endpoint(endpoint);
  const relay::Name room(world_.directory.room(publisher.room).name);
  return {track, {room, relay::Name(publisher.name), relay::Name(name), parameters}};
}

void People::MakeReceiver(uint32_t leg) {
  const LegRecord& record = world_.directory.leg(leg);
  const TrackRecord& track = world_.directory.track(record.track);
  Random random = RandomStream(world_.scenario.seed, "receiver", leg);
  ReceiverConfig config;
  config.leg = leg;
  config.name = record.name;
  config.ssrc = record.parameters.ssrc.value();
  config.video = track.parameters.kind == relay::MediaKind::kVideo;
  config.form = world_.streams[track.streams[0]].form;
  config.continuity =
      random.OneIn(2) ? DecoderModel::Continuity::kPictureId : DecoderModel::Continuity::kSequence;
  config.patience = Between(random, milliseconds(50), milliseconds(600));
  config.nacks = !random.OneIn(4);
  config.loss.first_wait = Between(random, milliseconds(0), milliseconds(40));
  config.loss.retry_interval = Between(random, milliseconds(30), milliseconds(200));
  config.picture_loss_interval = Between(random, milliseconds(100), milliseconds(1000));
  Peer& subscriber = peer(record.subscriber);
  subscriber.Receive(
      std::make_unique<Receiver>(config, world_.scheduler, world_.trace, subscriber, world_.judge));
}

Receiver* People::FindReceiver(uint32_t leg) {
  for (const auto& receiver : peer(world_.directory.leg(leg).subscriber).receivers()) {
    if (receiver->config().leg == leg) return receiver.get();
  }
  return nullptr;
}

Publication* People::FindPublication(uint32_t track) {
  return peer(world_.directory.track(track).endpoint).FindPublication(track);
}

}  // namespace baton::sim
