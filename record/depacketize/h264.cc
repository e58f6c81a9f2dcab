#include "record/depacketize/h264.h"

#include <cstddef>
#include <optional>
#include <utility>

namespace baton::record {
namespace {

// RFC 6184 section 5.2.
constexpr uint8_t kMaxSingleUnit = 23;
constexpr uint8_t kStapA = 24;
constexpr uint8_t kFuA = 28;

constexpr uint8_t kForbiddenBit = 0x80;
constexpr uint8_t kTypeMask = 0x1f;

bool IsUnit(uint8_t header) {
  const uint8_t type = header & kTypeMask;
  return (header & kForbiddenBit) == 0 && type > 0 && type <= kMaxSingleUnit;
}

bool IsParameterSet(uint8_t header) {
  const NalType type = NalTypeOf(header);
  return type == NalType::kSequenceParameterSet || type == NalType::kPictureParameterSet;
}

}  // namespace

void H264Builder::Reset() {
  if (!std::exchange(carries_, false)) {
    data_.Clear();
    own_sets_ = {};
    delimiter_end_ = 0;
    units_ = 0;
  }
  facts_ = {};
  sets_of_slices_.reset();
  in_fragment_ = false;
  has_slice_ = false;
  needed_later_ = own_sets_.sequence.any() || own_sets_.picture.any();
  key_frame_ = false;
  begins_ = false;
  empty_ = true;
  broken_ = false;
}

FrameBuilder::Part H264Builder::Add(Bytes payload) {
  const bool first = empty_;
  if (!AddPacket(payload)) return {};
  return {.ok = true, .begins_picture = first && begins_};
}

void H264Builder::Break() {
  broken_ = true;
  in_fragment_ = false;
  data_.Clear();
}

bool H264Builder::AddPacket(Bytes payload) {
  const uint8_t header = payload[0];
  switch (header & kTypeMask) {
    case kStapA:
      return AddAggregate(payload.subspan(1));
    case kFuA:
      return AddFragment(payload);
    default:
      return AddUnit(payload);
  }
}

bool H264Builder::AddUnit(Bytes unit) {
  if (in_fragment_ || !BeginUnit(unit[0], unit.subspan(1))) return false;
  if (!broken_) return EndUnit();
  // A key frame that is asked for now may come without them.
  if (IsParameterSet(unit[0])) sets_.Add(unit, own_sets_);
  return true;
}

// Section 5.7.1: two bytes of size before each unit.
bool H264Builder::AddAggregate(Bytes units) {
  ByteReader reader(units);
  while (reader.remaining() > 0) {
    const Bytes unit = reader.Slice(reader.U16());
    if (unit.empty() || !AddUnit(unit)) return false;
  }
  return reader.ok() && !units.empty();
}

// Section 5.8: the unit's header is in two parts, of which the second begins with where the
// fragment stands.
//   |F|NRI|  28     |
//   |S|E|R|  Type   |
bool H264Builder::AddFragment(Bytes payload) {
  if (payload.size() < 3) return false;
  const bool starts = (payload[1] & 0x80) != 0;
  const bool ends = (payload[1] & 0x40) != 0;
  const auto header = static_cast<uint8_t>((payload[0] & ~kTypeMask) | (payload[1] & kTypeMask));
  const Bytes body = payload.subspan(2);
  if (starts) {
    if (ends || in_fragment_ || !BeginUnit(header, body)) return false;
    in_fragment_ = !broken_;
    return true;
  }
  NoteHeader(header);
  if (std::exchange(empty_, false)) broken_ = true;  // its beginning is missing
  if (broken_) return true;
  if (!in_fragment_ || !data_.Append(body)) return false;
  in_fragment_ = !ends;
  return in_fragment_ || EndUnit();
}

bool H264Builder::BeginUnit(uint8_t header, Bytes body) {
  if (!IsUnit(header) || ++units_ > kMaxUnits) return false;
  NoteHeader(header);
  if (std::exchange(empty_, false)) begins_ = BeginsPicture(header, body);
  if (broken_) return true;
  unit_offset_ = data_.size() + kStartCode.size();
  return data_.Append(kStartCode) && data_.Append(Bytes(&header, 1)) && data_.Append(body);
}

bool H264Builder::EndUnit() {
  const Bytes unit = data_.From(unit_offset_);
  if (IsParameterSet(unit[0])) return sets_.Add(unit, own_sets_);
  if (IsSlice(unit[0])) return NoteSlice(unit);
  const bool delimiter = NalTypeOf(unit[0]) == NalType::kAccessUnitDelimiter;
  if (delimiter && units_ == 1) delimiter_end_ = data_.size();
  return true;
}

void H264Builder::NoteHeader(uint8_t header) {
  if (IsSlice(header)) has_slice_ = true;
  needed_later_ |= IsParameterSet(header) || (IsSlice(header) && IsReference(header));
  facts_.disposable = has_slice_ && !needed_later_;
}

bool H264Builder::NoteSlice(Bytes unit) {
  const NalType type = NalTypeOf(unit[0]);
  const bool has_header =
      type == NalType::kSlice || type == NalType::kDataPartitionA || type == NalType::kIdrSlice;
  if (!has_header) return true;
  const std::optional<SliceHeader> slice = ReadSliceHeader(unit);
  if (!slice) return false;
  const bool first = sets_of_slices_.none();
  if (first && slice->first_macroblock != 0) broken_ = true;
  sets_of_slices_.set(slice->picture_set_id);
  key_frame_ |= type == NalType::kIdrSlice;
  return true;
}

bool H264Builder::BeginsPicture(uint8_t header, Bytes body) const {
  const bool carried = data_.size() > 0;
  if (carried) return true;
  switch (NalTypeOf(header)) {
    case NalType::kAccessUnitDelimiter:
    case NalType::kSequenceParameterSet:
      return true;
    case NalType::kPictureParameterSet:
      return false;
    default:
      break;
  }
  // Of first_mb_in_slice a single 1 bit means 0.
  const bool first_slice = !body.empty() && (body[0] & 0x80) != 0;
  return !sender_repeats_sets_ && (!IsSlice(header) || first_slice);
}

FrameBuilder::Outcome H264Builder::Finish(Frame& frame) {
  if (broken_ || in_fragment_) return Outcome::kBroken;
  if (!has_slice_) {
    carries_ = true;
    return Outcome::kNoPicture;
  }
  frame.key_frame = key_frame_;
  if (key_frame_) return CompleteKeyFrame(frame) ? Outcome::kFrame : Outcome::kBroken;
  frame.data = data_.Take();
  return Outcome::kFrame;
}

bool H264Builder::CompleteKeyFrame(Frame& frame) {
  const std::optional<H264SetIds> needed = sets_.Needed(sets_of_slices_);
  if (!needed || needed->sequence.none()) return false;
  frame.extradata = sets_.AnnexB(*needed);
  for (size_t id = 0; id < kMaxSequenceParameterSets; ++id) {
    if (!needed->sequence[id]) continue;
    frame.width = sets_.sequence(id).width;
    frame.height = sets_.sequence(id).height;
  }
  sender_repeats_sets_ = own_sets_.Contains(*needed);
  frame.data = data_.Take();
  if (sender_repeats_sets_) return true;
  if (frame.data.size() + frame.extradata.size() > kMaxFrameSize) return false;
  frame.data.insert(frame.data.begin() + static_cast<ptrdiff_t>(delimiter_end_),
                    frame.extradata.begin(), frame.extradata.end());
  return true;
}

}  // namespace baton::record
