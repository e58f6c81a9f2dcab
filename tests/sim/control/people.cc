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
constexpr uint8_t kVideoRtxPayloadType = 97;
constexpr uint8_t kAudioPayloadType = 111;

// Of the encodings of a simulcast track, from the lowest.
constexpr std::array<const char*, relay::kMaxEncodings> kRids = {"q", "h", "f", "x"};

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
  const relay::EndpointParameters parameters = MakeParameters(random);
  config.extensions = parameters.extensions;
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
    made.action = relay::AddIceEndpoint{
        room_name, relay::Name(name), client.remote,
        client.signs_with_remote ? relay::IceCredentials{} : client.local, parameters};
  } else {
    made.action = relay::AddPlainEndpoint{room_name, relay::Name(name), config.address, parameters};
  }
  BATON_CHECK(peers_.size() == id);
  world_.judge.OnAddress(id, config.address);
  peers_.push_back(std::make_unique<Peer>(config, Random(random()), world_.scheduler,
                                          world_.network, world_.trace, world_.judge));
  return made;
}

relay::EndpointParameters People::MakeParameters(Random& random) const {
  constexpr std::array<rtp::ExtensionKind, 6> kKinds = {rtp::ExtensionKind::kMid,
                                                        rtp::ExtensionKind::kRid,
                                                        rtp::ExtensionKind::kRepairedRid,
                                                        rtp::ExtensionKind::kAudioLevel,
                                                        rtp::ExtensionKind::kTransportSequence,
                                                        rtp::ExtensionKind::kVideoOrientation};
  const Features& features = world_.scenario.features;
  relay::EndpointParameters parameters;
  parameters.rtx = features.rtx && random.OneIn(2);
  if (!features.extensions) return parameters;
  auto id = static_cast<uint8_t>(Between(random, 1, 4));
  for (const rtp::ExtensionKind kind : kKinds) {
    const bool always = kind <= rtp::ExtensionKind::kRepairedRid;  // RIDs are of no use without
    if (always || !random.OneIn(3)) parameters.extensions.Set(kind, id);
    ++id;
  }
  return parameters;
}

void People::AddEncodings(relay::TrackParameters& parameters, bool known_by_rid, Random& random) {
  const Features& features = world_.scenario.features;
  const bool video = parameters.kind == relay::MediaKind::kVideo;
  const uint64_t count = video && features.simulcast && random.OneIn(2) ? Between(random, 2, 3) : 1;
  const bool rtx = video && features.rtx && random.OneIn(2);
  if (rtx) parameters.rtx_payload_type = rtp::PayloadType(kVideoRtxPayloadType);
  for (uint64_t i = 0; i < count; ++i) {
    relay::Encoding encoding;
    if (!known_by_rid) encoding.ssrc = rtp::Ssrc(random.U32() | 1);
    if (count > 1 || known_by_rid) encoding.rid = relay::StreamId(kRids[i]);
    if (rtx && !known_by_rid) encoding.rtx_ssrc = rtp::Ssrc(random.U32() | 1);
    parameters.encodings.push_back(encoding);
  }
}

