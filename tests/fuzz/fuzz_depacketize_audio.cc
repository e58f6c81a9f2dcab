// Audio: a frame is a payload, and has a duration. The first byte of an input chooses the format.
#include <array>

#include "base/check.h"
#include "tests/fuzz/fuzz_depacketize.h"

using namespace baton;
using namespace baton::record;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::array kCodecs = {Codec{"opus", 48'000, 2}, Codec{"PCMU", 8'000, 1},
                                     Codec{"G722", 8'000, 1}, Codec{"L16", 44'100, 2}};
  if (size == 0) return 0;
  const Codec& codec = kCodecs[data[0] % kCodecs.size()];
  const bool opus = codec.encoding == "opus";
  DepacketizerFuzz(codec).Run(Bytes(data, size).subspan(1), [opus](const Frame& frame) {
    BATON_CHECK(!opus || (frame.duration % 120 == 0 && frame.duration <= 5760));
  });
  return 0;
}
