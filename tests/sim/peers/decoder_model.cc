#include "tests/sim/peers/decoder_model.h"

#include <algorithm>

namespace baton::sim {

bool DecoderModel::SeemsDecodable(const ReceivedFrame& frame, int64_t continues_at) const {
  if (frame.identity.key) return true;
  if (!started_) return false;
  if (continuity_ == Continuity::kSequence) {
    return frame.first_sequence == continues_at;
  }
  const uint8_t index = frame.numbers.tl0_picture_index;
  if (frame.identity.temporal == 0) {
    return index == static_cast<uint8_t>(tl0_picture_index_ + 1);
  }
  const auto next_picture = static_cast<uint16_t>((last_.numbers.picture_id + 1) & 0x7fff);
  return index == tl0_picture_index_ &&
         (frame.identity.sync || frame.numbers.picture_id == next_picture);
}

bool DecoderModel::IsDecodable(const ReceivedFrame& frame) const {
  if (frame.identity.key) return true;
  return std::all_of(
      frame.identity.references.begin(), frame.identity.references.end(), [&](uint8_t age) {
        return age == 0 || std::any_of(decoded_.begin(), decoded_.end(), [&](const Decoded& d) {
                 return d.stream == frame.stream && d.number == frame.identity.number - age;
               });
      });
}

void DecoderModel::Decode(const ReceivedFrame& frame) {
  started_ = true;
  last_ = frame;
  if (frame.identity.temporal == 0) tl0_picture_index_ = frame.numbers.tl0_picture_index;
  decoded_[next_++ % kRemembered] = {frame.stream, frame.identity.number};
}

}  // namespace baton::sim
