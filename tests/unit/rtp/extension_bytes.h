// Header extensions as tests write and read them: lists of elements.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "rtp/extension_block.h"
#include "rtp/packet.h"

namespace baton::rtp {

using ElementList = std::vector<std::pair<int, std::vector<uint8_t>>>;

// A whole extension with its profile and length; every element must suit the form.
inline std::vector<uint8_t> WriteElements(ExtensionForm form, const ElementList& elements) {
  std::vector<uint8_t> bytes(70000);
  ExtensionBlock block(form, bytes);
  for (const auto& [id, data] : elements) {
    BATON_CHECK(block.Add(static_cast<uint8_t>(id), data));
  }
  bytes.resize(block.Finish());
  return bytes;
}

// Of a whole extension; one of no bytes has no elements.
inline ElementList ReadElements(Bytes block) {
  ElementList elements;
  if (block.empty()) return elements;
  BATON_CHECK(block.size() == kExtensionHeaderSize + 4u * LoadU16(&block[2]));
  ExtensionReader reader(LoadU16(block.data()), block.subspan(kExtensionHeaderSize));
  while (const auto element = reader.Next()) {
    elements.emplace_back(element->id,
                          std::vector<uint8_t>(element->data.begin(), element->data.end()));
  }
  return elements;
}

}  // namespace baton::rtp
