#include "record/depacketize/frame_gate.h"

#include <algorithm>

namespace baton::record {
namespace {

// From `from` to `to`, forward; nothing if they do not both have a picture ID of the same width.
std::optional<uint16_t> PictureSteps(const rtp::FrameInfo& from, const rtp::FrameInfo& to) {
  if (to.picture_id_bits == 0 || to.picture_id_bits != from.picture_id_bits) return std::nullopt;
  const auto mask = static_cast<uint16_t>((1 << to.picture_id_bits) - 1);
  return static_cast<uint16_t>((to.picture_id - from.picture_id) & mask);
}

}  // namespace

bool FrameGate::Pass(const PictureFacts& facts, const Arrival& arrival) {
  if (arrival.lost_before > 0) NoteLoss(facts.info, arrival.lost_before);
  Advance(facts.info, arrival.lost_before);
  if (arrival.complete && !arrival.key_frame && !facts.disposable) knows_disposable_ = true;

  const bool passes = arrival.complete && (arrival.key_frame || OnlyRefersToDecodable(facts));
  if (passes) {
    NotePassed(facts, arrival.key_frame);
  } else {
    NoteLeftOut(facts, arrival.complete);
  }
  return passes;
}

bool FrameGate::IntactUpTo(uint8_t temporal) const {
  for (size_t layer = 0; layer <= temporal; ++layer) {
    if (!intact_[layer]) return false;
  }
  return true;
}

bool FrameGate::OnlyRefersToDecodable(const PictureFacts& facts) const {
  if (IntactUpTo(facts.info.temporal)) return true;
  if (facts.info.temporal_layer_sync && intact_[0]) return true;
  return !facts.references.empty() &&
         std::all_of(facts.references.begin(), facts.references.end(),
                     [this](uint8_t distance) { return distance > 0 && decodable_[distance]; });
}

void FrameGate::BreakFrom(uint8_t temporal) {
  for (size_t layer = temporal; layer < kTemporalLayers; ++layer) intact_[layer] = false;
}

void FrameGate::NoteLoss(const rtp::FrameInfo& info, uint64_t lost) {
  if (!newest_ || LostNoPicture(info, lost)) return;
  BreakFrom(LostNoneOfLowestLayer(info, lost) ? 1 : 0);
}

bool FrameGate::LostNoPicture(const rtp::FrameInfo& info, uint64_t lost) const {
  const bool cannot_have_come_around = lost < uint64_t{1} << info.picture_id_bits;
  return PictureSteps(*newest_, info) == 1 && cannot_have_come_around;
}

bool FrameGate::LostNoneOfLowestLayer(const rtp::FrameInfo& info, uint64_t lost) const {
  const bool counted = newest_->has_tl0_picture_index && info.has_tl0_picture_index;
  const bool cannot_have_come_around = lost < 256;
  if (!counted || !cannot_have_come_around) return false;
  const int own = info.temporal == 0 ? 1 : 0;
  return info.tl0_picture_index == static_cast<uint8_t>(newest_->tl0_picture_index + own);
}

void FrameGate::Advance(const rtp::FrameInfo& info, uint64_t lost) {
  const auto steps = newest_ ? PictureSteps(*newest_, info) : std::nullopt;
  newest_ = info;
  if (!steps || *steps >= kHistory || lost >= uint64_t{1} << info.picture_id_bits) {
    decodable_.reset();
  } else {
    decodable_ <<= *steps;
  }
}

void FrameGate::NotePassed(const PictureFacts& facts, bool key_frame) {
  const uint8_t temporal = facts.info.temporal;
  decodable_[0] = true;
  if (key_frame) {
    intact_.set();
    key_frame_wanted_ = false;
    left_out_ = 0;
  }
  if (facts.info.temporal_layer_sync && !facts.disposable) intact_[temporal] = true;
  if (facts.info.temporal_switch_up && IntactUpTo(temporal)) intact_.set();
  if (++passed_in_a_row_ >= kPatience) left_out_ = 0;
}

void FrameGate::NoteLeftOut(const PictureFacts& facts, bool complete) {
  passed_in_a_row_ = 0;
  decodable_[0] = false;
  if (!complete && facts.disposable && knows_disposable_) return;
  const uint8_t temporal = facts.info.temporal;
  BreakFrom(temporal);
  if (complete) ++left_out_;
  if (temporal == 0 || left_out_ >= kPatience) key_frame_wanted_ = true;
}

}  // namespace baton::record
