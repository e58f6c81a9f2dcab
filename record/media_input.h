// Reads a WebM or Matroska file, or as much of it as there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "record/libav.h"

extern "C" {
struct AVFormatContext;
struct AVIOContext;
}

namespace baton::record {

// One thread. The file may have any content: at worst it ends early.
class MediaInput {
 public:
  // Beyond that a time stamp is damage.
  static constexpr Duration kMaxTime = std::chrono::hours(24 * 365);

  struct Packet {
    size_t stream = 0;
    Bytes data;  // until the next Read()
    Duration time{};
    Duration duration{};  // 0: not known
    bool key_frame = false;
  };

  // Reads the header. `fd` is open for reading, and stays its owner's; `name` is for messages.
  // DATA_LOSS: there is no header that makes sense, or no stream.
  static absl::StatusOr<std::unique_ptr<MediaInput>> Open(int fd, const std::string& name);
  ~MediaInput();

  // Of audio and video, in the file's order; others have none.
  const std::vector<CodecParametersPtr>& streams() const { return streams_; }

  // The next packet of such a stream; nothing at the end of what can be read. An error is one of
  // the disk.
  absl::StatusOr<std::optional<Packet>> Read();

  // As the header has it; 0 if it has none.
  double duration_seconds() const;

  // Packets without a time that can be, which Read() has left out.
  uint64_t left_out() const { return left_out_; }

 private:
  struct FreeContext {
    void operator()(AVFormatContext* context) const;
  };
  struct FreeIo {
    void operator()(AVIOContext* context) const;
  };

  MediaInput(int fd, std::string name);
  absl::Status ReadHeader();
  static int OnRead(void* self, uint8_t* buffer, int size);
  static int64_t OnSeek(void* self, int64_t offset, int whence);

  int fd_;
  std::string name_;
  int64_t position_ = 0;
  absl::Status disk_error_;
  std::unique_ptr<AVIOContext, FreeIo> io_;
  std::unique_ptr<AVFormatContext, FreeContext> context_;
  PacketPtr packet_;
  std::vector<CodecParametersPtr> streams_;
  // By the file's index of a stream: that in streams_, or nothing.
  std::vector<std::optional<size_t>> index_;
  uint64_t left_out_ = 0;
};

}  // namespace baton::record
