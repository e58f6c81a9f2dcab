// H.264 in RTP (RFC 6184, packetization modes 0 and 1): an access unit is the NAL units of its
// packets: whole ones, several in a STAP-A, or one in FU-As. It becomes one in Annex B's form. A
// key frame, which is an IDR picture, gets the parameter sets that it needs if the sender has sent
// them only earlier.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "record/depacketize/frame_builder.h"
#include "record/depacketize/frame_bytes.h"
#include "record/depacketize/h264_parameter_sets.h"
#include "record/depacketize/h264_set_store.h"

namespace baton::record {

class H264Builder final : public FrameBuilder {
 public:
  void Reset() override;
  Part Add(Bytes payload) override;
  void Break() override;
  const PictureFacts& facts() const override { return facts_; }
  Outcome Finish(Frame& frame) override;

 private:
  static constexpr size_t kMaxUnits = 4096;  // of an access unit

  // Each returns false if the packet is malformed, or too much.
  bool AddPacket(Bytes payload);
  bool AddUnit(Bytes unit);
  bool AddAggregate(Bytes units);
  bool AddFragment(Bytes payload);

  // A unit begins, of which `body` is what has come behind its header.
  bool BeginUnit(uint8_t header, Bytes body);
  // All of the unit at the end of data_ has come.
  bool EndUnit();
  void NoteHeader(uint8_t header);
  bool NoteSlice(Bytes unit);
  // Whether nothing of the access unit can have come before this unit.
  bool BeginsPicture(uint8_t header, Bytes body) const;
  bool CompleteKeyFrame(Frame& frame);

  // Of the stream.
  H264SetStore sets_;
  // The last key frame brought all that it needed; what is not known yet is taken to be so.
  bool sender_repeats_sets_ = true;

  // Of the access unit.
  PictureFacts facts_;
  FrameBytes data_;
  size_t unit_offset_ = 0;    // of the last unit in data_, behind its start code
  size_t delimiter_end_ = 0;  // of an access unit delimiter, which comes before all else
  size_t units_ = 0;
  H264SetIds own_sets_;
  std::bitset<kMaxPictureParameterSets> sets_of_slices_;
  bool in_fragment_ = false;
  bool has_slice_ = false;
  bool needed_later_ = false;  // a slice is for reference, or there are parameter sets
  bool key_frame_ = false;
  bool begins_ = false;  // its first unit says that it is
  bool empty_ = true;    // no unit has begun
  bool broken_ = false;
  // data_ and own_sets_ are from an access unit without a picture, and belong to the next one.
  bool carries_ = false;
};

}  // namespace baton::record
