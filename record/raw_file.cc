#include "record/raw_file.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "record/file_error.h"
#include "record/file_io.h"
#include "record/rtpdump.h"

namespace baton::record {
namespace {

// Handed to the system at once, at least.
constexpr size_t kPieceSize = size_t{64} << 10;

uint32_t ToMilliseconds(Duration time) {
  const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
  return static_cast<uint32_t>(std::clamp<int64_t>(count, 0, UINT32_MAX));
}

}  // namespace

absl::StatusOr<RawFile> RawFile::Create(RecordingDirectory& directory, std::string_view stem,
                                        uint64_t start_us) {
  absl::StatusOr<PartFile> part = directory.Create(stem, kRtpdumpExtension);
  if (!part.ok()) return part.status();
  RawFile file(*std::move(part));
  AppendRtpdumpHeader(start_us, file.pending_);
  if (absl::Status status = file.Flush(); !status.ok()) return status;
  return file;
}

absl::Status RawFile::Write(Bytes packet, Duration arrived, bool rtp) {
  if (!error_.ok()) return error_;
  if (packet.size() > kMaxPacketSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("a packet of ", packet.size(), " bytes does not fit a record of rtpdump"));
  }
  start_ = std::min(start_, arrived);
  end_ = std::max(end_, arrived);
  AppendRtpdumpRecord(packet, ToMilliseconds(arrived), rtp, pending_);
  return pending_.size() >= kPieceSize ? Flush() : absl::OkStatus();
}

absl::Status RawFile::Flush() {
  if (!error_.ok()) return error_;
  if (const int error = WriteAll(part_.fd(), pending_); error != 0) {
    error_ = FileError(error, "write", part_.part_name());
    // Back to whole records.
    if (ftruncate(part_.fd(), static_cast<off_t>(flushed_bytes_)) != 0) {
      return FileError(errno, "cut", part_.part_name());
    }
    return error_;
  }
  flushed_bytes_ += pending_.size();
  pending_.clear();
  return absl::OkStatus();
}

absl::Status RawFile::Sync() {
  if (absl::Status status = Flush(); !status.ok()) return status;
  if (fdatasync(part_.fd()) == 0) return absl::OkStatus();
  error_ = FileError(errno, "write", part_.part_name());
  return error_;
}

absl::StatusOr<FinishedFile> RawFile::Finish() {
  // A disk that is full keeps packets out of the file, and not the file from its end.
  if (absl::Status status = Flush(); !status.ok() && !absl::IsResourceExhausted(status)) {
    return status;
  }
  absl::StatusOr<std::string> sha256 = Sha256OfFile(part_.fd(), part_.part_name());
  if (!sha256.ok()) return sha256.status();
  absl::StatusOr<std::string> name = part_.Finish();
  if (!name.ok()) return name.status();
  const Duration start = std::min(start_, end_);
  return FinishedFile{*name, flushed_bytes_, *sha256, start, end_ - start};
}

}  // namespace baton::record
