#include "record/muxer.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/check.h"

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
}

namespace baton::record {
namespace {

using std::chrono::milliseconds;

int64_t ToMilliseconds(Duration time) { return std::chrono::round<milliseconds>(time).count(); }

// A packet of the library's own, with the padding that it reads beyond the end.
void Fill(AVPacket& packet, Bytes data) {
  BATON_CHECK(av_new_packet(&packet, static_cast<int>(data.size())) == 0);
  if (!data.empty()) std::memcpy(packet.data, data.data(), data.size());
}

}  // namespace

void Muxer::FreeContext::operator()(AVFormatContext* context) const {
  avformat_free_context(context);
}

Muxer::Muxer(int fd, std::string name) : name_(std::move(name)), output_(fd, name_) {}

Muxer::~Muxer() = default;

absl::StatusOr<std::unique_ptr<Muxer>> Muxer::Create(
    int fd, const std::string& name, Container container,
    const std::vector<CodecParametersPtr>& streams) {
  std::unique_ptr<Muxer> muxer(new Muxer(fd, name));
  AVFormatContext* context = nullptr;
  const char* format = container == Container::kWebM ? "webm" : "matroska";
  const int error = avformat_alloc_output_context2(&context, nullptr, format, nullptr);
  if (error < 0) return LibavError(error, "begin", name);
  muxer->context_.reset(context);
  context->pb = muxer->output_.context();
  context->flush_packets = 1;
  context->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  for (const CodecParametersPtr& parameters : streams) {
    AVStream* stream = avformat_new_stream(context, nullptr);
    BATON_CHECK(stream != nullptr);
    BATON_CHECK(avcodec_parameters_copy(stream->codecpar, parameters.get()) >= 0);
    stream->codecpar->codec_tag = 0;  // that of the container which it comes from
  }
  muxer->packet_ = NewPacket();
  muxer->decoding_times_.assign(streams.size(), std::numeric_limits<int64_t>::min());

  AVDictionary* options = nullptr;
  av_dict_set_int(&options, "cluster_time_limit", ToMilliseconds(kMaxCluster), 0);
  const int result = avformat_write_header(context, &options);
  av_dict_free(&options);
  if (absl::Status status = muxer->Result(result, "begin"); !status.ok()) return status;
  return muxer;
}

absl::Status Muxer::Result(int error, const char* action) {
  if (output_.status().ok() && error >= 0) avio_flush(output_.context());
  if (!output_.status().ok()) return output_.status();
  if (error < 0) return LibavError(error, action, name_);
  output_.MarkWhole();
  return absl::OkStatus();
}

absl::Status Muxer::ReserveSpace(size_t bytes) {
  // More than a block's or a cluster's header, an entry of the index, and the audio packet that the
  // library may keep back beyond a cluster's end.
  constexpr uint64_t kHeader = 64;
  constexpr uint64_t kIndexEntry = 64;
  constexpr uint64_t kSlack = 128 << 10;
  pending_bytes_ += bytes + kHeader;
  return output_.Reserve(pending_bytes_ + index_entries_ * kIndexEntry + kSlack);
}

absl::Status Muxer::Write(size_t stream, Bytes data, Duration time, Duration duration,
                          bool key_frame) {
  BATON_CHECK(stream < decoding_times_.size());
  if (!output_.status().ok()) return output_.status();
  if (full_.ok()) full_ = ReserveSpace(data.size());
  if (!full_.ok()) return full_;
  time = std::max(time, Duration::zero());
  // Matroska stores no decoding times. The library wants them all the same: never falling within a
  // stream, and not above the presentation's. Following that at a distance is both.
  int64_t& decoding_time = decoding_times_[stream];
  decoding_time = std::max(decoding_time, ToMilliseconds(time - kMaxStepBack));
  Fill(*packet_, data);
  packet_->stream_index = static_cast<int>(stream);
  packet_->pts = std::max(ToMilliseconds(time), decoding_time);
  packet_->dts = decoding_time;
  packet_->duration = ToMilliseconds(duration);
  packet_->flags = key_frame ? AV_PKT_FLAG_KEY : 0;
  start_ = std::min(start_, time);
  end_ = std::max<Duration>(end_, milliseconds(packet_->pts) + duration);
  const uint64_t size_before = output_.size();
  const int error = av_write_frame(context_.get(), packet_.get());
  av_packet_unref(packet_.get());
  absl::Status status = Result(error, "write");
  const bool new_cluster = output_.size() != size_before;
  if (new_cluster) pending_bytes_ = data.size();
  if (new_cluster || (key_frame && IsVideo(stream))) ++index_entries_;
  return status;
}

bool Muxer::IsVideo(size_t stream) const {
  return context_->streams[stream]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
}

absl::Status Muxer::EndCluster() {
  if (!output_.status().ok()) return output_.status();
  return Result(av_write_frame(context_.get(), nullptr), "write");
}

absl::Status Muxer::Finish() {
  if (absl::Status status = EndCluster(); !status.ok()) return status;
  if (absl::Status status = Result(av_write_trailer(context_.get()), "finish"); !status.ok()) {
    return status;
  }
  return output_.ReleaseReserve();
}

}  // namespace baton::record
