// Writes the header extension of one packet (RFC 8285 sections 4.2 and 4.3), from its profile to
// its padding.
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   |       0xBE    |    0xDE       |    length in 32-bit words     |
//   |  ID   | L-1   |     data      |  ID   | L-1   |   data ...    |   one-byte form
//
//   |       0x10    |    0x00       |    length in 32-bit words     |
//   |       ID      |     L         |     data ...                  |   two-byte form
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "rtp/header_extensions.h"

namespace baton::rtp {

// 0x100 and four bits for the application, which are not used.
inline constexpr uint16_t kTwoByteExtensions = 0x1000;

inline constexpr size_t kExtensionHeaderSize = 4;

enum class ExtensionForm : uint8_t { kOneByte, kTwoByte };

class ExtensionBlock {
 public:
  ExtensionBlock(ExtensionForm form, MutableBytes out) : form_(form), writer_(out) {
    writer_.U16(form == ExtensionForm::kOneByte ? kOneByteExtensions : kTwoByteExtensions);
    writer_.U16(0);
  }

  // Appends an element: `id` 1..255, `data` at most 255 bytes. False if this form cannot say it: an
  // id above 14, no data, or more than 16 bytes in the one-byte form.
  bool Add(uint8_t id, Bytes data) {
    if (form_ == ExtensionForm::kOneByte) {
      if (id > kMaxOneByteId || data.empty() || data.size() > kMaxOneByteSize) return false;
      writer_.U8(static_cast<uint8_t>(id << 4 | (data.size() - 1)));
    } else {
      writer_.U8(id);
      writer_.U8(static_cast<uint8_t>(data.size()));
    }
    writer_.Copy(data);
    return true;
  }

  // Overwrites two bytes, the first of them `back` bytes before the end of the latest element.
  void OverwriteU16(size_t back, uint16_t value) { writer_.PatchU16(writer_.size() - back, value); }

  // Pads to whole words and writes the length. The size of all of it; 0 if there are no elements or
  // they did not fit into `out`.
  size_t Finish() {
    writer_.Zeros((4 - writer_.size() % 4) % 4);
    if (!writer_.ok() || writer_.size() == kExtensionHeaderSize) return 0;
    writer_.PatchU16(2, static_cast<uint16_t>(writer_.size() / 4 - 1));
    return writer_.size();
  }

 private:
  ExtensionForm form_;
  ByteWriter writer_;
};

}  // namespace baton::rtp
