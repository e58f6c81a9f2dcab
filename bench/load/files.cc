#include "bench/load/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace baton::bench {
namespace {

absl::Status Failed(const std::string& path, const char* what) {
  const int error = errno;
  const std::string text = absl::StrCat(path, ": ", what, ": ", std::strerror(error));
  return error == ENOENT ? absl::NotFoundError(text) : absl::FailedPreconditionError(text);
}

}  // namespace

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::error_code error;
  // A stream opens a directory, and then reads nothing from it.
  if (std::filesystem::is_directory(path, error)) {
    return absl::FailedPreconditionError(absl::StrCat(path, ": is a directory, not a file"));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) return Failed(path, "cannot be read");
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) return Failed(path, "cannot be read");
  return content;
}

absl::Status WriteFile(const std::string& path, std::string_view content) {
  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return Failed(temporary, "cannot be written");
  if (std::rename(temporary.c_str(), path.c_str()) != 0)
    return Failed(path, "cannot be renamed to");
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && std::filesystem::is_directory(path, error)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path, ": cannot be made: ", error ? error.message() : "it is a file"));
}

}  // namespace baton::bench
