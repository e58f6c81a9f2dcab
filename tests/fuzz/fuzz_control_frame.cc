// Everything that a stranger's bytes meet on the control port: framing, parsing of requests, and
// their translation into commands for a shard. The first byte of the input says how the stream is
// cut into pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "control/commands.h"
#include "control/framing.h"
#include "control/parts.h"
#include "control/subject.h"
#include "relay/names.h"

#include "proto/control.pb.h"

namespace baton::control {
namespace {

constexpr size_t kLimit = 64 * 1024;

struct Decoded {
  std::vector<std::string> messages;
  FrameDecoder::Result end = FrameDecoder::Result::kNeedMore;

  bool operator==(const Decoded&) const = default;
};

Decoded Decode(Bytes stream, size_t piece) {
  FrameDecoder decoder(kLimit);
  Decoded decoded;
  while (!stream.empty()) {
    Bytes input = stream.first(std::min(piece, stream.size()));
    stream = stream.subspan(input.size());
    do {
      decoded.end = decoder.Next(input);
      // Memory follows the bytes that have come, not the length that was claimed.
      BATON_CHECK(decoder.message().size() <= kLimit);
      if (decoded.end == FrameDecoder::Result::kMessage) {
        BATON_CHECK(decoder.message().size() == decoder.length());
        decoded.messages.push_back(decoder.message());
      } else if (decoded.end != FrameDecoder::Result::kNeedMore) {
        return decoded;
      }
    } while (!input.empty());
  }
  return decoded;
}

bool IsPrintable(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7e) return false;
  }
  return true;
}

void CheckTrack(const relay::TrackParameters& track) {
  BATON_CHECK(track.payload_type.value() <= 127);
  BATON_CHECK(track.codec.clock_rate > 0);
  BATON_CHECK(!track.codec.encoding.empty());
  BATON_CHECK(!track.rtx_payload_type || track.rtx_payload_type->value() <= 127);
  BATON_CHECK(track.rtx_payload_type != track.payload_type);
  BATON_CHECK(!track.encodings.empty());
  std::set<uint32_t> ssrcs;
  for (const relay::Encoding& encoding : track.encodings) {
    for (const rtp::Ssrc ssrc : {encoding.ssrc, encoding.rtx_ssrc}) {
      BATON_CHECK(ssrc.value() == 0 || ssrcs.insert(ssrc.value()).second);
    }
    BATON_CHECK(encoding.ssrc.value() != 0 || (!encoding.rid.empty() && !track.mid.empty()));
    BATON_CHECK(encoding.rtx_ssrc.value() == 0 || track.rtx_payload_type);
  }
}

// What a command says is within what the protocol allows.
void CheckAction(const Action& action) {
  const Subject subject = SubjectOf(action);
  BATON_CHECK(relay::IsValidName(subject.room));
  for (const relay::Name& name : {subject.endpoint, subject.track, subject.subscriber,
                                  subject.to_endpoint, subject.to_track}) {
    BATON_CHECK(name.empty() || relay::IsValidName(name));
  }
  if (const auto* publish = std::get_if<relay::PublishTrack>(&action)) {
    CheckTrack(publish->parameters);
  }
  if (const auto* add = std::get_if<relay::AddLeg>(&action)) {
    BATON_CHECK(!add->payload_type || add->payload_type->value() <= 127);
    BATON_CHECK(!add->rtx_payload_type || add->rtx_payload_type->value() <= 127);
  }
  if (const auto* add = std::get_if<relay::AddPlainEndpoint>(&action)) {
    BATON_CHECK(add->remote.port != 0 && add->remote.ip.size() != 0);
  }
}

void CheckRequest(const std::string& bytes) {
  v1::Request request;
  if (!ParseMessage(bytes, &request)) return;
  const absl::StatusOr<Action> action = ToAction(request);
  if (action.ok()) {
    CheckAction(*action);
  } else {
    // Texts are for terminals and logs: short, and nothing raw from outside.
    BATON_CHECK(action.status().message().size() < 1024);
    BATON_CHECK(IsPrintable({action.status().message().data(), action.status().message().size()}));
  }
  if (request.ByteSizeLong() > 0 && request.ByteSizeLong() <= kLimit) {
    const std::string frame = EncodeFrame(request);
    const Decoded again =
        Decode({reinterpret_cast<const uint8_t*>(frame.data()), frame.size()}, frame.size());
    BATON_CHECK(again.messages.size() == 1);
    BATON_CHECK(again.messages[0] == request.SerializeAsString());
  }
}

// The same bytes as a client would meet them, from a node.
void CheckServerMessage(const std::string& bytes) {
  v1::ServerMessage message;
  if (!ParseMessage(bytes, &message) || !message.has_reply()) return;
  v1::Reply reply = message.reply();
  reply.set_more(false);
  v1::Reply merged;
  for (const v1::Reply& part : SplitReply(reply, 64)) merged.MergeFrom(part);
  merged.set_more(false);
  BATON_CHECK(merged.result_case() == reply.result_case());
  BATON_CHECK(merged.state().legs_size() == reply.state().legs_size());
  BATON_CHECK(merged.room_statistics().sampled_at_ms() == reply.room_statistics().sampled_at_ms());
  BATON_CHECK(merged.rooms().rooms_size() == reply.rooms().rooms_size());
}

}  // namespace
}  // namespace baton::control

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton::control;
  if (size == 0) return 0;
  const baton::Bytes stream(data + 1, size - 1);
  const Decoded decoded = Decode(stream, size_t{data[0]} + 1);
  BATON_CHECK(decoded == Decode(stream, stream.size() + 1));
  for (const std::string& message : decoded.messages) {
    CheckRequest(message);
    CheckServerMessage(message);
  }
  return 0;
}
