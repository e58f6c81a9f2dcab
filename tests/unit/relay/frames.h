// Video as an encoder sends it: frames of several packets, with the numbers, layers and marks of
// their payload formats; and what a receiver makes of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rtp/packet.h"
#include "tests/unit/relay/harness.h"
#include "tests/unit/rtp/extension_bytes.h"

namespace baton::relay::test {

// An RTP packet with this payload and these header extensions.
Octets Packet(const RtpFields& fields, const Octets& payload,
              const rtp::ElementList& elements = {});

// What a packet is of, at the end of its payload.
struct Tag {
  uint32_t ssrc = 0;
  uint32_t frame = 0;  // counts the stream's from 0
  uint8_t index = 0;   // of the frame's packets
  uint8_t packets = 0;
  bool key = false;
  static constexpr size_t kSize = 11;

  bool is_last() const { return index + 1 == packets; }
  friend bool operator==(const Tag&, const Tag&) = default;
};

struct FrameOptions {
  bool key = false;
  size_t packets = 1;
  uint8_t temporal = 0;
  bool sync = false;         // VP8's Y
  uint32_t duration = 3000;  // since the frame before
};

// RFC 7741, with picture IDs of 15 bits, TL0PICIDX and temporal layers.
class Vp8Encoder {
 public:
  explicit Vp8Encoder(uint32_t ssrc, uint16_t sequence = 100, uint32_t timestamp = 90'000,
                      uint16_t picture_id = 1000, uint8_t tl0 = 50)
      : ssrc_(ssrc),
        sequence_(sequence),
        timestamp_(timestamp),
        picture_id_(picture_id),
        tl0_(tl0) {}

  std::vector<Octets> Frame(const FrameOptions& options);
  Octets Key() { return Frame({.key = true})[0]; }
  Octets Delta() { return Frame({})[0]; }

  uint32_t timestamp() const { return timestamp_; }
  uint32_t ssrc() const { return ssrc_; }
  uint8_t payload_type = 96;
  rtp::ElementList extensions;  // of every packet

 private:
  uint32_t ssrc_;
  uint16_t sequence_;
  uint32_t timestamp_;
  uint16_t picture_id_;
  uint8_t tl0_;
  uint32_t frames_ = 0;
};

struct Vp9Options {
  uint16_t picture_id = 0;
  uint8_t tl0 = 0;
  uint8_t spatial = 0;
  uint8_t temporal = 0;
  bool key = false;
  bool switch_up = false;
  bool starts = true;
  bool ends = true;
};
// RFC 9628, not flexible.
Octets Vp9Payload(const Vp9Options& options);

// A packet that has come out, read again.
struct Got {
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  uint8_t payload_type = 0;
  bool marker = false;
  bool empty = false;  // nothing but padding
  uint16_t picture_id = 0;
  uint8_t tl0 = 0;
  uint8_t temporal = 0;
  uint8_t spatial = 0;
  std::optional<Tag> tag;
};
Got ReadVp8(const Sent& sent);
Got ReadVp9(const Sent& sent);

// What was sent to one address, in order.
std::vector<Sent> To(const std::vector<Sent>& sent, std::string_view remote);
std::vector<Got> Vp8To(const std::vector<Sent>& sent, std::string_view remote);

// Follows a leg's VP8 packets in order and without loss: says what is wrong, or nothing.
class Vp8Receiver {
 public:
  // Empty if the packet may follow those before.
  std::string Check(const Got& got);
  const std::vector<Got>& packets() const { return packets_; }
  uint32_t stream() const { return packets_.back().tag->ssrc; }
  size_t switches() const { return switches_; }
  bool complete_frames = true;  // a frame that was begun has to be complete before the next
  bool consecutive_ids = true;  // picture IDs go up by one

 private:
  std::string CheckFrame(const Got& before, const Got& got);

  std::vector<Got> packets_;
  size_t switches_ = 0;
};

}  // namespace baton::relay::test
