#include "cmd/baton-record/repair_command.h"

#include <chrono>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "record/libav.h"
#include "record/recording_directory.h"
#include "record/repair.h"

namespace baton::record {
namespace {

using Outcome = RepairedFile::Outcome;

// Names of files may be anything, and this goes to a terminal.
std::string Safe(const std::string& name) { return absl::CEscape(name); }

std::string Describe(const RepairedFile& file) {
  const double seconds = std::chrono::duration<double>(file.file.duration).count();
  switch (file.outcome) {
    case Outcome::kRepaired:
      return absl::StrFormat("%s: repaired, %.3f s", Safe(file.file.name), seconds);
    case Outcome::kDamaged:
      return absl::StrFormat("%s: %.3f s could be read; the original is %s (%s)",
                             Safe(file.file.name), seconds, Safe(file.broken_name),
                             Safe(file.problem));
    case Outcome::kBroken:
      return absl::StrFormat("%s: nothing could be read (%s)", Safe(file.broken_name),
                             Safe(file.problem));
    case Outcome::kFailed:
      break;
  }
  return absl::StrFormat("%s: left as it was (%s)", Safe(file.part_name), Safe(file.problem));
}

ExitCode Worse(ExitCode a, Outcome outcome) {
  if (a == ExitCode::kFailure || outcome == Outcome::kFailed) return ExitCode::kFailure;
  return outcome == Outcome::kRepaired ? a : ExitCode::kDamaged;
}

absl::StatusOr<RepairReport> RepairAt(const std::string& path) {
  auto directory = RecordingDirectory::Open(path);
  if (!directory.ok()) return directory.status();
  if (absl::Status status = directory->Lock(); !status.ok()) return status;
  SetUpLibav();
  return Repair(*directory);
}

}  // namespace

ExitCode RunRepair(const std::string& path, std::ostream& out, std::ostream& err) {
  const auto report = RepairAt(path);
  if (!report.ok()) {
    err << "baton-record: " << report.status().message() << std::endl;
    return ExitCode::kFailure;
  }
  ExitCode code = ExitCode::kOk;
  for (const RepairedFile& file : report->files) {
    out << Describe(file) << "\n";
    code = Worse(code, file.outcome);
  }
  if (report->manifest_written) out << "manifest.json: written\n";
  if (report->files.empty() && !report->manifest_written) out << "there is nothing to repair\n";
  out.flush();
  return code;
}

}  // namespace baton::record
