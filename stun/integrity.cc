#include "stun/integrity.h"

#include <array>

namespace baton::stun {
namespace {

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < table.size(); ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    table[i] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kCrcTable = MakeCrcTable();

template <class Hash>
bool Holds(const MessageView& message, size_t offset, const HmacKey<Hash>& key) {
  if (offset == 0 || !key.is_set()) return false;
  const Bytes value = message.ValueAt(offset);
  // The length field as it was when the attribute was added: without what follows it.
  const Bytes bytes = message.bytes();
  std::array<uint8_t, 4> head{bytes[0], bytes[1]};
  const size_t end = offset + kAttributeHeaderSize + value.size();
  StoreU16(&head[2], static_cast<uint16_t>(end - kHeaderSize));
  const auto digest = key.Sign(head, bytes.subspan(head.size(), offset - head.size()));
  return EqualInConstantTime(value, Bytes(digest).first(value.size()));
}

}  // namespace

uint32_t Crc32(Bytes bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const uint8_t byte : bytes) crc = crc >> 8 ^ kCrcTable[(crc ^ byte) & 0xff];
  return ~crc;
}

bool MessageIntegrityHolds(const MessageView& message, const HmacSha1Key& key) {
  return Holds(message, message.message_integrity_offset(), key);
}

bool MessageIntegritySha256Holds(const MessageView& message, const HmacSha256Key& key) {
  return Holds(message, message.message_integrity_sha256_offset(), key);
}

bool IntegrityHolds(const MessageView& message, const IntegrityKey& key) {
  if (message.message_integrity_sha256_offset() != 0) {
    return MessageIntegritySha256Holds(message, key.sha256);
  }
  return MessageIntegrityHolds(message, key.sha1);
}

bool FingerprintAbsentOrHolds(const MessageView& message) {
  const size_t offset = message.fingerprint_offset();
  if (offset == 0) return true;
  const uint32_t crc = Crc32(message.bytes().first(offset));
  return LoadU32(message.ValueAt(offset).data()) == (crc ^ kFingerprintMask);
}

}  // namespace baton::stun
