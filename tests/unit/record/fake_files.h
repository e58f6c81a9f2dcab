// A recording's directory that remembers what was written into it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "record/recording_files.h"

namespace baton::record {

struct FakeFrame {
  size_t stream = 0;
  std::vector<uint8_t> data;
  Duration time{};
  Duration duration{};
  bool key_frame = false;
};

struct FakeFile {
  std::string name;
  std::vector<StreamParameters> streams;
  std::vector<FakeFrame> frames;   // of media; of raw packets stream 0 is RTP and 1 RTCP
  std::vector<Duration> advanced;  // by stream
  int syncs = 0;
  bool finished = false;
  bool closed = false;

  std::vector<FakeFrame> Of(size_t stream) const {
    std::vector<FakeFrame> of;
    for (const FakeFrame& frame : frames) {
      if (frame.stream == stream) of.push_back(frame);
    }
    return of;
  }
};

class FakeFiles final : public RecordingFiles {
 public:
  std::vector<std::shared_ptr<FakeFile>> files;  // in the order in which they were created
  std::string manifest;                          // the last one
  std::string earlier_manifest;
  bool manifest_finished = false;
  absl::Status create_error;
  absl::Status write_error;

  absl::StatusOr<std::unique_ptr<MediaTarget>> CreateMedia(
      std::string_view stem, const std::vector<StreamParameters>& streams) override {
    if (!create_error.ok()) return create_error;
    auto file = Add(stem, ".webm");
    file->streams = streams;
    file->advanced.resize(streams.size());
    return std::make_unique<Target>(*this, file);
  }
  absl::StatusOr<std::unique_ptr<RawTarget>> CreateRaw(std::string_view stem, int64_t) override {
    if (!create_error.ok()) return create_error;
    return std::make_unique<Raw>(*this, Add(stem, ".rtpdump"));
  }
  absl::StatusOr<std::string> ReadManifest() override {
    if (earlier_manifest.empty()) return absl::NotFoundError("there is none");
    return earlier_manifest;
  }
  absl::Status UpdateManifest(std::string_view json) override {
    if (!write_error.ok()) return write_error;
    manifest = json;
    return absl::OkStatus();
  }
  absl::Status FinishManifest(std::string_view json) override {
    manifest_finished = true;
    return UpdateManifest(json);
  }

 private:
  template <class Base>
  class Common : public Base {
   public:
    Common(FakeFiles& files, std::shared_ptr<FakeFile> file)
        : files_(files), file_(std::move(file)) {}
    ~Common() override { file_->closed = true; }

    const std::string& name() const override { return file_->name; }
    absl::Status Sync() override {
      ++file_->syncs;
      return files_.write_error;
    }
    absl::StatusOr<FinishedFile> Finish() override {
      if (!files_.write_error.ok()) return files_.write_error;
      file_->finished = true;
      FinishedFile finished{.name = file_->name, .bytes = bytes_written()};
      finished.sha256 = std::string(64, 'a');
      if (file_->frames.empty()) return finished;
      finished.start = file_->frames.front().time;
      for (const FakeFrame& frame : file_->frames) {
        finished.start = std::min(finished.start, frame.time);
        finished.duration = std::max(finished.duration, frame.time + frame.duration);
      }
      finished.duration -= finished.start;
      return finished;
    }
    uint64_t bytes_written() const override {
      uint64_t bytes = 0;
      for (const FakeFrame& frame : file_->frames) bytes += frame.data.size();
      return bytes;
    }

   protected:
    absl::Status Add(FakeFrame frame) {
      if (!files_.write_error.ok()) return files_.write_error;
      file_->frames.push_back(std::move(frame));
      return absl::OkStatus();
    }

    FakeFiles& files_;
    std::shared_ptr<FakeFile> file_;
  };

  class Target final : public Common<MediaTarget> {
   public:
    using Common::Common;
    absl::Status Write(size_t stream, Bytes data, Duration time, Duration duration,
                       bool key_frame) override {
      return Add({stream, {data.begin(), data.end()}, time, duration, key_frame});
    }
    absl::Status AdvanceTo(size_t stream, Duration time) override {
      file_->advanced.at(stream) = std::max(file_->advanced.at(stream), time);
      return files_.write_error;
    }
  };
  class Raw final : public Common<RawTarget> {
   public:
    using Common::Common;
    absl::Status WriteRtp(Bytes packet, Duration arrived) override {
      return Add({0, {packet.begin(), packet.end()}, arrived, {}, true});
    }
    absl::Status WriteRtcp(Bytes packet, Duration arrived) override {
      return Add({1, {packet.begin(), packet.end()}, arrived, {}, true});
    }
  };

  std::shared_ptr<FakeFile> Add(std::string_view stem, const char* extension) {
    auto file = std::make_shared<FakeFile>();
    const absl::string_view text(stem.data(), stem.size());
    file->name = absl::StrCat(text, extension);
    for (int i = 2; Has(file->name); ++i) file->name = absl::StrCat(text, "-", i, extension);
    files.push_back(file);
    return file;
  }
  bool Has(const std::string& name) const {
    return std::any_of(files.begin(), files.end(),
                       [&](const auto& file) { return file->name == name; });
  }
};

}  // namespace baton::record
