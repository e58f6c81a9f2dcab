// Lists that are too long for one frame, cut into several. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "proto/control.pb.h"

namespace baton::control {

// A part is at most this long, and an element or an envelope more: well below kMaxMessageSize.
inline constexpr size_t kPartSize = 256 * 1024;

// At least one; merged in order they are `state`.
std::vector<v1::State> SplitState(v1::State state, size_t part_size = kPartSize);

// At least one; merged in order they are `reply` but for `more`, which all but the last one say.
std::vector<v1::Reply> SplitReply(v1::Reply reply, size_t part_size = kPartSize);

}  // namespace baton::control
