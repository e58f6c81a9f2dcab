#include "record/rtpdump_reader.h"

#include <algorithm>
#include <optional>

#include "record/rtpdump.h"

namespace baton::record {

RtpdumpRecords ReadRtpdumpRecords(ByteWindow& file) {
  using std::chrono::milliseconds;
  RtpdumpRecords records;
  if (!IsRtpdumpHeader(file.At(0, kRtpdumpHeaderSize))) {
    records.damaged = true;
    return records;
  }
  records.end_of_last = kRtpdumpHeaderSize;
  for (;;) {
    const Bytes header = file.At(records.end_of_last, kRtpdumpRecordHeaderSize);
    if (header.size() < kRtpdumpRecordHeaderSize) return records;
    const std::optional<RtpdumpRecord> record = ReadRtpdumpRecord(header);
    records.damaged = !record;
    if (!record || records.end_of_last + record->size > file.file_size()) return records;
    records.end_of_last += record->size;
    ++records.count;
    records.start = std::min<Duration>(records.start, milliseconds(record->offset_ms));
    records.end = std::max<Duration>(records.end, milliseconds(record->offset_ms));
  }
}

}  // namespace baton::record
