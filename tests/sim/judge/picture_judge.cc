#include "tests/sim/judge/picture_judge.h"

#include "absl/strings/str_cat.h"

namespace baton::sim {

std::optional<std::string> PictureJudge::OnPacket(uint16_t sequence, const PayloadView& payload) {
  const bool newer =
      !newest_ || static_cast<int16_t>(static_cast<uint16_t>(sequence - newest_->sequence)) > 0;
  if (!newer) return std::nullopt;
  const std::optional<Newest> before = newest_;
  newest_ = {sequence, payload};
  if (!before) return std::nullopt;

  const PacketIdentity& is = payload.identity;
  const PacketIdentity& was = before->payload.identity;
  const bool same_picture = is.tag.stream == was.tag.stream && is.frame.number == was.frame.number;
  const auto step =
      static_cast<uint16_t>(payload.numbers.picture_id - before->payload.numbers.picture_id) &
      0x7fff;
  const bool forward = step > 0 && step < 0x4000;
  if (same_picture ? step == 0 : forward) return std::nullopt;
  return absl::StrCat("picture ID ", payload.numbers.picture_id, " of frame ", is.frame.number,
                      " of stream ", is.tag.stream, " after ", before->payload.numbers.picture_id,
                      " of frame ", was.frame.number, " of stream ", was.tag.stream);
}

}  // namespace baton::sim
