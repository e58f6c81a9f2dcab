// Whole writes, and checksums.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/bytes.h"

namespace baton::record {

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// Writes all of it at the file's offset. 0, or errno, and then a part of it may have been written.
int WriteAll(int fd, Bytes bytes);

// Of a whole file, in lower-case hexadecimal. `name` is for messages. Leaves the offset where it
// is.
absl::StatusOr<std::string> Sha256OfFile(int fd, std::string_view name);

}  // namespace baton::record