relay::TrackParameters People::MakeTrackParameters(uint32_t endpoint, relay::MediaKind kind,
                                                   Random& random) {
  const Features& features = world_.scenario.features;
  const bool video = kind == relay::MediaKind::kVideo;
  relay::TrackParameters parameters;
  parameters.kind = kind;
  if (video) {
    parameters.codec = {FixedString<32>("VP8"), 90'000, 0};
  } else {
    parameters.codec = {FixedString<32>("opus"), 48'000, 2};
  }
  parameters.payload_type = rtp::PayloadType(video ? kVideoPayloadType : kAudioPayloadType);
  parameters.mid = relay::StreamId(absl::StrCat("m", world_.directory.tracks()));
  parameters.opaque = video && world_.directory.endpoint(endpoint).room % 3 == 2 && features.opaque;
  parameters.source = random.OneIn(5) ? relay::TrackSource::kScreen : relay::TrackSource::kMain;
  parameters.feedback.nack = !random.OneIn(4);
  if (video && random.OneIn(3)) parameters.feedback = {parameters.feedback.nack, false, true};
  const bool negotiated = peer(endpoint).config().extensions.IdOf(rtp::ExtensionKind::kMid) != 0;
  const bool known_by_rid = video && features.rids && negotiated && random.OneIn(3);
  AddEncodings(parameters, known_by_rid, random);
  return parameters;
}

RtpSender::Config People::MakeSender(uint32_t track, uint32_t encoding) {
  const TrackRecord& record = world_.directory.track(track);
  const relay::TrackParameters& parameters = record.parameters;
  const relay::Encoding& announced = parameters.encodings[encoding];
  const bool video = parameters.kind == relay::MediaKind::kVideo;
  const bool hidden = announced.ssrc == rtp::Ssrc{};
  StreamInfo info;
  info.endpoint = record.endpoint;
  info.track = track;
  info.encoding = encoding;
  info.kind = parameters.kind;
  info.ssrc = hidden ? random_.U32() | 1 : announced.ssrc.value();
  info.clock_rate = parameters.codec.clock_rate;
  info.form = video && !parameters.opaque ? PayloadForm::kVp8 : PayloadForm::kBare;
  info.name = absl::StrCat(record.full_name, ".", encoding);
  RtpSender::Config config;
  config.stream = world_.streams.Add(info);
  world_.directory.AddStream(track, config.stream);
  config.form = info.form;
  config.ssrc = info.ssrc;
  config.payload_type = parameters.payload_type.value();
  config.clock_rate = info.clock_rate;
  config.labels = {parameters.kind, std::string(parameters.mid.view()),
                   std::string(announced.rid.view())};
  if (parameters.rtx_payload_type) {
    config.rtx_payload_type = parameters.rtx_payload_type->value();
    config.rtx_ssrc = hidden ? random_.U32() | 1 : announced.rtx_ssrc.value();
  }
  return config;
}

People::NewTrack People::MakeTrack(uint32_t endpoint, relay::MediaKind kind,
                                   const std::string& name) {
  Random random(random_());
  const relay::TrackParameters parameters = MakeTrackParameters(endpoint, kind, random);
  const uint32_t track = world_.directory.NewTrack(endpoint, name, parameters);
  PublicationConfig config;
  config.track = track;
  config.kind = kind;
  for (uint32_t i = 0; i < parameters.encodings.size(); ++i) {
    config.encodings.push_back(MakeSender(track, i));
  }
  if (kind == relay::MediaKind::kVideo) {
    constexpr std::array<int, 3> kFramesPerSecond = {10, 15, 25};
    const int frames_per_second = kFramesPerSecond[random.Below(kFramesPerSecond.size())];
    config.frame_interval = Duration(std::chrono::seconds(1)) / frames_per_second;
    VideoEncoder::Config encoder;
    encoder.temporal_layers = static_cast<uint8_t>(Between(random, 1, 3));
    encoder.bytes_per_frame = Between(random, 300, 2'000);
    if (!world_.scenario.features.key_frames_when_asked) {
      encoder.key_frame_interval = static_cast<uint32_t>(2 * frames_per_second);
    }
    for (size_t i = 0; i < parameters.encodings.size(); ++i) {
      config.encoders.push_back(encoder);
      encoder.bytes_per_frame *= 2;
    }
  } else {
    config.audio_payload = Between(random, 100, 200);
    config.silences = random.OneIn(2);
  }
  peer(endpoint).Publish(config);
  const EndpointRecord& publisher = world_.directory.endpoint(endpoint);
  const relay::Name room(world_.directory.room(publisher.room).name);
  return {track, {room, relay::Name(publisher.name), relay::Name(name), parameters}};
}

void People::DressUp(uint32_t subscriber, uint32_t track, relay::AddLeg& leg) {
  Random random(random_());
  const bool video = world_.directory.track(track).parameters.kind == relay::MediaKind::kVideo;
  if (random.OneIn(3)) leg.ssrc = rtp::Ssrc(random.U32() | 1);
  if (random.OneIn(2)) leg.mid = relay::StreamId(absl::StrCat("l", subscriber));
  if (video && world_.scenario.features.rtx && random.OneIn(3)) {
    leg.rtx_payload_type = rtp::PayloadType(kVideoRtxPayloadType);
  }
}

void People::MakeReceiver(uint32_t leg) {
  const LegRecord& record = world_.directory.leg(leg);
  const TrackRecord& track = world_.directory.track(record.track);
  Random random = RandomStream(world_.scenario.seed, "receiver", leg);
  ReceiverConfig config;
  config.leg = leg;
  config.name = record.name;
  config.ssrc = record.parameters.ssrc.value();
  if (record.parameters.rtx) config.rtx_ssrc = record.parameters.rtx->ssrc.value();
  config.video = track.parameters.kind == relay::MediaKind::kVideo;
  config.form = world_.streams[track.streams[0]].form;
  const bool by_picture_id = config.form == PayloadForm::kVp8 && random.OneIn(2);
  config.continuity =
      by_picture_id ? DecoderModel::Continuity::kPictureId : DecoderModel::Continuity::kSequence;
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
