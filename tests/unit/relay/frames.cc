#include "tests/unit/relay/frames.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "base/check.h"
#include "rtp/payload/payload_format.h"
#include "rtp/sequence.h"

namespace baton::relay::test {
namespace {

void AppendTag(const Tag& tag, Octets& payload) {
  Octets bytes(Tag::kSize);
  StoreU32(bytes.data(), tag.ssrc);
  StoreU32(bytes.data() + 4, tag.frame);
  bytes[8] = tag.index;
  bytes[9] = tag.packets;
  bytes[10] = static_cast<uint8_t>(tag.key);
  payload.insert(payload.end(), bytes.begin(), bytes.end());
}

std::optional<Tag> TagOf(Bytes payload) {
  if (payload.size() < Tag::kSize) return std::nullopt;
  const uint8_t* const at = payload.data() + payload.size() - Tag::kSize;
  return Tag{LoadU32(at), LoadU32(at + 4), at[8], at[9], at[10] != 0};
}

Got Read(const Sent& sent, rtp::PayloadFormat format) {
  const auto view = sent.rtp();
  BATON_CHECK(view.has_value());
  Got got;
  got.sequence = view->sequence.value();
  got.timestamp = view->timestamp.value();
  got.ssrc = view->ssrc.value();
  got.payload_type = view->payload_type.value();
  got.marker = view->marker;
  got.empty = view->payload().empty();
  const rtp::FrameInfo info = rtp::ReadFrameInfo(format, view->payload(), view->marker);
  got.picture_id = info.picture_id;
  got.tl0 = info.tl0_picture_index;
  got.temporal = info.temporal;
  got.spatial = info.spatial;
  got.tag = TagOf(view->payload());
  return got;
}

}  // namespace

Octets Packet(const RtpFields& fields, const Octets& payload, const rtp::ElementList& elements) {
  RtpFields header = fields;
  header.payload_size = 0;
  Octets bytes = Rtp(header);
  if (!elements.empty()) {
    const bool one_byte = std::all_of(elements.begin(), elements.end(), [](const auto& element) {
      return element.first <= 14 && !element.second.empty() && element.second.size() <= 16;
    });
    const Octets block = rtp::WriteElements(
        one_byte ? rtp::ExtensionForm::kOneByte : rtp::ExtensionForm::kTwoByte, elements);
    bytes[0] |= 0x10;
    bytes.insert(bytes.end(), block.begin(), block.end());
  }
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return bytes;
}

std::vector<Octets> Vp8Encoder::Frame(const FrameOptions& options) {
  std::vector<Octets> packets;
  if (options.temporal == 0) ++tl0_;
  picture_id_ = (picture_id_ + 1) & 0x7fff;
  timestamp_ += options.duration;
  for (size_t i = 0; i < options.packets; ++i) {
    Octets payload = {static_cast<uint8_t>(i == 0 ? 0x90 : 0x80),
                      0xe0,
                      static_cast<uint8_t>(0x80 | picture_id_ >> 8),
                      static_cast<uint8_t>(picture_id_),
                      tl0_,
                      static_cast<uint8_t>(options.temporal << 6 | (options.sync ? 0x20 : 0)),
                      static_cast<uint8_t>(options.key ? 0 : 1)};
    AppendTag({ssrc_, frames_, static_cast<uint8_t>(i), static_cast<uint8_t>(options.packets),
               options.key},
              payload);
    packets.push_back(Packet({.ssrc = ssrc_,
                              .sequence = sequence_++,
                              .timestamp = timestamp_,
                              .payload_type = payload_type,
                              .marker = i + 1 == options.packets},
                             payload, extensions));
  }
  ++frames_;
  return packets;
}

//   |I|P|L|F|B|E|V|Z|
Octets Vp9Payload(const Vp9Options& options) {
  const auto bit = [](bool set, int value) { return static_cast<uint8_t>(set ? value : 0); };
  Octets payload = {static_cast<uint8_t>(0xa0 | bit(!options.key, 0x40) | bit(options.starts, 8) |
                                         bit(options.ends, 4)),
                    static_cast<uint8_t>(0x80 | options.picture_id >> 8),
                    static_cast<uint8_t>(options.picture_id),
                    static_cast<uint8_t>(options.temporal << 5 | bit(options.switch_up, 0x10) |
                                         options.spatial << 1),
                    options.tl0};
  AppendTag({0, options.picture_id, 0, 1, options.key}, payload);
  return payload;
}

Got ReadVp8(const Sent& sent) { return Read(sent, rtp::PayloadFormat::kVp8); }
Got ReadVp9(const Sent& sent) { return Read(sent, rtp::PayloadFormat::kVp9); }

std::vector<Sent> To(const std::vector<Sent>& sent, std::string_view remote) {
  std::vector<Sent> to;
  std::copy_if(sent.begin(), sent.end(), std::back_inserter(to),
               [&](const Sent& s) { return s.to.remote == Address(remote); });
  return to;
}

std::vector<Got> Vp8To(const std::vector<Sent>& sent, std::string_view remote) {
  std::vector<Got> got;
  for (const Sent& s : To(sent, remote)) got.push_back(ReadVp8(s));
  return got;
}

std::string Vp8Receiver::Check(const Got& got) {
  if (!got.tag) return "no payload";
  std::string wrong;
  if (!packets_.empty()) wrong = CheckFrame(packets_.back(), got);
  packets_.push_back(got);
  return wrong;
}

std::string Vp8Receiver::CheckFrame(const Got& before, const Got& got) {
  const auto at = [&](std::string_view what) {
    return std::string(what) + " at packet " + std::to_string(packets_.size());
  };
  if (got.ssrc != before.ssrc) return at("another SSRC");
  if (got.sequence != static_cast<uint16_t>(before.sequence + 1)) return at("sequence steps");
  const bool same_stream = got.tag->ssrc == before.tag->ssrc;
  if (same_stream && got.tag->frame == before.tag->frame) {
    if (got.timestamp != before.timestamp) return at("timestamp changes within a frame");
    if (got.picture_id != before.picture_id) return at("picture ID changes within a frame");
    if (got.tl0 != before.tl0) return at("TL0PICIDX changes within a frame");
    return got.tag->index == before.tag->index + 1 ? "" : at("packet is out of its place");
  }
  if (!rtp::IsBefore(rtp::RtpTimestamp(before.timestamp), rtp::RtpTimestamp(got.timestamp))) {
    return at("timestamp does not rise");
  }
  if (complete_frames && !before.tag->is_last()) return at("the frame before is incomplete");
  if (got.tag->index != 0) return at("a frame without its beginning");
  if (consecutive_ids && got.picture_id != ((before.picture_id + 1) & 0x7fff)) {
    return at("picture ID steps");
  }
  const uint8_t tl0_step = got.temporal == 0 ? 1 : 0;
  if (consecutive_ids && got.tl0 != static_cast<uint8_t>(before.tl0 + tl0_step)) {
    return at("TL0PICIDX steps");
  }
  if (same_stream) return "";
  ++switches_;
  return got.tag->key ? "" : at("switch without a key frame");
}

}  // namespace baton::relay::test
