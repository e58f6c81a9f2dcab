#include "cmd/baton-record/run_sink.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/baton-record/sink.h"
#include "net/unique_fd.h"
#include "record/disk_files.h"
#include "record/libav.h"
#include "record/recording_directory.h"

namespace baton::record {
namespace {

constexpr int kSocket = 3;
constexpr int kDirectory = 4;

bool IsStreamSocket(int fd) {
  int type = 0;
  socklen_t size = sizeof(type);
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

bool IsDirectory(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

// Becomes readable with the first signal that asks the process to end.
absl::StatusOr<net::UniqueFd> CatchSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  net::UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd || sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) {
    return absl::InternalError(absl::StrCat("cannot wait for signals: ", std::strerror(errno)));
  }
  return fd;
}

}  // namespace

absl::Status RunSink() {
  if (!IsStreamSocket(kSocket) || !IsDirectory(kDirectory)) {
    return absl::FailedPreconditionError(
        "--sink is for batond, which starts it with a socket as descriptor 3 and a recording's"
        " directory as descriptor 4. To record a room use 'batonctl record start ROOM', to finish"
        " what a crash has left 'baton-record repair DIR'");
  }
  const net::UniqueFd socket(kSocket);
  const auto stop = CatchSignals();
  if (!stop.ok()) return stop.status();
  auto directory = RecordingDirectory::Adopt(net::UniqueFd(kDirectory));
  if (!directory.ok()) return directory.status();
  if (absl::Status status = directory->Lock(); !status.ok()) return status;
  SetUpLibav();
  DiskFiles files(*directory);
  return Sink(socket.get(), stop->get(), files).Run();
}

}  // namespace baton::record
