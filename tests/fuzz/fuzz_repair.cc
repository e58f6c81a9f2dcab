// A recording's directory in which a crash has left a file of any content: repair gives a file that
// can be read or keeps what was there, never both nothing, and has nothing left to do afterwards.
//
// The first byte chooses what the file is called.
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "base/bytes.h"
#include "base/check.h"
#include "net/unique_fd.h"
#include "record/describe_file.h"
#include "record/libav.h"
#include "record/recording_directory.h"
#include "record/repair.h"
#include "tests/unit/bench/temporary_directory.h"

namespace {

using baton::record::RecordingDirectory;
using baton::record::RepairedFile;
using Outcome = RepairedFile::Outcome;

constexpr std::array<const char*, 5> kNames = {"a.webm.part", "a.mkv.part", "a.rtpdump.part",
                                               "manifest.json.part", "manifest.json"};

void Clear(RecordingDirectory& directory) {
  const std::vector<std::string> names = *directory.List();
  for (const std::string& name : names) BATON_CHECK(directory.Remove(name).ok());
}

void CheckFile(const RecordingDirectory& directory, const RepairedFile& file,
               const std::string& original) {
  BATON_CHECK(file.outcome != Outcome::kFailed);
  if (file.outcome != Outcome::kBroken) {
    const auto described = DescribeFile(directory, file.file.name);
    BATON_CHECK(described.ok() && described->sha256 == file.file.sha256);
  }
  if (file.outcome != Outcome::kRepaired) {
    BATON_CHECK(*directory.Read(file.broken_name, original.size()) == original);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // In memory; removed when the program ends.
  static const baton::bench::TemporaryDirectory temporary("/dev/shm");
  static RecordingDirectory directory = *RecordingDirectory::Open(temporary.Path(""));
  baton::record::SetUpLibav();
  if (size == 0) return 0;

  const char* name = kNames[data[0] % kNames.size()];
  const std::string content(data + 1, data + size);
  Clear(directory);
  BATON_CHECK(directory.Replace(name, content).ok());
  const auto report = Repair(directory);
  BATON_CHECK(report.ok());
  for (const RepairedFile& file : report->files) CheckFile(directory, file, content);

  const std::vector<std::string> left = *directory.List();
  const auto again = Repair(directory);
  BATON_CHECK(again.ok() && again->files.empty() && !again->manifest_written);
  BATON_CHECK(*directory.List() == left);
  return 0;
}
