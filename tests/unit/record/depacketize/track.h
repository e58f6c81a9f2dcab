// A track that a test sends packet by packet.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "record/depacketize/depacketizer.h"
#include "record/media.h"
#include "record/media_format.h"

namespace baton::record {

using Payload = std::vector<uint8_t>;

class TestTrack {
 public:
  explicit TestTrack(const Codec& codec) : depacketizer_(MakeDepacketizer(codec)) {}

  // The next packet, in an allocation of exactly its size.
  void Send(const Payload& payload, uint32_t timestamp, bool marker) {
    now_ += std::chrono::milliseconds(1);
    depacketizer_->Take({.sequence = rtp::ExtendedSequence(next_++),
                         .timestamp = rtp::RtpTimestamp(timestamp),
                         .marker = marker,
                         .payload = payload,
                         .received = now_},
                        frames_);
  }
  // The packets of a frame, the last one with the marker.
  void SendFrame(const std::vector<Payload>& payloads, uint32_t timestamp) {
    for (size_t i = 0; i < payloads.size(); ++i) {
      Send(payloads[i], timestamp, i + 1 == payloads.size());
    }
  }
  void Lose(uint64_t count = 1) {
    depacketizer_->Lost({rtp::ExtendedSequence(next_), count});
    next_ += count;
  }
  void Flush() { depacketizer_->Flush(frames_); }

  // What has come out since the last call.
  std::vector<Frame> TakeFrames() { return std::exchange(frames_, {}); }
  // The timestamps of these.
  std::vector<int64_t> TakeTimes() {
    std::vector<int64_t> times;
    for (const Frame& frame : TakeFrames()) times.push_back(frame.rtp_time);
    return times;
  }

  bool key_frame_wanted() const { return depacketizer_->key_frame_wanted(); }
  const Depacketizer::Counters& counters() const { return depacketizer_->counters(); }
  TimePoint now() const { return now_; }

 private:
  std::unique_ptr<Depacketizer> depacketizer_;
  std::vector<Frame> frames_;
  uint64_t next_ = 100'000;
  TimePoint now_{std::chrono::hours(1)};
};

using Times = std::vector<int64_t>;

}  // namespace baton::record
