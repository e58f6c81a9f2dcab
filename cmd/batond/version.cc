#include "cmd/batond/version.h"

#include "cmd/batond/version_values.h"

namespace baton {
namespace {

std::string Compiler() {
#ifdef __clang__
  return "clang " __clang_version__;
#else
  return "gcc " __VERSION__;
#endif
}

}  // namespace

BuildInfo ThisBuild() {
  return {.version = BATON_VERSION,
          .commit = BATON_COMMIT,
          .compiler = Compiler(),
          .liburing = BATON_LIBURING_VERSION};
}

std::string VersionText(const BuildInfo& info) {
  return "batond " + info.version + "\ncommit   " + info.commit + "\ncompiler " + info.compiler +
         "\nliburing " + info.liburing + "\n";
}

}  // namespace baton
