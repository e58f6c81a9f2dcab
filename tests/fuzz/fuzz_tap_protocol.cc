// The frames of the tap protocol, in both directions. The first byte of the input says how the
// stream is cut into pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "record/tap_protocol.h"

namespace baton::record {
namespace {

using Accept = FrameReader::Accept;
using Result = FrameReader::Result;

struct Taken {
  std::vector<std::string> frames;  // written again
  bool broken = false;
  size_t pending = 0;

  bool operator==(const Taken&) const = default;
};

void Append(Bytes bytes, std::string& out) {
  out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::string WriteAgain(const TapFrame& frame) {
  std::string out;
  switch (frame.type) {
    case FrameType::kMessage:
      AppendMessageFrame(frame.message, out);
      break;
    case FrameType::kPacket:
      Append(PacketFrameHeader(frame.left, frame.packet.size()), out);
      Append(frame.packet, out);
      break;
    case FrameType::kDropped:
      Append(DroppedFrame(frame.dropped), out);
      break;
  }
  return out;
}

Taken Take(Bytes stream, size_t piece, Accept accept) {
  FrameReader reader(accept, FrameReader::kNodeCapacity);
  Taken taken;
  while (!stream.empty() && !taken.broken) {
    const MutableBytes space = reader.Space();
    const size_t size = std::min({piece, stream.size(), space.size()});
    BATON_CHECK(size > 0);
    std::copy_n(stream.begin(), size, space.begin());
    stream = stream.subspan(size);
    reader.Filled(size);
    TapFrame frame;
    Result result;
    while ((result = reader.Next(frame)) == Result::kFrame) {
      BATON_CHECK(accept == Accept::kAll || frame.type == FrameType::kMessage);
      taken.frames.push_back(WriteAgain(frame));
    }
    taken.broken = result == Result::kBroken;
  }
  if (!taken.broken) taken.pending = reader.pending();
  return taken;
}

}  // namespace
}  // namespace baton::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace baton::record;
  if (size == 0) return 0;
  const baton::Bytes stream(data + 1, size - 1);
  for (const Accept accept : {Accept::kAll, Accept::kMessagesOnly}) {
    const Taken taken = Take(stream, size_t{data[0]} + 1, accept);
    BATON_CHECK(taken == Take(stream, stream.size() + 1, accept));
    // What was taken is what was there.
    std::string again;
    for (const std::string& frame : taken.frames) again += frame;
    BATON_CHECK(again.size() + taken.pending <= stream.size());
    BATON_CHECK(taken.broken || again.size() + taken.pending == stream.size());
    BATON_CHECK(std::equal(again.begin(), again.end(), stream.begin(),
                           [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; }));
  }
  return 0;
}
