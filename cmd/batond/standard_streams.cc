#include "cmd/batond/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace baton {

void OpenStandardStreams() {
  for (int fd = 0; fd <= 2; ++fd) {
    // open() takes the lowest free number, which is this one: those below are open by now.
    if (fcntl(fd, F_GETFD) == -1 && errno == EBADF) static_cast<void>(open("/dev/null", O_RDWR));
  }
}

}  // namespace baton
