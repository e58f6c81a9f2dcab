// VP8: what comes out has a frame's header, and only what is large enough for it.
#include "base/check.h"
#include "tests/fuzz/fuzz_depacketize.h"

using namespace baton;
using namespace baton::record;

namespace {

void CheckFrame(const Frame& frame) {
  BATON_CHECK(frame.data.size() >= 3);
  const bool says_key = (frame.data[0] & 0x01) == 0;
  BATON_CHECK(says_key == frame.key_frame);
  if (frame.key_frame) BATON_CHECK(LoadU24(&frame.data[3]) == 0x9d012a);
  BATON_CHECK(frame.width < 1 << 14 && frame.height < 1 << 14);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  DepacketizerFuzz({"VP8", 90'000, 0}).Run(Bytes(data, size), CheckFrame);
  return 0;
}
