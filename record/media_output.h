// libavformat's way to a file of ours: through a descriptor, with every error kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"

extern "C" {
struct AVIOContext;
}

namespace baton::record {

// One thread. Not movable: the library has its address.
class MediaOutput {
 public:
  // `fd` is open for writing at its beginning, and stays its owner's; `name` is for messages.
  MediaOutput(int fd, std::string name);
  ~MediaOutput();
  MediaOutput(const MediaOutput&) = delete;
  MediaOutput& operator=(const MediaOutput&) = delete;

  AVIOContext* context() { return context_; }

  // The first error. Nothing is written after it.
  const absl::Status& status() const { return status_; }

  // Sets space aside on the disk, so that the next `bytes` at the end of the file find room.
  // RESOURCE_EXHAUSTED: there is not as much. OK where the file system cannot do that.
  absl::Status Reserve(uint64_t bytes);

  // Gives back what was set aside and not used.
  absl::Status ReleaseReserve();

  // What has been written up to now makes sense without what follows: an error later cuts the file
  // back to here.
  void MarkWhole() { whole_ = size_; }

  // Of the file.
  uint64_t size() const { return static_cast<uint64_t>(size_); }

 private:
  static int OnWrite(void* self, uint8_t* data, int size);
  static int64_t OnSeek(void* self, int64_t offset, int whence);
  int Write(const uint8_t* data, int size);
  int64_t Seek(int64_t offset, int whence);

  int fd_;
  std::string name_;
  AVIOContext* context_;
  absl::Status status_;
  int64_t position_ = 0;
  int64_t size_ = 0;
  int64_t whole_ = 0;
  int64_t reserved_ = 0;  // offset up to which there is space
};

}  // namespace baton::record
