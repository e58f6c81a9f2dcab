// The values of what nobody set.
#pragma once

#include "proto/config.pb.h"

namespace baton::control {

// Makes every field of `config` present: with the default that proto/config.proto gives it, and
// where that is another key's value, with that.
void FillDefaults(config::Config& config);

}  // namespace baton::control
