#include "tests/sim/media/payload.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace baton::sim {
namespace {

// X, I, L, T and K set, 15 bits of picture id: the descriptor that browsers send.
constexpr size_t kDescriptorSize = 6;
constexpr size_t kFrameHeaderSize = 10;
constexpr size_t kIdentitySize = 24;
constexpr uint16_t kMagic = 0xB47A;

static_assert(kMinPayload >= kDescriptorSize + kFrameHeaderSize + kIdentitySize);

// Follows from all of the identity, so that no bit of either can change alone.
void WriteFiller(Bytes identity, MutableBytes out) {
  uint64_t word =
      HashBytes({reinterpret_cast<const char*>(identity.data()), identity.size()}, kMagic);
  while (!out.empty()) {
    const size_t size = std::min(out.size(), sizeof word);
    std::memcpy(out.data(), &word, size);
    word += 0x9e3779b97f4a7c15;
    out = out.subspan(size);
  }
}

void WriteDescriptor(const PacketIdentity& identity, const Vp8Numbers& numbers, uint8_t* out) {
  const FrameIdentity& frame = identity.frame;
  out[0] = static_cast<uint8_t>(0x80 | (identity.begins_frame() ? 0x10 : 0));
  out[1] = 0xf0;
  StoreU16(&out[2], static_cast<uint16_t>(0x8000 | numbers.picture_id));
  out[4] = numbers.tl0_picture_index;
  out[5] = static_cast<uint8_t>(frame.temporal << 6 | (frame.sync ? 0x20 : 0));
}

// RFC 6386 section 9.1: the first bit says whether it is an interframe; start code and size.
void WriteFrameHeader(const FrameIdentity& frame, uint8_t* out) {
  const std::array<uint8_t, kFrameHeaderSize> header = {
      static_cast<uint8_t>(frame.key ? 0x10 : 0x11),
      0,
      0,
      0x9d,
      0x01,
      0x2a,
      0x80,
      0x02,
      0xe0,
      0x01};
  std::copy(header.begin(), header.end(), out);
}

void WriteIdentity(const PacketIdentity& identity, MutableBytes out) {
  const FrameIdentity& frame = identity.frame;
  ByteWriter writer(out);
  writer.U16(kMagic);
  writer.U32(identity.tag.stream);
  writer.U32(identity.tag.index);
  writer.U32(frame.number);
  writer.U8(
      static_cast<uint8_t>((frame.key ? 0x80 : 0) | (frame.sync ? 0x40 : 0) | frame.temporal));
  for (const uint8_t reference : frame.references) writer.U8(reference);
  writer.U8(identity.packet);
  writer.U8(identity.packets);
  writer.Zeros(out.size() - writer.size());
}

PacketIdentity ReadIdentity(Bytes bytes) {
  ByteReader reader(bytes);
  reader.Skip(2);
  PacketIdentity identity;
  identity.tag.stream = reader.U32();
  identity.tag.index = reader.U32();
  identity.frame.number = reader.U32();
  const uint8_t flags = reader.U8();
  identity.frame.key = (flags & 0x80) != 0;
  identity.frame.sync = (flags & 0x40) != 0;
  identity.frame.temporal = flags & 0x03;
  for (uint8_t& reference : identity.frame.references) reference = reader.U8();
  identity.packet = reader.U8();
  identity.packets = reader.U8();
  return identity;
}

size_t PrefixSize(PayloadForm form, bool begins_frame) {
  if (form == PayloadForm::kBare) return 0;
  return kDescriptorSize + (begins_frame ? kFrameHeaderSize : 0);
}

}  // namespace

void WritePayload(PayloadForm form, const PacketIdentity& identity, const Vp8Numbers& numbers,
                  MutableBytes out) {
  const size_t prefix = PrefixSize(form, identity.begins_frame());
  if (form == PayloadForm::kVp8) {
    WriteDescriptor(identity, numbers, out.data());
    if (identity.begins_frame()) WriteFrameHeader(identity.frame, &out[kDescriptorSize]);
  }
  const MutableBytes said = out.subspan(prefix, kIdentitySize);
  WriteIdentity(identity, said);
  WriteFiller(said, out.subspan(prefix + kIdentitySize));
}

std::optional<PayloadView> PeekPayload(PayloadForm form, Bytes payload) {
  if (payload.size() < kMinPayload) return std::nullopt;
  const bool begins_frame = form == PayloadForm::kVp8 && (payload[0] & 0x10) != 0;
  const Bytes identity = payload.subspan(PrefixSize(form, begins_frame), kIdentitySize);
  if (LoadU16(identity.data()) != kMagic) return std::nullopt;
  PayloadView view;
  view.identity = ReadIdentity(identity);
  if (form == PayloadForm::kVp8) {
    view.numbers = {static_cast<uint16_t>(LoadU16(&payload[2]) & 0x7fff), payload[4]};
  }
  return view;
}

std::optional<PayloadView> ReadPayload(PayloadForm form, Bytes payload) {
  std::array<uint8_t, kMaxPayload> expected;
  if (payload.size() > expected.size()) return std::nullopt;
  const std::optional<PayloadView> view = PeekPayload(form, payload);
  if (!view) return std::nullopt;
  WritePayload(form, view->identity, view->numbers, MutableBytes(expected.data(), payload.size()));
  if (!std::equal(payload.begin(), payload.end(), expected.begin())) return std::nullopt;
  return view;
}

}  // namespace baton::sim
