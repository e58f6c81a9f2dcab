// A directory for one test.
#pragma once

#include <string>

namespace baton::bench {

class TemporaryDirectory {
 public:
  // In the system's directory for temporary files, or in `parent` if that exists.
  explicit TemporaryDirectory(const std::string& parent = "");
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace baton::bench
