// Header extensions: what a leg's packet says is what its publisher said and both have negotiated,
// and what the leg says in its own name; in the shorter form that can say it.
//
// An input is the ids of publisher and subscriber, a byte for each kind; what the leg says: flags
// and 7 bytes of values; the extension's profile; and its data.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"
#include "rtp/extension_block.h"
#include "rtp/extension_map.h"
#include "rtp/extension_values.h"
#include "rtp/header_extensions.h"

using namespace baton;
using namespace baton::rtp;

namespace {

struct Element {
  uint8_t id;
  std::vector<uint8_t> data;

  friend bool operator==(const Element&, const Element&) = default;
};

std::vector<Element> ReadAll(uint16_t profile, Bytes extension) {
  std::vector<Element> elements;
  ExtensionReader reader(profile, extension);
  while (const auto element = reader.Next()) {
    elements.push_back({element->id, {element->data.begin(), element->data.end()}});
    ReadAudioLevel(element->data);
    ReadTransportSequence(element->data);
    const auto mid = ReadMid(element->data);
    BATON_CHECK(!mid || IsMid(*mid));
    const auto rid = ReadRid(element->data);
    BATON_CHECK(!rid || (IsRid(*rid) && IsMid(*rid)));
  }
  return elements;
}

ExtensionIds ReadIds(ByteReader& reader) {
  ExtensionIds ids;
  for (size_t i = 0; i < kExtensionKinds; ++i) {
    const auto kind = static_cast<ExtensionKind>(i);
    const uint8_t id = reader.U8();
    const auto owner = ids.KindOf(id);
    BATON_CHECK(ids.Set(kind, id) == !owner.has_value());
    BATON_CHECK(ids.IdOf(kind) == (owner ? 0 : id));
  }
  return ids;
}

bool StaysOnItsHop(ExtensionKind kind) {
  constexpr std::array kKinds = {ExtensionKind::kMid, ExtensionKind::kRid,
                                 ExtensionKind::kRepairedRid, ExtensionKind::kTransportSequence,
                                 ExtensionKind::kAbsoluteSendTime};
  return std::ranges::find(kKinds, kind) != kKinds.end();
}

std::vector<Element> Expected(const std::vector<Element>& source, const ExtensionIds& publisher,
                              const ExtensionIds& subscriber, const ExtensionOverrides& own) {
  std::vector<Element> expected;
  const auto add = [&](ExtensionKind kind, std::vector<uint8_t> data) {
    const uint8_t id = subscriber.IdOf(kind);
    if (id != 0) expected.push_back({id, std::move(data)});
  };
  if (!own.mid.empty()) add(ExtensionKind::kMid, {own.mid.begin(), own.mid.end()});
  if (own.transport_sequence) {
    const uint16_t value = own.transport_sequence->value();
    add(ExtensionKind::kTransportSequence,
        {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)});
  }
  if (own.absolute_send_time) {
    std::vector<uint8_t> value(3);
    StoreU24(value.data(), *own.absolute_send_time);
    add(ExtensionKind::kAbsoluteSendTime, value);
  }
  for (const Element& element : source) {
    const auto kind = publisher.KindOf(element.id);
    if (!kind || StaysOnItsHop(*kind)) continue;
    std::vector<uint8_t> data = element.data;
    if (*kind == ExtensionKind::kDependencyDescriptor && own.frame_number && data.size() >= 3) {
      StoreU16(&data[1], *own.frame_number);
    }
    add(*kind, data);
  }
  return expected;
}

bool FitsOneByteForm(const Element& element) {
  return element.id <= kMaxOneByteId && !element.data.empty() &&
         element.data.size() <= kMaxOneByteSize;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader reader(Bytes(data, size));
  const ExtensionIds publisher = ReadIds(reader);
  const ExtensionIds subscriber = ReadIds(reader);
  const uint8_t flags = reader.U8();
  ExtensionOverrides own;
  own.mid = std::string_view("0123456789abcdef").substr(0, flags & 0x0f);
  const uint16_t transport_sequence = reader.U16();
  const uint32_t absolute_send_time = reader.U24();
  const uint16_t frame_number = reader.U16();
  if ((flags & 0x80) != 0) own.transport_sequence = SequenceNumber(transport_sequence);
  if ((flags & 0x40) != 0) own.absolute_send_time = absolute_send_time;
  if ((flags & 0x20) != 0) own.frame_number = frame_number;
  const uint16_t profile = reader.U16();
  if (!reader.ok()) return 0;
  const Bytes extension = reader.Rest();

  const std::vector<Element> expected =
      Expected(ReadAll(profile, extension), publisher, subscriber, own);
  std::vector<uint8_t> out(MaxMappedExtensionsSize(extension.size()));
  const size_t written =
      WriteMappedExtensions(profile, extension, ExtensionMap(publisher, subscriber), own, out);
  BATON_CHECK((written == 0) == expected.empty());
  if (written == 0) return 0;
  BATON_CHECK(written % 4 == 0 && LoadU16(&out[2]) == written / 4 - 1);
  const uint16_t written_profile = LoadU16(out.data());
  BATON_CHECK((written_profile == kOneByteExtensions) ==
              std::ranges::all_of(expected, FitsOneByteForm));
  BATON_CHECK(ReadAll(written_profile,
                      Bytes(out).subspan(kExtensionHeaderSize, written - kExtensionHeaderSize)) ==
              expected);
  return 0;
}
