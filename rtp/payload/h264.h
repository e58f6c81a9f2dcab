// H.264's payloads (RFC 6184 section 5.2): single NAL units, aggregations and fragments.
#pragma once

#include "base/bytes.h"
#include "rtp/payload/frame_info.h"

namespace baton::rtp {

// Whether a frame and a key frame start here; the rest is the marker's to say, and layers are not
// told in these headers.
//
// A frame starts with its first slice (first_mb_in_slice is 0), though parameter sets and the like
// may come in packets before it. A key frame begins with a sequence parameter set, or with the
// first slice of an IDR picture: so in two packets of one frame if they are apart, and in the
// second if parameter sets do not come in the stream at all.
FrameInfo ReadH264FrameInfo(Bytes payload);

}  // namespace baton::rtp
