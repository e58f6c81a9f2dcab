// What depacketising is in all video formats: where pictures begin and end, whether all of one is
// there, and whether it can be decoded.
//
// A picture is the packets of one timestamp up to the marker, which is complete if no number is
// missing from its beginning to its end. The beginning is the packet behind the end of the picture
// before, or one that says so by itself; the end is the marker, a packet that says so by itself, or
// the last one before a packet of another timestamp, if that follows without a gap.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/time_point.h"
#include "record/depacketize/depacketizer.h"
#include "record/depacketize/frame_builder.h"
#include "record/depacketize/frame_gate.h"
#include "record/media.h"
#include "record/timestamp_unwrapper.h"
#include "rtp/types.h"

namespace baton::record {

class VideoDepacketizer final : public Depacketizer {
 public:
  // `builder` is that of the track's format.
  explicit VideoDepacketizer(std::unique_ptr<FrameBuilder> builder);

  void Take(const TrackPacket& packet, std::vector<Frame>& frames) override;
  void Lost(const Gap& gap) override;
  void Flush(std::vector<Frame>& frames) override;
  bool key_frame_wanted() const override { return gate_.key_frame_wanted(); }
  const Counters& counters() const override { return counters_; }

 private:
  // The picture of which packets are being taken.
  struct Picture {
    rtp::RtpTimestamp timestamp;
    TimePoint received;
    uint64_t lost_before = 0;
    bool damaged = false;
  };

  void Begin(const TrackPacket& packet);
  // Returns whether the packet says that the picture ends with it.
  bool Add(const TrackPacket& packet, bool first);
  void Damage();
  void End(std::vector<Frame>& frames);

  std::unique_ptr<FrameBuilder> builder_;
  FrameGate gate_;
  TimestampUnwrapper timestamps_;
  Counters counters_;
  std::optional<Picture> picture_;
  bool joined_ = false;         // a packet has come
  uint64_t lost_ = 0;           // packets, since the last one that came
  bool discontinuity_ = false;  // something is missing since the last frame
};

}  // namespace baton::record
