// What the fuzz targets of depacketisers have in common.
//
// An input is packets in order, each {flags, size of the payload (2 bytes), payload}:
//    0 1 2 3 4 5 6 7
//   |M|L| step  | - |   M: marker; L: packets before it are lost; how far the timestamp goes on
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"
#include "record/depacketize/depacketizer.h"

namespace baton::record {

class DepacketizerFuzz {
 public:
  explicit DepacketizerFuzz(const Codec& codec)
      : video_(IsVideo(*MediaFormatOf(codec))), depacketizer_(MakeDepacketizer(codec)) {}

  // Calls `check_format(const Frame&)` for each frame.
  template <class CheckFormat>
  void Run(Bytes input, CheckFormat check_format) {
    ByteReader reader(input);
    while (reader.remaining() > 0) {
      const uint8_t flags = reader.U8();
      // In an allocation of its own, so that the sanitizer sees a read past the end.
      const Bytes slice = reader.Slice(reader.U16());
      if (!reader.ok()) break;
      const std::vector<uint8_t> payload(slice.begin(), slice.end());
      if ((flags & 0x40) != 0) Lose();
      Send(flags, payload);
      CheckFrames(check_format);
    }
    depacketizer_->Flush(frames_);
    BATON_CHECK(frames_.size() <= 1);
    CheckFrames(check_format);
    depacketizer_->Flush(frames_);
    BATON_CHECK(frames_.empty());
  }

 private:
  void Lose() {
    depacketizer_->Lost({rtp::ExtendedSequence(next_), 3});
    next_ += 3;
    lost_ += 3;
    something_missing_ = true;
  }

  void Send(uint8_t flags, Bytes payload) {
    timestamp_ += static_cast<uint32_t>(flags >> 2 & 0x0f) * 0x1000'0001;  // any, and back as well
    depacketizer_->Take({.sequence = rtp::ExtendedSequence(next_++),
                         .timestamp = rtp::RtpTimestamp(timestamp_),
                         .marker = (flags & 0x80) != 0,
                         .payload = payload,
                         .received = TimePoint(Duration(next_))},
                        frames_);
    BATON_CHECK(frames_.size() <= 2);
  }

  template <class CheckFormat>
  void CheckFrames(CheckFormat check_format) {
    for (const Frame& frame : frames_) {
      CheckFrame(frame);
      check_format(frame);
    }
    frames_.clear();
    const Depacketizer::Counters& counters = depacketizer_->counters();
    BATON_CHECK(counters.frames == count_);
    BATON_CHECK(counters.packets_lost == lost_);
    BATON_CHECK(video_ || !depacketizer_->key_frame_wanted());
  }

  void CheckFrame(const Frame& frame) {
    BATON_CHECK(!frame.data.empty() && frame.data.size() <= kMaxFrameSize);
    BATON_CHECK(video_ == (frame.duration == 0));
    const bool says_more = frame.width != 0 || frame.height != 0 || !frame.extradata.empty();
    BATON_CHECK(frame.key_frame || (video_ && !says_more));
    BATON_CHECK(count_ > 0 || frame.key_frame);
    BATON_CHECK(frame.discontinuity || !something_missing_);
    something_missing_ = false;
    ++count_;
  }

  const bool video_;
  std::unique_ptr<Depacketizer> depacketizer_;
  std::vector<Frame> frames_;
  uint64_t next_ = 1 << 16;
  uint32_t timestamp_ = 0;
  uint64_t count_ = 0;
  uint64_t lost_ = 0;
  bool something_missing_ = false;
};

}  // namespace baton::record
