// From the configuration's words to those of the servers on the control thread.
#pragma once

#include <string>

#include "control/admin_http.h"
#include "control/recording_options.h"
#include "control/server_options.h"

#include "proto/config.pb.h"

namespace baton {

// `config` is checked and complete.
control::ServerOptions ControlOptionsOf(const config::Config& config);
control::AdminOptions AdminOptionsOf(const config::Config& config);
// `default_program` is the path of baton-record where none is configured.
control::RecordingOptions RecordingOptionsOf(const config::Config& config,
                                             const std::string& default_program);

// The path of another program of Baton: in the directory of this one, or where a build leaves it.
std::string ProgramBeside(const std::string& name);

}  // namespace baton
