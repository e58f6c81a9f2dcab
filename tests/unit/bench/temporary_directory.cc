#include "tests/unit/bench/temporary_directory.h"

#include <stdlib.h>

#include <filesystem>

#include "base/check.h"

namespace baton::bench {

TemporaryDirectory::TemporaryDirectory()
    : path_((std::filesystem::temp_directory_path() / "baton-bench-XXXXXX").string()) {
  BATON_CHECK(mkdtemp(path_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

}  // namespace baton::bench
