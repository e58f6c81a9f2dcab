#include "record/repair.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "record/file_io.h"
#include "record/manifest_json.h"
#include "record/repair_manifest.h"
#include "record/salvage.h"

namespace baton::record {
namespace {

using Outcome = RepairedFile::Outcome;

bool IsMediaPart(const std::string& name) {
  return absl::EndsWith(name, ".webm.part") || absl::EndsWith(name, ".mkv.part");
}

bool IsRawPart(const std::string& name) { return absl::EndsWith(name, ".rtpdump.part"); }

// What a repair, or a writer of the manifest, had not yet put in its place when it was killed.
bool IsLeftBehind(const std::string& name) {
  return absl::EndsWith(name, ".part.new") ||
         name == std::string(kManifestName) + std::string(kFreshSuffix);
}

class PartRepair {
 public:
  PartRepair(RecordingDirectory& directory, std::string part_name) : directory_(directory) {
    result_.part_name = std::move(part_name);
  }

  RepairedFile Run() {
    const absl::Status status = TryToRepair();
    if (!status.ok()) {
      result_.outcome = Outcome::kFailed;
      result_.problem = absl::StrCat(status.message());
    }
    return std::move(result_);
  }

 private:
  absl::Status TryToRepair() {
    const std::string& part_name = result_.part_name;
    const std::string name = part_name.substr(0, part_name.size() - kPartSuffix.size());
    const absl::StatusOr<PartFile> part = directory_.OpenPart(name);
    if (!part.ok()) return part.status();
    absl::StatusOr<PartFile> copy = directory_.CreateReplacement(name);
    if (!copy.ok()) return copy.status();
    const absl::StatusOr<Salvage> salvage = IsRawPart(part_name)
                                                ? SalvageRtpdump(part->fd(), copy->fd(), part_name)
                                                : SalvageMedia(part->fd(), copy->fd(), part_name);
    if (absl::IsDataLoss(salvage.status())) return KeepBroken(salvage.status());
    if (!salvage.ok()) {
      directory_.Remove(part_name + std::string(kFreshSuffix)).IgnoreError();
      return salvage.status();
    }
    return PutInPlace(*copy, *salvage);
  }

  absl::Status KeepBroken(const absl::Status& problem) {
    if (absl::Status status = directory_.Remove(result_.part_name + std::string(kFreshSuffix));
        !status.ok()) {
      return status;
    }
    absl::StatusOr<std::string> broken = directory_.KeepAsBroken(result_.part_name);
    if (!broken.ok()) return broken.status();
    result_.outcome = Outcome::kBroken;
    result_.broken_name = *std::move(broken);
    result_.problem = absl::StrCat(problem.message());
    return directory_.Remove(result_.part_name);
  }

  // In an order in which at each moment either the original or the copy is there, and has a name
  // that another repair would find.
  absl::Status PutInPlace(PartFile& copy, const Salvage& salvage) {
    result_.outcome = Outcome::kRepaired;
    if (!salvage.damage.empty()) {
      absl::StatusOr<std::string> broken = directory_.KeepAsBroken(result_.part_name);
      if (!broken.ok()) return broken.status();
      result_.outcome = Outcome::kDamaged;
      result_.broken_name = *std::move(broken);
      result_.problem = salvage.damage;
    }
    absl::StatusOr<std::string> sha256 = Sha256OfFile(copy.fd(), copy.part_name());
    if (!sha256.ok()) return sha256.status();
    if (absl::Status status = copy.TakePlace(); !status.ok()) return status;
    absl::StatusOr<std::string> name = copy.Finish();
    if (!name.ok()) return name.status();
    result_.file = {*std::move(name), salvage.bytes, *std::move(sha256), salvage.start,
                    salvage.end - salvage.start};
    return absl::OkStatus();
  }

  RecordingDirectory& directory_;
  RepairedFile result_;
};

}  // namespace

absl::StatusOr<RepairReport> Repair(RecordingDirectory& directory) {
  absl::StatusOr<std::vector<std::string>> names = directory.List();
  if (!names.ok()) return names.status();
  RepairReport report;
  for (const std::string& name : *names) {
    if (IsLeftBehind(name)) {
      if (absl::Status status = directory.Remove(name); !status.ok()) return status;
    } else if (IsMediaPart(name) || IsRawPart(name)) {
      report.files.push_back(PartRepair(directory, name).Run());
    }
  }
  absl::StatusOr<bool> written = RepairManifest(directory);
  if (!written.ok()) return written.status();
  report.manifest_written = *written;
  return report;
}

}  // namespace baton::record
