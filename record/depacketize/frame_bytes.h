// The bytes of a frame while it grows, up to kMaxFrameSize.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "record/media.h"

namespace baton::record {

class FrameBytes {
 public:
  // False, and nothing is added, if that would be too much.
  bool Append(Bytes bytes) {
    if (bytes.size() > kMaxFrameSize - data_.size()) return false;
    if (data_.empty()) data_.reserve(std::max(last_size_, bytes.size()));
    data_.insert(data_.end(), bytes.begin(), bytes.end());
    return true;
  }

  size_t size() const { return data_.size(); }
  Bytes bytes() const { return data_; }
  Bytes From(size_t offset) const { return Bytes(data_).subspan(offset); }

  void Clear() { data_.clear(); }
  std::vector<uint8_t> Take() {
    last_size_ = data_.size();
    return std::exchange(data_, {});
  }

 private:
  std::vector<uint8_t> data_;
  size_t last_size_ = 0;  // a guess at the next one's
};

}  // namespace baton::record
