#include "record/depacketize/av1.h"

#include <array>
#include <utility>

#include "rtp/payload/av1.h"

namespace baton::record {
namespace {

bool IsKept(ObuType type) {
  switch (type) {
    case ObuType::kSequenceHeader:
    case ObuType::kFrameHeader:
    case ObuType::kTileGroup:
    case ObuType::kMetadata:
    case ObuType::kFrame:
    case ObuType::kRedundantFrameHeader:
      return true;
    default:
      return false;
  }
}

bool IsSequenceHeader(Bytes element) {
  const std::optional<Obu> obu = ReadObu(element);
  return obu && obu->type == ObuType::kSequenceHeader;
}

}  // namespace

void Av1Builder::Reset() {
  if (!std::exchange(carries_, false)) {
    data_.Clear();
    sequence_.reset();
    sequence_obu_.clear();
  }
  fragment_.Clear();
  in_fragment_ = false;
  obus_ = 0;
  has_frame_ = false;
  key_frame_ = false;
  empty_ = true;
  broken_ = false;
}

FrameBuilder::Part Av1Builder::Add(Bytes payload) {
  const std::optional<rtp::Av1AggregationHeader> header = rtp::ReadAv1(payload);
  if (!header) return {};
  const bool first_packet = std::exchange(empty_, false);
  if (first_packet && header->continues_previous) broken_ = true;  // its beginning is missing
  if (broken_) return {.ok = true};

  ByteReader reader(payload.subspan(1));
  bool begins = header->new_sequence || (first_packet && sequence_);
  for (size_t i = 0; reader.remaining() > 0; ++i) {
    const bool last_by_count = header->elements != 0 && i + 1 == header->elements;
    const size_t size = last_by_count ? reader.remaining() : ReadLeb128(reader);
    const Bytes bytes = reader.Slice(size);
    if (!reader.ok() || bytes.empty()) return {};
    const bool last = reader.remaining() == 0;
    if (header->elements != 0 && last != last_by_count) return {};
    if (!AddElement({.bytes = bytes,
                     .continues_previous = i == 0 && header->continues_previous,
                     .continues_in_next = last && header->continues_in_next})) {
      return {};
    }
    begins |= first_packet && i == 0 && IsSequenceHeader(bytes);
  }
  return {.ok = true, .begins_picture = begins};
}

void Av1Builder::Break() {
  broken_ = true;
  in_fragment_ = false;
  data_.Clear();
  fragment_.Clear();
}

bool Av1Builder::AddElement(const Element& element) {
  if (element.continues_previous != in_fragment_) return false;
  in_fragment_ = element.continues_in_next;
  const bool whole = !element.continues_previous && !element.continues_in_next;
  if (whole) return AddObu(element.bytes);
  if (!fragment_.Append(element.bytes)) return false;
  if (in_fragment_) return true;
  const bool added = AddObu(fragment_.bytes());
  fragment_.Clear();
  return added;
}

bool Av1Builder::AddObu(Bytes bytes) {
  const std::optional<Obu> obu = ReadObu(bytes);
  if (!obu || ++obus_ > kMaxObus) return false;
  if (!IsKept(obu->type)) return true;
  std::array<uint8_t, kMaxObuHeaderSize> header{};
  ByteWriter writer(header);
  WriteObuHeader(writer, *obu);
  const size_t offset = data_.size();
  if (!data_.Append(writer.written()) || !data_.Append(obu->payload)) return false;

  if (obu->type == ObuType::kSequenceHeader) {
    sequence_ = ReadAv1SequenceHeader(obu->payload);
    const Bytes whole = data_.From(offset);
    sequence_obu_.assign(whole.begin(), whole.end());
    return sequence_.has_value();
  }
  const bool begins_frame = obu->type == ObuType::kFrame || obu->type == ObuType::kFrameHeader;
  if (begins_frame && !std::exchange(has_frame_, true)) {
    key_frame_ = sequence_ && IsShownKeyFrame(obu->payload, *sequence_);
  }
  return true;
}

FrameBuilder::Outcome Av1Builder::Finish(Frame& frame) {
  if (broken_ || in_fragment_) return Outcome::kBroken;
  if (!has_frame_) {
    carries_ = true;
    return Outcome::kNoPicture;
  }
  frame.key_frame = key_frame_;
  if (key_frame_) {
    frame.width = sequence_->max_width;
    frame.height = sequence_->max_height;
    frame.extradata = std::move(sequence_obu_);
  }
  frame.data = data_.Take();
  return Outcome::kFrame;
}

}  // namespace baton::record
