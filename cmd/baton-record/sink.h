// The recording process itself: from the node's socket to a session, until one of them ends.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "cmd/baton-record/outbox.h"
#include "record/recording_files.h"
#include "record/session.h"
#include "record/tap_protocol.h"

namespace baton::record {

// One thread, which waits for the node or for time to pass, and for the disk.
class Sink {
 public:
  // `socket` is the sink's end of the socket pair; `stop` becomes readable when the process is to
  // end (a signalfd, say). All of these outlive this.
  Sink(int socket, int stop, RecordingFiles& files);

  // Records until the node says End, closes its end or sends what makes no sense (which is the
  // error), or until `stop`. Everything that was received is written then, the files are finished,
  // and the node has been told.
  absl::Status Run();

 private:
  enum class Input { kNone, kSome, kEnd };

  // Reads once, and takes all frames that are whole.
  Input Read();
  void TakeFrames();
  bool IsStopped() const;
  void Wait();
  // Why to end, if so.
  std::optional<std::string> EndReason();

  const int socket_;
  const int stop_;
  Outbox outbox_;
  Session session_;
  FrameReader reader_{FrameReader::Accept::kAll, FrameReader::kSinkCapacity};
  absl::Status broken_;
};

}  // namespace baton::record
