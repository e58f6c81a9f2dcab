#include "tests/unit/relay/harness.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "rtp/classify.h"
#include "stun/hmac.h"
#include "stun/message_builder.h"

namespace baton::relay::test {
namespace {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string Join(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string Path(std::string_view endpoint, std::string_view track) {
  return std::string(endpoint) + "/" + std::string(track);
}

// "1/0": spatial and temporal, "-" for the highest.
std::string Word(Layer layer) {
  const auto word = [](uint8_t l) { return l == Layer::kHighest ? "-" : std::to_string(l); };
  return word(layer.spatial) + "/" + word(layer.temporal);
}

constexpr std::string_view Word(SubscribeMode mode) {
  return mode == SubscribeMode::kAll ? "all" : "manual";
}

}  // namespace

TransportAddress Address(std::string_view text) {
  const auto address = TransportAddress::Parse(text);
  BATON_CHECK(address.has_value());
  return *address;
}

std::optional<rtp::PacketView> Sent::rtp() const {
  const bool is_media = !bytes.empty() && bytes[0] >= 128;
  return is_media ? rtp::ParsePacket(bytes) : std::nullopt;
}

std::optional<stun::MessageView> Sent::stun() const { return stun::MessageView::Parse(bytes); }

void Wire::Send(const TxBatch& batch) {
  for (const TxBatch::Destination& destination : batch.destinations()) {
    for (auto i = batch.Begin(destination); !i.at_end(); i = batch.Next(i)) {
      Octets bytes;
      for (const TxBatch::Part& part : {batch.entry(i).header, batch.entry(i).payload}) {
        bytes.insert(bytes.end(), part.data, part.data + part.size);
      }
      sent_.push_back({destination.flow, std::move(bytes)});
    }
  }
}

CoreConfig SmallConfig() {
  CoreConfig config;
  config.limits = {.rooms = 8,
                   .endpoints = 40,
                   .tracks = 48,
                   .streams = 96,
                   .legs = 300,
                   .endpoints_per_room = 24,
                   .tracks_per_endpoint = 4,
                   .legs_per_track = 20};
  config.sockets = {Address("0.0.0.0:7882"), Address("[::]:7882")};
  config.own_addresses = {Address("0.0.0.0:7882"), Address("[::]:7882"),
                          Address("198.51.100.1:7882")};
  config.history_bytes = size_t{1024} * 1024;
  config.seed = {1, 2, 3, 4};
  config.transaction_secret.fill(7);
  return config;
}

Harness::Harness(const CoreConfig& config, size_t batch_entries)
    : storage_(kBuffers),
      buffers_(kBuffers),
      tx_(batch_entries, config.limits.endpoints, wire_),
      core_(config) {}

std::vector<Sent> Harness::Receive(const Flow& from, Bytes datagram) {
  return ReceiveBatch({{from, Octets(datagram.begin(), datagram.end())}});
}

std::vector<Sent> Harness::ReceiveBatch(const std::vector<std::pair<Flow, Octets>>& datagrams) {
  BATON_CHECK(datagrams.size() <= kBuffers);
  std::vector<Datagram> arrived;
  for (const auto& [from, bytes] : datagrams) {
    const BufferId buffer{next_buffer_};
    storage_[next_buffer_] = bytes;
    arrived.push_back({from, buffer, storage_[next_buffer_], now_});
    next_buffer_ = (next_buffer_ + 1) % kBuffers;
    buffers_.Retain(buffer);
  }
  core_.HandleDatagrams(now_, arrived, tx_);
  tx_.Flush();
  for (const Datagram& datagram : arrived) buffers_.Release(datagram.buffer);
  buffers_.ClearFreed();
  if (drain_after_each_step) Drain();
  return TakeSent();
}

std::vector<Sent> Harness::TakeSent() {
  std::vector<Sent> others;
  for (Sent& sent : wire_.Take()) {
    const bool rtcp = rtp::ClassifyDatagram(sent.bytes) == rtp::DatagramKind::kRtcp;
    (rtcp ? rtcp_ : others).push_back(std::move(sent));
  }
  return others;
}

std::vector<Sent> Harness::Advance(Duration duration) {
  const TimePoint end = now_ + duration;
  while (core_.NextDeadline() <= end) {
    now_ = std::max(now_, core_.NextDeadline());
    core_.HandleDeadline(now_, tx_);
    tx_.Flush();
    if (drain_after_each_step) Drain();
  }
  now_ = end;
  return TakeSent();
}

CommandError Harness::Do(decltype(Command::action) action) {
  if (!core_.CanTakeCommand()) Drain();
  Command command{next_request_++, std::move(action)};
  core_.HandleCommand(now_, command, tx_);
  tx_.Flush();
  for (Sent& sent : TakeSent()) BATON_CHECK(sent.bytes.empty());  // commands send RTCP alone
  Drain();
  BATON_CHECK(reply_.has_value() && reply_->request_id == command.request_id);
  const CommandError error = reply_->error;
  statistics_ = std::move(reply_->statistics);
  reply_.reset();
  return error;
}

RoomStatistics Harness::Statistics(std::string_view room) {
  const CommandError error = Do(GetRoomStatistics{N(room)});
  BATON_CHECK(error == CommandError::kNone && statistics_ != nullptr);
  return std::move(*statistics_);
}

// A command is handled only when nothing is left over, so its reply is the last output.
void Harness::Drain() {
  Output output;
  while (core_.PopOutput(output)) {
    BATON_CHECK(!reply_.has_value());
    if (auto* reply = std::get_if<Reply>(&output)) {
      reply_ = std::move(*reply);
    } else {
      events_.push_back(std::move(std::get<Event>(output)));
    }
  }
}

std::vector<Event> Harness::TakeEvents() {
  Drain();
  return std::exchange(events_, {});
}

std::vector<std::string> Harness::TakeEventTexts() {
  std::vector<std::string> texts;
  for (const Event& event : TakeEvents()) texts.push_back(Describe(event));
  return texts;
}

std::string Describe(const Event& event) {
  return std::visit(
      Overloaded{
          [](const RoomCreated& e) {
            return Join({"room-created", e.room, Word(e.subscribe)});
          },
          [](const RoomClosed& e) {
            return Join({"room-closed", e.room});
          },
          [](const EndpointAdded& e) {
            const bool plain = e.transport == Transport::kPlain;
            if (e.transport == Transport::kSink) {
              return Join({"endpoint-added", e.room, e.endpoint, "sink"});
            }
            return Join({"endpoint-added", e.room, e.endpoint, plain ? "plain" : "ice",
                         plain ? e.remote.ToString() : std::string(e.local.ufrag)});
          },
          [](const IceRemoteSet& e) {
            return Join({"ice-remote-set", e.room, e.endpoint, e.remote.ufrag});
          },
          [](const EndpointProven& e) {
            return Join({"proven", e.room, e.endpoint, e.remote.ToString()});
          },
          [](const EndpointAddressChanged& e) {
            return Join({"address-changed", e.room, e.endpoint, e.remote.ToString()});
          },
          [](const EndpointConsentLost& e) {
            return Join({"consent-lost", e.room, e.endpoint});
          },
          [](const EndpointFirstPacket& e) {
            return Join({"first-packet", e.room, e.endpoint});
          },
          [](const EndpointSilent& e) {
            return Join({"silent", e.room, e.endpoint});
          },
          [](const EndpointRemoved& e) {
            return Join({"endpoint-removed", e.room, e.endpoint});
          },
          [](const TrackPublished& e) {
            return Join({"track-published", e.room, Path(e.endpoint, e.track)});
          },
          [](const TrackStarted& e) {
            return Join({"track-started", e.room, Path(e.endpoint, e.track)});
          },
          [](const TrackStopped& e) {
            return Join({"track-stopped", e.room, Path(e.endpoint, e.track)});
          },
          [](const TrackUnpublished& e) {
            return Join({"track-unpublished", e.room, Path(e.endpoint, e.track)});
          },
          [](const LegAdded& e) {
            return Join({"leg-added", e.room, e.subscriber, Path(e.publisher, e.track), "pt",
                         std::to_string(e.parameters.payload_type.value())});
          },
          [](const LegPaused& e) {
            return Join({e.paused ? "leg-paused" : "leg-resumed", e.room, e.subscriber,
                         Path(e.publisher, e.track)});
          },
          [](const LegLayerSet& e) {
            return Join({"leg-layer-set", e.room, e.subscriber, Path(e.publisher, e.track),
                         Word(e.wanted)});
          },
          [](const LegLayerChanged& e) {
            return Join({"leg-layer-changed", e.room, e.subscriber, Path(e.publisher, e.track),
                         Word(e.current)});
          },
          [](const LegSwitched& e) {
            return Join({"leg-switched", e.room, e.subscriber, Path(e.publisher, e.track),
                         Path(e.to_publisher, e.to_track)});
          },
          [](const LegRemoved& e) {
            return Join({"leg-removed", e.room, e.subscriber, Path(e.publisher, e.track)});
          },
          [](const SpeakerStarted& e) {
            return Join({"speaker-started", e.room, e.endpoint});
          },
          [](const SpeakerStopped& e) {
            return Join({"speaker-stopped", e.room, e.endpoint});
          },
          [](const DominantSpeakerChanged& e) {
            return Join({"dominant-speaker", e.room, e.endpoint});
          },
      },
      event);
}

CreateRoom Room(std::string_view room, SubscribeMode mode) { return {N(room), mode, {}}; }

AddPlainEndpoint Plain(std::string_view room, std::string_view endpoint, std::string_view remote) {
  return {N(room), N(endpoint), Address(remote), {}};
}

TrackParameters Video(uint32_t ssrc, uint8_t payload_type, std::string_view codec) {
  return {MediaKind::kVideo,
          {FixedString<32>(codec), 90000, 0},
          rtp::PayloadType(payload_type),
          rtp::Ssrc(ssrc)};
}

TrackParameters Audio(uint32_t ssrc, uint8_t payload_type) {
  return {MediaKind::kAudio,
          {FixedString<32>("opus"), 48000, 2},
          rtp::PayloadType(payload_type),
          rtp::Ssrc(ssrc)};
}

PublishTrack Publish(std::string_view room, std::string_view endpoint, std::string_view track,
                     const TrackParameters& parameters) {
  return {N(room), N(endpoint), N(track), parameters};
}

LegName LegOf(std::string_view room, std::string_view subscriber, std::string_view publisher,
              std::string_view track) {
  return {N(room), N(subscriber), N(publisher), N(track)};
}

Octets Rtp(const RtpFields& fields) {
  Octets bytes(rtp::kFixedHeaderSize);
  rtp::PacketHeader header;
  header.sequence = rtp::SequenceNumber(fields.sequence);
  header.timestamp = rtp::RtpTimestamp(fields.timestamp);
  header.ssrc = rtp::Ssrc(fields.ssrc);
  header.payload_type = rtp::PayloadType(fields.payload_type);
  header.marker = fields.marker;
  BATON_CHECK(rtp::WritePacketHeader(header, bytes) == bytes.size());
  for (size_t i = 0; i < fields.payload_size; ++i) bytes.push_back(static_cast<uint8_t>(i));
  // VP8 (RFC 7741): the first packet of a key frame.
  if (fields.payload_size >= 2) bytes[rtp::kFixedHeaderSize] = 0x10;
  if (fields.payload_size >= 2) bytes[rtp::kFixedHeaderSize + 1] = 0x00;
  return bytes;
}

IceCredentials Credentials(std::string_view word) {
  return {FixedString<IceCredentials::kMaxUfrag>(word),
          FixedString<IceCredentials::kMaxPassword>(std::string(word) + "/password/long/enough")};
}

Octets IcePeer::Check(const CheckOptions& options) {
  stun::TransactionId id{};
  StoreU64(id.data() + 4, ++checks);
  const auto key = stun::IntegrityKey::FromPassword(relay.password);
  Octets bytes(512);
  stun::MessageBuilder message(bytes, stun::MessageClass::kRequest, stun::Method::kBinding, id);
  message.AddUsername(relay.ufrag, own.ufrag);
  if (options.with_priority) message.AddU32(stun::AttributeType::kPriority, 1);
  message.AddU64(options.controlled ? stun::AttributeType::kIceControlled
                                    : stun::AttributeType::kIceControlling,
                 5);
  if (options.nominate) message.AddFlag(stun::AttributeType::kUseCandidate);
  if (options.unknown_attribute) message.AddFlag(stun::AttributeType{0x7ff0});
  if (options.sha256) {
    message.AddMessageIntegritySha256(key.sha256);
  } else {
    message.AddMessageIntegrity(key.sha1);
  }
  message.AddFingerprint();
  bytes.resize(message.size());
  return bytes;
}

Octets IcePeer::Answer(const Sent& check, std::string_view password) const {
  const auto request = check.stun();
  BATON_CHECK(request.has_value());
  Octets bytes(512);
  stun::MessageBuilder message(bytes, stun::MessageClass::kSuccess, stun::Method::kBinding,
                               request->transaction_id());
  message.AddXorMappedAddress(Address("198.51.100.1:7882"));
  message.AddMessageIntegrity(stun::IntegrityKey::FromPassword(password).sha1);
  message.AddFingerprint();
  bytes.resize(message.size());
  return bytes;
}

std::vector<Sent> ChecksIn(const std::vector<Sent>& sent) {
  std::vector<Sent> checks;
  std::copy_if(sent.begin(), sent.end(), std::back_inserter(checks), [](const Sent& s) {
    const auto message = s.stun();
    return message && message->IsBinding(stun::MessageClass::kRequest);
  });
  return checks;
}

void Prove(Harness& harness, IcePeer& peer, const Flow& from, bool nominate) {
  const std::vector<Sent> checks =
      ChecksIn(harness.Receive(from, peer.Check({.nominate = nominate})));
  BATON_CHECK(checks.size() == 1);
  harness.Receive(from, peer.Answer(checks[0]));
}

}  // namespace baton::relay::test
