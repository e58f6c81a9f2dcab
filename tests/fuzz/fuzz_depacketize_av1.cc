// AV1: what comes out is OBUs with their sizes, without those that a file does not have, and a key
// frame has its sequence header.
#include "base/check.h"
#include "record/depacketize/av1_obu.h"
#include "tests/fuzz/fuzz_depacketize.h"

using namespace baton;
using namespace baton::record;

namespace {

// The size of the OBU at the beginning of `bytes`, which says it.
size_t CheckObu(Bytes bytes) {
  const auto obu = ReadObu(bytes);
  BATON_CHECK(obu && (obu->header & 0x02) != 0);
  BATON_CHECK(obu->type != ObuType::kTemporalDelimiter && obu->type != ObuType::kTileList &&
              obu->type != ObuType::kPadding);
  return static_cast<size_t>(obu->payload.data() - bytes.data()) + obu->payload.size();
}

void CheckFrame(const Frame& frame) {
  for (Bytes rest = frame.data; !rest.empty();) rest = rest.subspan(CheckObu(rest));
  BATON_CHECK(frame.key_frame == !frame.extradata.empty());
  if (!frame.key_frame) return;
  BATON_CHECK(CheckObu(frame.extradata) == frame.extradata.size());
  BATON_CHECK(ReadObu(frame.extradata)->type == ObuType::kSequenceHeader);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  DepacketizerFuzz({"AV1", 90'000, 0}).Run(Bytes(data, size), CheckFrame);
  return 0;
}
