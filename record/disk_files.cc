#include "record/disk_files.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "record/manifest_json.h"
#include "record/media_file.h"
#include "record/raw_file.h"
#include "record/repair.h"

namespace baton::record {
namespace {

class DiskMedia final : public MediaTarget {
 public:
  explicit DiskMedia(MediaFile file) : file_(std::move(file)) {}

  const std::string& name() const override { return file_.name(); }
  absl::Status Write(size_t stream, Bytes data, Duration time, Duration duration,
                     bool key_frame) override {
    return file_.Write(stream, data, time, duration, key_frame);
  }
  absl::Status AdvanceTo(size_t stream, Duration time) override {
    return file_.AdvanceTo(stream, time);
  }
  absl::Status Sync() override { return file_.Sync(); }
  absl::StatusOr<FinishedFile> Finish() override { return file_.Finish(); }
  uint64_t bytes_written() const override { return file_.bytes_written(); }

 private:
  MediaFile file_;
};

class DiskRaw final : public RawTarget {
 public:
  explicit DiskRaw(RawFile file) : file_(std::move(file)) {}

  const std::string& name() const override { return file_.name(); }
  absl::Status WriteRtp(Bytes packet, Duration arrived) override {
    return file_.WriteRtp(packet, arrived);
  }
  absl::Status WriteRtcp(Bytes packet, Duration arrived) override {
    return file_.WriteRtcp(packet, arrived);
  }
  absl::Status Sync() override { return file_.Sync(); }
  absl::StatusOr<FinishedFile> Finish() override { return file_.Finish(); }
  uint64_t bytes_written() const override { return file_.bytes_written(); }

 private:
  RawFile file_;
};

bool IsUnfinished(const std::string& name) {
  return absl::EndsWith(name, std::string(kPartSuffix)) && name != kManifestPartName;
}

}  // namespace

absl::StatusOr<std::unique_ptr<MediaTarget>> DiskFiles::CreateMedia(
    std::string_view stem, const std::vector<StreamParameters>& streams) {
  absl::StatusOr<MediaFile> file = MediaFile::Create(directory_, FileStem(stem), streams);
  if (!file.ok()) return file.status();
  return std::make_unique<DiskMedia>(*std::move(file));
}

absl::StatusOr<std::unique_ptr<RawTarget>> DiskFiles::CreateRaw(std::string_view stem,
                                                                int64_t start_us) {
  absl::StatusOr<RawFile> file =
      RawFile::Create(directory_, FileStem(stem), static_cast<uint64_t>(start_us));
  if (!file.ok()) return file.status();
  return std::make_unique<DiskRaw>(*std::move(file));
}

absl::StatusOr<std::string> DiskFiles::ReadManifest() {
  return directory_.Read(kManifestPartName, kMaxManifestSize);
}

absl::Status DiskFiles::UpdateManifest(std::string_view json) {
  return directory_.Replace(kManifestPartName, json);
}

absl::Status DiskFiles::FinishManifest(std::string_view json) {
  const absl::StatusOr<std::vector<std::string>> names = directory_.List();
  if (!names.ok()) return names.status();
  if (std::any_of(names->begin(), names->end(), IsUnfinished)) {
    if (absl::Status status = UpdateManifest(json); !status.ok()) return status;
    return Repair(directory_).status();
  }
  if (absl::Status status = directory_.Replace(kManifestName, json); !status.ok()) return status;
  return directory_.Remove(kManifestPartName);
}

}  // namespace baton::record
