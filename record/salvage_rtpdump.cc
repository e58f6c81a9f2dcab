#include <algorithm>

#include "absl/strings/str_cat.h"
#include "record/byte_window.h"
#include "record/file_error.h"
#include "record/file_io.h"
#include "record/rtpdump_reader.h"
#include "record/salvage.h"

namespace baton::record {
namespace {

absl::Status CopyBeginning(ByteWindow& from, uint64_t size, int to, const std::string& name) {
  for (uint64_t offset = 0; offset < size;) {
    const auto piece_size = static_cast<size_t>(std::min<uint64_t>(size - offset, from.kMaxSize));
    const Bytes piece = from.At(offset, piece_size);
    if (!from.status().ok()) return from.status();
    if (const int error = WriteAll(to, piece); error != 0) return FileError(error, "copy", name);
    offset += piece.size();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Salvage> SalvageRtpdump(int from, int to, const std::string& name) {
  ByteWindow file(from, name);
  const RtpdumpRecords records = ReadRtpdumpRecords(file);
  if (!file.status().ok()) return file.status();
  if (records.count == 0) {
    return absl::DataLossError(absl::StrCat("there is no packet in ", name));
  }
  if (absl::Status status = CopyBeginning(file, records.end_of_last, to, name); !status.ok()) {
    return status;
  }
  const char* damage = records.damaged ? "there are bytes in it that are no record" : "";
  return Salvage{records.end_of_last, records.start, records.end, damage};
}

}  // namespace baton::record
