#include "bench/yardsticks/die.h"

#include <errno.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace baton::bench {

void Die(const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", program_invocation_short_name, what.c_str());
  std::exit(1);
}

void DieOfErrno(const std::string& what) { Die(what + ": " + std::strerror(errno)); }

}  // namespace baton::bench
