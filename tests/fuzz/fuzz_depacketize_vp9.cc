// VP9: what comes out begins with a frame's header, which tells whether it is a key frame.
#include "base/check.h"
#include "record/depacketize/vp9_frame_header.h"
#include "tests/fuzz/fuzz_depacketize.h"

using namespace baton;
using namespace baton::record;

namespace {

void CheckFrame(const Frame& frame) {
  const auto header = ReadVp9FrameHeader(frame.data);
  BATON_CHECK(header && header->key_frame == frame.key_frame);
  BATON_CHECK(!frame.key_frame || frame.width >= header->width);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  DepacketizerFuzz({"VP9", 90'000, 0}).Run(Bytes(data, size), CheckFrame);
  return 0;
}
