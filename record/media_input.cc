#include "record/media_input.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "record/file_error.h"

extern "C" {
#include <libavcodec/codec_par.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/mathematics.h>
#include <libavutil/mem.h>
}

namespace baton::record {
namespace {

constexpr AVRational kNanoseconds = {1, 1'000'000'000};

bool IsMedia(const AVCodecParameters& parameters) {
  return parameters.codec_type == AVMEDIA_TYPE_AUDIO || parameters.codec_type == AVMEDIA_TYPE_VIDEO;
}

}  // namespace

void MediaInput::FreeContext::operator()(AVFormatContext* context) const {
  avformat_close_input(&context);
}

void MediaInput::FreeIo::operator()(AVIOContext* context) const {
  av_freep(&context->buffer);
  avio_context_free(&context);
}

MediaInput::MediaInput(int fd, std::string name)
    : fd_(fd), name_(std::move(name)), packet_(NewPacket()) {
  constexpr int kBufferSize = 64 << 10;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferSize));
  BATON_CHECK(buffer != nullptr);
  io_.reset(avio_alloc_context(buffer, kBufferSize, 0, this, OnRead, nullptr, OnSeek));
  BATON_CHECK(io_ != nullptr);
}

MediaInput::~MediaInput() = default;

int MediaInput::OnRead(void* self, uint8_t* buffer, int size) {
  auto* input = static_cast<MediaInput*>(self);
  ssize_t got = -1;
  do {
    got = pread(input->fd_, buffer, static_cast<size_t>(size), input->position_);
  } while (got < 0 && errno == EINTR);
  if (got < 0) {
    const int error = errno;
    input->disk_error_.Update(FileError(error, "read", input->name_));
    return AVERROR(error);
  }
  input->position_ += got;
  return got == 0 ? AVERROR_EOF : static_cast<int>(got);
}

int64_t MediaInput::OnSeek(void* self, int64_t offset, int whence) {
  auto* input = static_cast<MediaInput*>(self);
  struct stat about = {};
  if (fstat(input->fd_, &about) != 0) return AVERROR(errno);
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return about.st_size;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += input->position_;
      break;
    case SEEK_END:
      offset += about.st_size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  return input->position_ = offset;
}

absl::StatusOr<std::unique_ptr<MediaInput>> MediaInput::Open(int fd, const std::string& name) {
  std::unique_ptr<MediaInput> input(new MediaInput(fd, name));
  if (absl::Status status = input->ReadHeader(); !status.ok()) return status;
  return input;
}

absl::Status MediaInput::ReadHeader() {
  AVFormatContext* context = avformat_alloc_context();
  BATON_CHECK(context != nullptr);
  context->pb = io_.get();
  // Packets as they are: no parser of a codec sees what is in them.
  context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  // Frees the context if it fails.
  const int error =
      avformat_open_input(&context, nullptr, av_find_input_format("matroska"), nullptr);
  if (!disk_error_.ok()) {
    avformat_close_input(&context);
    return disk_error_;
  }
  if (error < 0) return LibavError(error, "read", name_);
  context_.reset(context);
  for (unsigned i = 0; i < context->nb_streams; ++i) {
    const AVCodecParameters& parameters = *context->streams[i]->codecpar;
    index_.emplace_back();
    if (!IsMedia(parameters)) continue;
    index_.back() = streams_.size();
    streams_.push_back(NewCodecParameters());
    BATON_CHECK(avcodec_parameters_copy(streams_.back().get(), &parameters) >= 0);
  }
  if (streams_.empty()) {
    return absl::DataLossError(absl::StrCat("there is neither audio nor video in ", name_));
  }
  return absl::OkStatus();
}

double MediaInput::duration_seconds() const {
  const int64_t duration = context_->duration;
  return duration > 0 ? static_cast<double>(duration) / AV_TIME_BASE : 0;
}

absl::StatusOr<std::optional<MediaInput::Packet>> MediaInput::Read() {
  for (;;) {
    av_packet_unref(packet_.get());
    const int error = av_read_frame(context_.get(), packet_.get());
    if (!disk_error_.ok()) return disk_error_;
    if (error < 0) return std::nullopt;
    const auto number = static_cast<size_t>(packet_->stream_index);
    if (number >= index_.size() || !index_[number]) continue;
    const AVRational base = context_->streams[number]->time_base;
    const Duration time(av_rescale_q(packet_->pts, base, kNanoseconds));
    const Duration duration(av_rescale_q(packet_->duration, base, kNanoseconds));
    if (packet_->pts == AV_NOPTS_VALUE || time < -kMaxTime || time > kMaxTime) {
      ++left_out_;
      continue;
    }
    return Packet{*index_[number], Bytes(packet_->data, static_cast<size_t>(packet_->size)), time,
                  duration >= Duration::zero() && duration < kMaxTime ? duration : Duration::zero(),
                  (packet_->flags & AV_PKT_FLAG_KEY) != 0};
  }
}

}  // namespace baton::record
