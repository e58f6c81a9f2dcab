#include "rtp/payload/payload_format.h"

#include <algorithm>
#include <array>

#include "rtp/payload/av1.h"
#include "rtp/payload/h264.h"
#include "rtp/payload/vp8.h"
#include "rtp/payload/vp9.h"

namespace baton::rtp {
namespace {

struct Encoding {
  std::string_view name;
  PayloadFormat format;
};
constexpr std::array<Encoding, 4> kEncodings = {{{"VP8", PayloadFormat::kVp8},
                                                 {"VP9", PayloadFormat::kVp9},
                                                 {"H264", PayloadFormat::kH264},
                                                 {"AV1", PayloadFormat::kAv1}}};

constexpr char ToUpper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

FrameInfo ReadFormat(PayloadFormat format, Bytes payload) {
  switch (format) {
    case PayloadFormat::kVp8:
      return ReadVp8FrameInfo(payload);
    case PayloadFormat::kVp9:
      return ReadVp9FrameInfo(payload);
    case PayloadFormat::kH264:
      return ReadH264FrameInfo(payload);
    case PayloadFormat::kAv1:
      return ReadAv1FrameInfo(payload);
    case PayloadFormat::kOther:
      break;
  }
  return {};
}

}  // namespace

PayloadFormat PayloadFormatOf(std::string_view encoding_name) {
  for (const Encoding& encoding : kEncodings) {
    if (std::ranges::equal(encoding_name, encoding.name, {}, ToUpper)) return encoding.format;
  }
  return PayloadFormat::kOther;
}

FrameInfo ReadFrameInfo(PayloadFormat format, Bytes payload, bool marker) {
  FrameInfo info = ReadFormat(format, payload);
  info.ends_picture = marker;
  info.ends_frame |= marker;
  return info;
}

size_t RewriteDescriptor(PayloadFormat format, Bytes payload, const PictureNumbers& numbers,
                         std::span<uint8_t, kMaxRewrittenSize> out) {
  switch (format) {
    case PayloadFormat::kVp8:
      return RewriteVp8(payload, numbers, out);
    case PayloadFormat::kVp9:
      return RewriteVp9(payload, numbers, out);
    default:
      return 0;
  }
}

}  // namespace baton::rtp
