#include "record/media_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/check.h"
#include "record/file_error.h"
#include "record/file_io.h"

extern "C" {
#include <libavformat/avio.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

namespace baton::record {

MediaOutput::MediaOutput(int fd, std::string name) : fd_(fd), name_(std::move(name)) {
  constexpr int kBufferSize = 64 << 10;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferSize));
  BATON_CHECK(buffer != nullptr);
  context_ = avio_alloc_context(buffer, kBufferSize, 1, this, nullptr, OnWrite, OnSeek);
  BATON_CHECK(context_ != nullptr);
}

MediaOutput::~MediaOutput() {
  av_freep(&context_->buffer);
  avio_context_free(&context_);
}

absl::Status MediaOutput::Reserve(uint64_t bytes) {
  constexpr int64_t kStep = int64_t{1} << 20;
  const int64_t wanted = size_ + static_cast<int64_t>(bytes);
  if (wanted <= reserved_) return absl::OkStatus();
  for (const int64_t end : {wanted + kStep, wanted}) {
    const int64_t begin = std::max(reserved_, size_);
    if (fallocate(fd_, FALLOC_FL_KEEP_SIZE, begin, end - begin) == 0) {
      reserved_ = end;
      return absl::OkStatus();
    }
  }
  if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) {
    return FileError(errno, "write", name_);
  }
  return absl::OkStatus();
}

absl::Status MediaOutput::ReleaseReserve() {
  if (ftruncate(fd_, size_) != 0) return FileError(errno, "write", name_);
  return absl::OkStatus();
}

int MediaOutput::OnWrite(void* self, uint8_t* data, int size) {
  return static_cast<MediaOutput*>(self)->Write(data, size);
}

int64_t MediaOutput::OnSeek(void* self, int64_t offset, int whence) {
  return static_cast<MediaOutput*>(self)->Seek(offset, whence);
}

int MediaOutput::Write(const uint8_t* data, int size) {
  if (!status_.ok()) return AVERROR(EIO);
  if (const int error = WriteAll(fd_, Bytes(data, static_cast<size_t>(size))); error != 0) {
    status_ = FileError(error, "write", name_);
    // A player stops at half a cluster; without it the file just ends.
    if (ftruncate(fd_, whole_) == 0) size_ = whole_;
    return AVERROR(error);
  }
  position_ += size;
  size_ = std::max(size_, position_);
  return size;
}

int64_t MediaOutput::Seek(int64_t offset, int whence) {
  if (whence == AVSEEK_SIZE) return size_;
  if ((whence & ~AVSEEK_FORCE) != SEEK_SET) return AVERROR(EINVAL);
  if (lseek(fd_, offset, SEEK_SET) < 0) return AVERROR(errno);
  position_ = offset;
  return offset;
}

}  // namespace baton::record
