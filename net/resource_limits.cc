#include "net/resource_limits.h"

#include <errno.h>
#include <sys/resource.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace baton::net {

absl::StatusOr<uint64_t> RaiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return absl::ErrnoToStatus(errno, "getrlimit(RLIMIT_NOFILE)");
  }
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
    return absl::ErrnoToStatus(errno, "setrlimit(RLIMIT_NOFILE)");
  }
  return uint64_t{limit.rlim_cur};
}

std::string DescribeMemlockLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return "RLIMIT_MEMLOCK is unknown";
  if (limit.rlim_cur == RLIM_INFINITY) return "RLIMIT_MEMLOCK is unlimited";
  return absl::StrCat("RLIMIT_MEMLOCK is ", limit.rlim_cur,
                      " bytes; raise it with LimitMEMLOCK= in the unit or ulimit -l");
}

}  // namespace baton::net
