// From the configuration's words to those of the servers on the control thread.
#pragma once

#include "control/admin_http.h"
#include "control/server_options.h"

#include "proto/config.pb.h"

namespace baton {

// `config` is checked and complete.
control::ServerOptions ControlOptionsOf(const config::Config& config);
control::AdminOptions AdminOptionsOf(const config::Config& config);

}  // namespace baton
