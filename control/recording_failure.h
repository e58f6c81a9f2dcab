// What goes wrong with recordings: the codes of troubles in the control protocol, and a label of a
// metric.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "proto/record.pb.h"

namespace baton::control {

enum class RecordingFailure : uint8_t {
  kStartFailed,       // the process could not be run, or the room could not be recorded
  kStartTimeout,      // it ran and said nothing
  kDiskFull,          // as the process tells: a file could not grow
  kWriteFailed,       // any other error of a file
  kTrackNotRecorded,  // a track that is wanted cannot be had
  kTrackDamaged,      // its packets make no frames
  kPacketsDropped,    // the queue was full: there is a gap
  kStalled,           // the process does not take what waits for it
  kHung,              // it has not for so long that it was killed
  kCrashed,           // it has died
  kStopTimeout,       // its files were not finished in time
  kEndpointRemoved,   // a client took the recording's endpoint out of the room
  kProtocolError,     // bytes that make no sense, in either direction
  kRepairFailed,      // what a crash left could not be finished
  kHookFailed,
  kLowSpace,      // a recording was refused: record.min_free
  kDeleteFailed,  // retention could not delete a recording
  kOther,         // of a kind that only a later version of the process knows
};
inline constexpr size_t kRecordingFailures = 18;

// "disk_full"
std::string_view Name(RecordingFailure failure);

RecordingFailure FailureOf(record::v1::TroubleCode code);

}  // namespace baton::control
