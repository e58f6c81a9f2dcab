// A STUN message read in place (RFC 8489 section 5 and 14). Offsets into the datagram; no copy, no
// allocation. A view is valid for as long as the bytes that it was parsed from.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |0 0|     STUN Message Type     |         Message Length        |
//   |                         Magic Cookie                          |
//   |                     Transaction ID (96 bits)                  |
//
// followed by attributes: 16 bits of type, 16 of length, the value, and 0..3 bytes of padding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/address.h"
#include "base/bytes.h"
#include "stun/attributes.h"

namespace baton::stun {

// More attributes than this in one message are malformed: the real ones have about ten.
inline constexpr size_t kMaxAttributes = 32;

// RFC 7983 and RFC 8489 section 6.3: the first byte is 0..3, the length field says what is there
// and is a multiple of four, and the magic cookie is in its place. Cheap; for demultiplexing.
bool LooksLikeStun(Bytes datagram);

struct ErrorView {
  uint16_t code = 0;  // 300..699
  std::string_view reason;
};

// The types of the comprehension-required attributes that a message has and Baton does not know,
// each once, in their order.
class UnknownAttributes {
 public:
  bool empty() const { return size_ == 0; }
  std::span<const AttributeType> types() const& { return {types_.data(), size_}; }
  std::span<const AttributeType> types() const&& = delete;  // would dangle
  // Does nothing if it is there already.
  void Add(AttributeType type);

 private:
  std::array<AttributeType, kMaxAttributes> types_{};
  size_t size_ = 0;
};

class MessageView {
 public:
  // Nothing unless the whole structure is right: LooksLikeStun(), every attribute within the
  // message, at most kMaxAttributes of them, integrity attributes of a size that their RFC
  // sections allow, and FINGERPRINT, if there, last. Says nothing about whether integrity and
  // fingerprint hold (stun/integrity.h), nor about the values of other attributes.
  static std::optional<MessageView> Parse(Bytes datagram);

  Bytes bytes() const { return bytes_; }
  MessageClass message_class() const;
  Method method() const;
  TransactionId transaction_id() const;
  bool IsBinding(MessageClass wanted) const;

  // The first attribute of this type; of several, only the first counts. Attributes behind a
  // message integrity attribute are ignored, as RFC 8489 sections 14.5 and 14.6 have it. The
  // integrity attributes and FINGERPRINT are not found here but by their offsets below.
  std::optional<Bytes> Find(AttributeType type) const;
  bool Has(AttributeType type) const { return Find(type).has_value(); }

  // Offsets of the attributes' headers in bytes(); 0 if absent.
  size_t message_integrity_offset() const { return message_integrity_; }
  size_t message_integrity_sha256_offset() const { return message_integrity_sha256_; }
  size_t fingerprint_offset() const { return fingerprint_; }
  bool has_integrity() const { return message_integrity_ != 0 || message_integrity_sha256_ != 0; }
  bool has_fingerprint() const { return fingerprint_ != 0; }
  // The value of the attribute whose header is at one of these offsets.
  Bytes ValueAt(size_t offset) const;

  UnknownAttributes unknown_required() const;

  // Values of attributes: nothing if the attribute is absent or its value has the wrong form.
  std::optional<TransportAddress> xor_mapped_address() const;
  std::optional<TransportAddress> mapped_address() const;
  std::optional<std::string_view> username() const;  // at most 513 bytes
  std::optional<uint32_t> priority() const;
  std::optional<uint64_t> ice_controlling() const;
  std::optional<uint64_t> ice_controlled() const;
  std::optional<ErrorView> error_code() const;
  std::optional<std::string_view> software() const;
  bool use_candidate() const { return Has(AttributeType::kUseCandidate); }

  // Calls f(AttributeType, Bytes value) for each attribute that Find() looks at, duplicates too.
  template <class F>
  void ForEachAttribute(F&& f) const {
    for (size_t offset = kHeaderSize; offset < attributes_end_;) {
      const Bytes value = ValueAt(offset);
      f(AttributeType{LoadU16(bytes_.data() + offset)}, value);
      offset += kAttributeHeaderSize + (value.size() + 3) / 4 * 4;
    }
  }

 private:
  explicit MessageView(Bytes bytes)
      : bytes_(bytes), attributes_end_(static_cast<uint16_t>(bytes.size())) {}
  bool ScanAttributes();
  bool NoteAttribute(AttributeType type, size_t offset, size_t value_size);

  Bytes bytes_;
  uint16_t attributes_end_;  // what follows is integrity, fingerprint, or ignored
  uint16_t message_integrity_ = 0;
  uint16_t message_integrity_sha256_ = 0;
  uint16_t fingerprint_ = 0;
};

}  // namespace baton::stun
