#include "record/byte_window.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "record/file_error.h"

namespace baton::record {

ByteWindow::ByteWindow(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
  struct stat about = {};
  if (fstat(fd, &about) != 0) {
    status_ = FileError(errno, "examine", name_);
  } else {
    file_size_ = static_cast<uint64_t>(about.st_size);
  }
}

Bytes ByteWindow::At(uint64_t offset, size_t size) {
  BATON_CHECK(size <= kMaxSize);
  if (!status_.ok() || offset >= file_size_) return {};
  size = static_cast<size_t>(std::min<uint64_t>(size, file_size_ - offset));
  if (offset < begin_ || offset + size > begin_ + buffer_.size()) {
    buffer_.resize(kMaxSize);
    ssize_t got = -1;
    do {
      got = pread(fd_, buffer_.data(), buffer_.size(), static_cast<off_t>(offset));
    } while (got < 0 && errno == EINTR);
    if (got < 0) status_ = FileError(errno, "read", name_);
    buffer_.resize(static_cast<size_t>(std::max<ssize_t>(got, 0)));
    begin_ = offset;
  }
  const auto from = static_cast<size_t>(offset - begin_);
  return Bytes(buffer_).subspan(from, std::min(size, buffer_.size() - from));
}

}  // namespace baton::record
