#include "record/describe_file.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/match.h"
#include "record/byte_window.h"
#include "record/file_io.h"
#include "record/media_input.h"
#include "record/rtpdump_reader.h"

namespace baton::record {
namespace {

struct Extent {
  Duration start = Duration::max();
  Duration end{};
};

absl::StatusOr<Extent> ExtentOfMedia(int fd, const std::string& name) {
  const absl::StatusOr<std::unique_ptr<MediaInput>> input = MediaInput::Open(fd, name);
  if (!input.ok()) return input.status();
  Extent extent;
  for (;;) {
    const absl::StatusOr<std::optional<MediaInput::Packet>> packet = (*input)->Read();
    if (!packet.ok()) return packet.status();
    if (!*packet) return extent;
    extent.start = std::min(extent.start, (*packet)->time);
    extent.end = std::max(extent.end, (*packet)->time + (*packet)->duration);
  }
}

absl::StatusOr<Extent> ExtentOfPackets(ByteWindow& file) {
  const RtpdumpRecords records = ReadRtpdumpRecords(file);
  if (!file.status().ok()) return file.status();
  return Extent{records.start, records.end};
}

}  // namespace

bool IsRecordedFile(const std::string& name) {
  return absl::EndsWith(name, ".webm") || absl::EndsWith(name, ".mkv") ||
         absl::EndsWith(name, ".rtpdump");
}

absl::StatusOr<FinishedFile> DescribeFile(const RecordingDirectory& directory,
                                          const std::string& name) {
  const absl::StatusOr<net::UniqueFd> fd = directory.OpenToRead(name);
  if (!fd.ok()) return fd.status();
  ByteWindow file(fd->get(), name);
  const absl::StatusOr<Extent> extent =
      absl::EndsWith(name, ".rtpdump") ? ExtentOfPackets(file) : ExtentOfMedia(fd->get(), name);
  if (!extent.ok()) return extent.status();
  absl::StatusOr<std::string> sha256 = Sha256OfFile(fd->get(), name);
  if (!sha256.ok()) return sha256.status();
  const Duration start = std::min(extent->start, extent->end);
  return FinishedFile{name, file.file_size(), *std::move(sha256), start, extent->end - start};
}

}  // namespace baton::record
