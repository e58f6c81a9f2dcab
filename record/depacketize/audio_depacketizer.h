// Audio: the payload of a packet is a frame, and what is lost is a gap.
#pragma once

#include <cstdint>
#include <vector>

#include "record/depacketize/depacketizer.h"
#include "record/media.h"
#include "record/media_format.h"
#include "record/timestamp_unwrapper.h"

namespace baton::record {

class AudioDepacketizer final : public Depacketizer {
 public:
  // `format` is one of audio; `channels` 1..8.
  AudioDepacketizer(MediaFormat format, uint8_t channels);

  void Take(const TrackPacket& packet, std::vector<Frame>& frames) override;
  void Lost(const Gap& gap) override;
  void Flush(std::vector<Frame>&) override {}
  bool key_frame_wanted() const override { return false; }
  const Counters& counters() const override { return counters_; }

 private:
  uint32_t DurationOf(Bytes payload) const;

  const MediaFormat format_;
  const uint8_t channels_;
  TimestampUnwrapper timestamps_;
  Counters counters_;
  bool discontinuity_ = false;
};

}  // namespace baton::record
