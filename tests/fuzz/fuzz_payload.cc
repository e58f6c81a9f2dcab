// Payload descriptors and dependency descriptors: reading stays in bounds, rewritten numbers are
// read again and nothing else changes, and what is kept of a stream is bounded.
//
// An input is {format, picture ID (2 bytes), TL0PICIDX}, then a payload; or {4 or above}, then
// dependency descriptors of one stream, each behind a byte of its size, of which the highest bit
// says that it comes late.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "rtp/payload/dependency_descriptor.h"
#include "rtp/payload/payload_format.h"

using namespace baton;
using namespace baton::rtp;

namespace {

constexpr std::array kFormats = {PayloadFormat::kVp8, PayloadFormat::kVp9, PayloadFormat::kH264,
                                 PayloadFormat::kAv1};

void CheckPayload(PayloadFormat format, const PictureNumbers& numbers, Bytes payload) {
  FrameInfo expected = ReadFrameInfo(format, payload, false);
  BATON_CHECK(!expected.ends_picture);
  BATON_CHECK(expected.spatial < 8 && expected.temporal < 8);
  BATON_CHECK(expected.picture_id >> expected.picture_id_bits == 0);
  FrameInfo with_marker = expected;
  with_marker.ends_frame = true;
  with_marker.ends_picture = true;
  BATON_CHECK(ReadFrameInfo(format, payload, true) == with_marker);

  std::array<uint8_t, kMaxRewrittenSize> out{};
  const size_t size = RewriteDescriptor(format, payload, numbers, out);
  const bool has_numbers = expected.picture_id_bits != 0 || expected.has_tl0_picture_index;
  BATON_CHECK((size > 0) == has_numbers && size <= payload.size());
  std::vector<uint8_t> rewritten(payload.begin(), payload.end());
  std::copy_n(out.begin(), size, rewritten.begin());
  const auto mask = static_cast<uint16_t>((1 << expected.picture_id_bits) - 1);
  expected.picture_id = numbers.picture_id & mask;
  if (expected.has_tl0_picture_index) expected.tl0_picture_index = numbers.tl0_picture_index;
  BATON_CHECK(ReadFrameInfo(format, rewritten, false) == expected);
}

void CheckStructure(const DependencyStructure& structure) {
  BATON_CHECK(structure.templates <= kMaxDependencyTemplates);
  BATON_CHECK(structure.decode_targets <= kMaxDecodeTargets);
  BATON_CHECK(structure.chains <= structure.decode_targets);
  BATON_CHECK((structure.templates == 0) == (structure.decode_targets == 0));
  for (const LayerId& layer : structure.layers) {
    BATON_CHECK(layer.spatial < 4 && layer.temporal < 8);
  }
}

void CheckDependencies(ByteReader reader) {
  DependencyReader stream;
  while (reader.remaining() > 0) {
    const uint8_t first = reader.U8();
    const bool newest = (first & 0x80) == 0;
    const Bytes value = reader.Slice(first & 0x7f);
    if (!reader.ok()) return;
    const DependencyStructure before = stream.structure();
    const auto descriptor = stream.Read(value, newest);
    CheckStructure(stream.structure());
    const bool may_change = descriptor && descriptor->has_structure && newest;
    BATON_CHECK(may_change || stream.structure() == before);
    if (!descriptor) continue;
    const FrameInfo info = ToFrameInfo(*descriptor, false);
    BATON_CHECK(info.has_layers && info.spatial < 4 && info.temporal < 8);
    BATON_CHECK(!info.begins_key_frame || info.starts_frame);
    BATON_CHECK(descriptor->frame_number == LoadU16(&value[kFrameNumberOffset]));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader reader(Bytes(data, size));
  const uint8_t selector = reader.U8();
  if (selector >= kFormats.size()) {
    CheckDependencies(reader);
    return 0;
  }
  const PictureNumbers numbers = {reader.U16(), reader.U8()};
  if (reader.ok()) CheckPayload(kFormats[selector], numbers, reader.Rest());
  return 0;
}
