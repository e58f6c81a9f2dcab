#include "control/recording_failure.h"

namespace baton::control {

std::string_view Name(RecordingFailure failure) {
  switch (failure) {
    case RecordingFailure::kStartFailed:
      return "start_failed";
    case RecordingFailure::kStartTimeout:
      return "start_timeout";
    case RecordingFailure::kDiskFull:
      return "disk_full";
    case RecordingFailure::kWriteFailed:
      return "write_failed";
    case RecordingFailure::kTrackNotRecorded:
      return "track_not_recorded";
    case RecordingFailure::kTrackDamaged:
      return "track_damaged";
    case RecordingFailure::kPacketsDropped:
      return "packets_dropped";
    case RecordingFailure::kStalled:
      return "stalled";
    case RecordingFailure::kHung:
      return "hung";
    case RecordingFailure::kCrashed:
      return "crashed";
    case RecordingFailure::kStopTimeout:
      return "stop_timeout";
    case RecordingFailure::kEndpointRemoved:
      return "endpoint_removed";
    case RecordingFailure::kProtocolError:
      return "protocol_error";
    case RecordingFailure::kRepairFailed:
      return "repair_failed";
    case RecordingFailure::kHookFailed:
      return "hook_failed";
    case RecordingFailure::kLowSpace:
      return "low_space";
    case RecordingFailure::kDeleteFailed:
      return "delete_failed";
    case RecordingFailure::kOther:
      return "other";
  }
  return "other";
}

RecordingFailure FailureOf(record::v1::TroubleCode code) {
  switch (code) {
    case record::v1::DISK_FULL:
      return RecordingFailure::kDiskFull;
    case record::v1::WRITE_FAILED:
      return RecordingFailure::kWriteFailed;
    case record::v1::TRACK_NOT_RECORDED:
      return RecordingFailure::kTrackNotRecorded;
    case record::v1::PACKETS_DROPPED:
      return RecordingFailure::kPacketsDropped;
    case record::v1::TRACK_DAMAGED:
      return RecordingFailure::kTrackDamaged;
    case record::v1::PROTOCOL_ERROR:
      return RecordingFailure::kProtocolError;
    default:
      return RecordingFailure::kOther;
  }
}

}  // namespace baton::control
