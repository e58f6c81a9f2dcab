#include "record/libav.h"

#include <cerrno>
#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "record/file_error.h"

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavcodec/packet.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

namespace baton::record {

void SetUpLibav() {
  constexpr size_t kMaxAllocation = size_t{64} << 20;
  av_log_set_level(AV_LOG_QUIET);
  av_max_alloc(kMaxAllocation);
}

absl::Status LibavError(int error, std::string_view action, std::string_view name) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof(text));
  return absl::DataLossError(
      absl::StrCat("cannot ", std::string(action), " ", std::string(name), ": ", text));
}

void FreeCodecParameters::operator()(AVCodecParameters* parameters) const {
  avcodec_parameters_free(&parameters);
}

CodecParametersPtr NewCodecParameters() {
  CodecParametersPtr parameters(avcodec_parameters_alloc());
  BATON_CHECK(parameters);
  return parameters;
}

void FreePacket::operator()(AVPacket* packet) const { av_packet_free(&packet); }

PacketPtr NewPacket() {
  PacketPtr packet(av_packet_alloc());
  BATON_CHECK(packet);
  return packet;
}

}  // namespace baton::record
