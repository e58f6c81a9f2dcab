// The process that writes a recording, as the recording sees it. control/baton_record.h starts the
// real one; tests play it.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/child_process.h"

#include "proto/record.pb.h"

namespace baton::control {

// Called on the control thread, never from inside Launch().
class SinkHandler {
 public:
  virtual ~SinkHandler() = default;
  virtual void OnSinkMessage(const record::v1::FromSink& message) = 0;
  // It has closed its socket, or written to it what cannot be understood, and still runs.
  virtual void OnSinkClosed() = 0;
  // It has ended, and all that it said has been handed over. `last_words` is its last line of
  // standard error, fit to be shown; maybe empty. The last call; the SinkProcess may be destroyed
  // in it.
  virtual void OnSinkGone(const ChildExit& exit, const std::string& last_words) = 0;
};

class SinkProcess {
 public:
  // Kills it if it still runs; the handler is not called any more.
  virtual ~SinkProcess() = default;
  virtual void Signal(int signal) = 0;
};

struct LaunchedSink {
  std::unique_ptr<SinkProcess> process;
  int tap_fd = -1;  // for Taps::Attach(), which takes it
};

class SinkLauncher {
 public:
  virtual ~SinkLauncher() = default;
  // Starts a process that writes into the open directory `directory_fd`. `handler` outlives the
  // process.
  virtual absl::StatusOr<LaunchedSink> Launch(const std::string& recording, int directory_fd,
                                              SinkHandler& handler) = 0;
};

}  // namespace baton::control
