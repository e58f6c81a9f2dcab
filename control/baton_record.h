// The real recording process: the program baton-record, with the socket pair as its only way in and
// the recording's directory as its only way out.
//
//   0, 1  /dev/null     2  a pipe into the node's log
//   3     the socket pair     4  the recording's directory
//
// Its environment is empty and it has limits (core files, descriptors, memory).
#pragma once

#include <boost/asio/io_context.hpp>
#include <string>

#include "control/recording_log.h"
#include "control/sink_process.h"

namespace baton::control {

class BatonRecord final : public SinkLauncher {
 public:
  // `program` is a path. `io` and `log` outlive this and the processes.
  BatonRecord(boost::asio::io_context& io, std::string program, const RecordingLog& log)
      : io_(io), program_(std::move(program)), log_(log) {}

  absl::StatusOr<LaunchedSink> Launch(const std::string& recording, int directory_fd,
                                      SinkHandler& handler) override;

 private:
  boost::asio::io_context& io_;
  const std::string program_;
  const RecordingLog& log_;
};

// The limits of every process of Baton's that handles files of recordings.
std::vector<ChildLimit> RecordingLimits();

}  // namespace baton::control
