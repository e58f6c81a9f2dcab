#include "tests/unit/bench/temporary_directory.h"

#include <stdlib.h>

#include <filesystem>

#include "base/check.h"

namespace baton::bench {

TemporaryDirectory::TemporaryDirectory(const std::string& parent) {
  std::error_code error;
  const bool parent_exists = std::filesystem::is_directory(parent, error);
  const std::filesystem::path beneath =
      parent_exists ? std::filesystem::path(parent) : std::filesystem::temp_directory_path();
  path_ = (beneath / "baton-test-XXXXXX").string();
  BATON_CHECK(mkdtemp(path_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace baton::bench
