// H.264: what comes out is in Annex B's form, and a key frame has its parameter sets.
#include <algorithm>

#include "base/check.h"
#include "record/depacketize/h264_parameter_sets.h"
#include "record/depacketize/h264_set_store.h"
#include "tests/fuzz/fuzz_depacketize.h"

using namespace baton;
using namespace baton::record;

namespace {

bool BeginsWithStartCode(Bytes bytes) {
  return bytes.size() > kStartCode.size() &&
         std::equal(kStartCode.begin(), kStartCode.end(), bytes.begin());
}

void CheckFrame(const Frame& frame) {
  BATON_CHECK(BeginsWithStartCode(frame.data));
  BATON_CHECK(frame.key_frame == !frame.extradata.empty());
  if (!frame.key_frame) return;
  BATON_CHECK(BeginsWithStartCode(frame.extradata));
  BATON_CHECK(NalTypeOf(frame.extradata[4]) == NalType::kSequenceParameterSet);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  DepacketizerFuzz({"H264", 90'000, 0}).Run(Bytes(data, size), CheckFrame);
  return 0;
}
