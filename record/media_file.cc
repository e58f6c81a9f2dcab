#include "record/media_file.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "record/file_error.h"
#include "record/file_io.h"
#include "record/interleaver.h"
#include "record/muxer.h"

namespace baton::record {

MediaFile::MediaFile(PartFile part, std::unique_ptr<Muxer> muxer, size_t streams)
    : part_(std::move(part)),
      muxer_(std::move(muxer)),
      interleaver_(std::make_unique<Interleaver>(streams, kMaxHold, kMaxHeldBytes)) {}

MediaFile::MediaFile(MediaFile&&) noexcept = default;

MediaFile& MediaFile::operator=(MediaFile&& other) noexcept {
  // What this file holds is written when `other` goes.
  std::swap(part_, other.part_);
  std::swap(muxer_, other.muxer_);
  std::swap(interleaver_, other.interleaver_);
  std::swap(sync_error_, other.sync_error_);
  return *this;
}

MediaFile::~MediaFile() {
  // Moved from, or finished, there is nothing to write; an error has been told before.
  if (!muxer_) return;
  if (WriteHeld(true).ok()) muxer_->EndCluster().IgnoreError();
}

absl::StatusOr<MediaFile> MediaFile::Create(RecordingDirectory& directory, std::string_view stem,
                                            const std::vector<StreamParameters>& streams) {
  std::vector<CodecParametersPtr> parameters;
  for (const StreamParameters& stream : streams) {
    absl::StatusOr<CodecParametersPtr> converted = ToCodecParameters(stream);
    if (!converted.ok()) return converted.status();
    parameters.push_back(*std::move(converted));
  }
  const std::string_view extension = ExtensionFor(streams);
  absl::StatusOr<PartFile> part = directory.Create(stem, extension);
  if (!part.ok()) return part.status();
  const auto container =
      extension == "webm" ? Muxer::Container::kWebM : Muxer::Container::kMatroska;
  absl::StatusOr<std::unique_ptr<Muxer>> muxer =
      Muxer::Create(part->fd(), part->part_name(), container, parameters);
  if (!muxer.ok()) {
    // Without a header it would only be taken for a broken recording.
    directory.Remove(part->part_name()).IgnoreError();
    return muxer.status();
  }
  return MediaFile(*std::move(part), *std::move(muxer), streams.size());
}

absl::Status MediaFile::Write(size_t stream, Bytes data, Duration time, Duration duration,
                              bool key_frame) {
  interleaver_->Add({stream, {data.begin(), data.end()}, time, duration, key_frame});
  return WriteHeld(false);
}

absl::Status MediaFile::AdvanceTo(size_t stream, Duration time) {
  interleaver_->AdvanceTo(stream, time);
  return WriteHeld(false);
}

absl::Status MediaFile::WriteHeld(bool all) {
  if (!sync_error_.ok()) return sync_error_;
  while (const std::optional<QueuedFrame> frame =
             all ? interleaver_->NextOfAll() : interleaver_->Next()) {
    absl::Status status =
        muxer_->Write(frame->stream, frame->data, frame->time, frame->duration, frame->key_frame);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status MediaFile::Sync() {
  if (!sync_error_.ok()) return sync_error_;
  if (absl::Status status = muxer_->EndCluster(); !status.ok()) return status;
  if (fdatasync(part_.fd()) != 0) {
    sync_error_ = FileError(errno, "write", part_.part_name());
  }
  return sync_error_;
}

absl::StatusOr<FinishedFile> MediaFile::Finish() {
  // A disk that is full keeps frames out of the file, and not the file from its end.
  if (absl::Status status = WriteHeld(true);
      !status.ok() && (!absl::IsResourceExhausted(status) || !sync_error_.ok())) {
    return status;
  }
  const std::unique_ptr<Muxer> muxer = std::move(muxer_);
  if (absl::Status status = muxer->Finish(); !status.ok()) return status;
  absl::StatusOr<std::string> sha256 = Sha256OfFile(part_.fd(), part_.part_name());
  if (!sha256.ok()) return sha256.status();
  absl::StatusOr<std::string> name = part_.Finish();
  if (!name.ok()) return name.status();
  return FinishedFile{*name, muxer->size(), *sha256, muxer->start(), muxer->end() - muxer->start()};
}

uint64_t MediaFile::bytes_written() const { return muxer_->size(); }

}  // namespace baton::record
