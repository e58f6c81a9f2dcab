// Small reads all over a file, without a system call for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/bytes.h"

namespace baton::record {

// One thread. The file does not change meanwhile.
class ByteWindow {
 public:
  // `fd` is open for reading, and stays its owner's; `name` is for messages.
  ByteWindow(int fd, std::string name);

  uint64_t file_size() const { return file_size_; }

  // The bytes from `offset` on: `size` of them (at most kMaxSize), fewer at the end of the file,
  // none after an error. Valid until the next call.
  Bytes At(uint64_t offset, size_t size);

  // The first error of the disk.
  const absl::Status& status() const { return status_; }

  static constexpr size_t kMaxSize = size_t{64} << 10;

 private:
  int fd_;
  std::string name_;
  uint64_t file_size_ = 0;
  std::vector<uint8_t> buffer_;
  uint64_t begin_ = 0;  // offset of the first byte in the buffer
  absl::Status status_;
};

}  // namespace baton::record
