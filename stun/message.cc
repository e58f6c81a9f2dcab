#include "stun/message.h"

#include <algorithm>
#include <iterator>

#include "stun/hmac.h"

namespace baton::stun {
namespace {

constexpr size_t kMaxUsernameSize = 513;  // RFC 5389; RFC 8489 allows a little less

// Comprehension-required attributes that Baton knows: those of RFC 8489 and RFC 8445. One that has
// no meaning where it occurs is known all the same, and ignored.
constexpr AttributeType kKnown[] = {
    AttributeType::kMappedAddress,
    AttributeType::kUsername,
    AttributeType::kMessageIntegrity,
    AttributeType::kErrorCode,
    AttributeType::kUnknownAttributes,
    AttributeType::kRealm,
    AttributeType::kNonce,
    AttributeType::kMessageIntegritySha256,
    AttributeType::kPasswordAlgorithm,
    AttributeType::kUserhash,
    AttributeType::kXorMappedAddress,
    AttributeType::kPriority,
    AttributeType::kUseCandidate,
};

bool IsKnown(AttributeType type) {
  return std::find(std::begin(kKnown), std::end(kKnown), type) != std::end(kKnown);
}

std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// RFC 8489 section 14.1: a zero byte, the family, the port, the address. `mask` is XORed onto port
// and address: the cookie and the transaction id (section 14.2), or zeros.
std::optional<TransportAddress> ReadAddress(Bytes value, const std::array<uint8_t, 16>& mask) {
  ByteReader reader(value);
  reader.Skip(1);
  const uint8_t family = reader.U8();
  const auto port = static_cast<uint16_t>(reader.U16() ^ LoadU16(mask.data()));
  const Bytes address = reader.Rest();
  std::array<uint8_t, 16> unmasked{};
  if (!reader.ok() || address.size() > unmasked.size()) return std::nullopt;
  for (size_t i = 0; i < address.size(); ++i) {
    unmasked[i] = static_cast<uint8_t>(address[i] ^ mask[i]);
  }
  if (family == 1 && address.size() == 4) {
    return TransportAddress{IpAddress::V4({unmasked[0], unmasked[1], unmasked[2], unmasked[3]}),
                            port};
  }
  if (family == 2 && address.size() == 16) return TransportAddress{IpAddress::V6(unmasked), port};
  return std::nullopt;
}

std::optional<uint64_t> ReadU64(std::optional<Bytes> value) {
  if (!value || value->size() != 8) return std::nullopt;
  return LoadU64(value->data());
}

}  // namespace

bool LooksLikeStun(Bytes datagram) {
  if (datagram.size() < kHeaderSize || datagram[0] > 3) return false;
  const size_t length = LoadU16(&datagram[2]);
  return length % 4 == 0 && length == datagram.size() - kHeaderSize &&
         LoadU32(&datagram[4]) == kMagicCookie;
}

void UnknownAttributes::Add(AttributeType type) {
  const auto seen = types();
  if (std::find(seen.begin(), seen.end(), type) != seen.end() || size_ == types_.size()) return;
  types_[size_++] = type;
}

std::optional<MessageView> MessageView::Parse(Bytes datagram) {
  // Longer ones cannot come out of a datagram; with this, offsets fit into 16 bits.
  if (!LooksLikeStun(datagram) || datagram.size() > 0xffff) return std::nullopt;
  MessageView view(datagram);
  if (!view.ScanAttributes()) return std::nullopt;
  return view;
}

bool MessageView::ScanAttributes() {
  ByteReader reader(bytes_);
  reader.Skip(kHeaderSize);
  for (size_t count = 0; reader.remaining() > 0; ++count) {
    if (count == kMaxAttributes) return false;
    const size_t offset = reader.position();
    const AttributeType type{reader.U16()};
    const size_t value_size = reader.U16();
    reader.Skip((value_size + 3) / 4 * 4);
    if (!reader.ok() || !NoteAttribute(type, offset, value_size)) return false;
  }
  return true;
}

// False if the attribute makes the message malformed.
bool MessageView::NoteAttribute(AttributeType type, size_t offset, size_t value_size) {
  const auto here = static_cast<uint16_t>(offset);
  if (type == AttributeType::kFingerprint) {
    if (value_size != 4 || offset + 8 != bytes_.size()) return false;
    fingerprint_ = here;
  } else if (type == AttributeType::kMessageIntegrity) {
    if (has_integrity()) return true;  // behind an integrity attribute: ignored
    if (value_size != Sha1::kDigestSize) return false;
    message_integrity_ = here;
  } else if (type == AttributeType::kMessageIntegritySha256) {
    if (message_integrity_sha256_ != 0) return true;
    if (value_size < 16 || value_size > Sha256::kDigestSize || value_size % 4 != 0) return false;
    message_integrity_sha256_ = here;
  } else {
    return true;
  }
  attributes_end_ = std::min(attributes_end_, here);
  return true;
}

// The message type's 14 bits are M11..M7 C1 M6..M4 C0 M3..M0.
MessageClass MessageView::message_class() const {
  const unsigned type = LoadU16(bytes_.data());
  return MessageClass{static_cast<uint8_t>((type >> 7 & 2) | (type >> 4 & 1))};
}

Method MessageView::method() const {
  const unsigned type = LoadU16(bytes_.data());
  return Method{static_cast<uint16_t>((type >> 2 & 0xf80) | (type >> 1 & 0x70) | (type & 0xf))};
}

TransactionId MessageView::transaction_id() const {
  TransactionId id;
  std::copy_n(bytes_.begin() + 8, id.size(), id.begin());
  return id;
}

bool MessageView::IsBinding(MessageClass wanted) const {
  return method() == Method::kBinding && message_class() == wanted;
}

Bytes MessageView::ValueAt(size_t offset) const {
  return bytes_.subspan(offset + kAttributeHeaderSize, LoadU16(&bytes_[offset + 2]));
}

std::optional<Bytes> MessageView::Find(AttributeType type) const {
  std::optional<Bytes> found;
  ForEachAttribute([&](AttributeType at, Bytes value) {
    if (at == type && !found) found = value;
  });
  return found;
}

UnknownAttributes MessageView::unknown_required() const {
  UnknownAttributes unknown;
  ForEachAttribute([&](AttributeType type, Bytes) {
    if (IsComprehensionRequired(type) && !IsKnown(type)) unknown.Add(type);
  });
  return unknown;
}

std::optional<TransportAddress> MessageView::xor_mapped_address() const {
  const std::optional<Bytes> value = Find(AttributeType::kXorMappedAddress);
  if (!value) return std::nullopt;
  std::array<uint8_t, 16> mask;
  std::copy_n(bytes_.begin() + 4, mask.size(), mask.begin());
  return ReadAddress(*value, mask);
}

std::optional<TransportAddress> MessageView::mapped_address() const {
  const std::optional<Bytes> value = Find(AttributeType::kMappedAddress);
  return value ? ReadAddress(*value, {}) : std::nullopt;
}

std::optional<std::string_view> MessageView::username() const {
  const std::optional<Bytes> value = Find(AttributeType::kUsername);
  if (!value || value->size() > kMaxUsernameSize) return std::nullopt;
  return AsText(*value);
}

std::optional<uint32_t> MessageView::priority() const {
  const std::optional<Bytes> value = Find(AttributeType::kPriority);
  if (!value || value->size() != 4) return std::nullopt;
  return LoadU32(value->data());
}

std::optional<uint64_t> MessageView::ice_controlling() const {
  return ReadU64(Find(AttributeType::kIceControlling));
}

std::optional<uint64_t> MessageView::ice_controlled() const {
  return ReadU64(Find(AttributeType::kIceControlled));
}

// RFC 8489 section 14.8: 21 reserved bits, the hundreds (3..6), the rest (0..99), the reason.
std::optional<ErrorView> MessageView::error_code() const {
  const std::optional<Bytes> value = Find(AttributeType::kErrorCode);
  if (!value) return std::nullopt;
  ByteReader reader(*value);
  reader.Skip(2);
  const unsigned hundreds = reader.U8() & 7;
  const unsigned rest = reader.U8();
  if (!reader.ok() || hundreds < 3 || hundreds > 6 || rest > 99) return std::nullopt;
  return ErrorView{static_cast<uint16_t>(hundreds * 100 + rest), AsText(reader.Rest())};
}

std::optional<std::string_view> MessageView::software() const {
  const std::optional<Bytes> value = Find(AttributeType::kSoftware);
  if (!value) return std::nullopt;
  return AsText(*value);
}

}  // namespace baton::stun
