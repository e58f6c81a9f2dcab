// What this program was built from and with.
#pragma once

#include <string>

namespace baton {

struct BuildInfo {
  std::string version;   // "0.1.0"
  std::string commit;    // twelve hexadecimal digits, or "unknown" outside of a checkout
  std::string compiler;  // "gcc 12.2.0"
  std::string liburing;  // "2.3"
};

BuildInfo ThisBuild();

// For people: several lines.
std::string VersionText(const BuildInfo& info);

}  // namespace baton
