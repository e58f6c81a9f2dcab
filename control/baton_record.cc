#include "control/baton_record.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "control/child_output.h"
#include "net/unique_fd.h"
#include "record/tap_protocol.h"

namespace baton::control {
namespace {

// Enough for files of a thousand tracks.
constexpr rlim_t kMaxFiles = 4096;
// Whatever it is sent, it does not take the machine's memory.
constexpr rlim_t kMaxData = rlim_t{2} << 30;

class Process final : public SinkProcess {
 public:
  Process(boost::asio::io_context& io, int socket, int standard_error, const std::string& recording,
          SinkHandler& handler, const RecordingLog& log)
      : handler_(handler),
        log_(log),
        recording_(recording),
        socket_(io, socket),
        output_(io, standard_error, [this](const std::string& line) {
          if (log_)
            log_(
                {.warning = true, .what = "baton-record", .recording = recording_, .detail = line});
        }) {}

  ~Process() override { *alive_ = false; }

  void Run(std::unique_ptr<ChildProcess> child) {
    child_ = std::move(child);
    Read();
  }

  void Signal(int signal) override { child_->Signal(signal); }

  void OnExit(ChildExit exit) {
    exit_ = exit;
    MaybeGone();
  }

 private:
  void Read() {
    socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                       [this, alive = alive_](const boost::system::error_code& error) {
                         if (*alive && !error) OnReadable();
                       });
  }

  // One piece at a time, so that a process that talks without end keeps nobody waiting.
  void OnReadable() {
    const MutableBytes space = reader_.Space();
    const ssize_t size = recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return Read();
    if (size <= 0) return OnEnd();
    reader_.Filled(static_cast<size_t>(size));
    record::TapFrame frame;
    for (;;) {
      switch (reader_.Next(frame)) {
        case record::FrameReader::Result::kNeedMore:
          return Read();
        case record::FrameReader::Result::kBroken:
          return OnEnd();
        case record::FrameReader::Result::kFrame:
          break;
      }
      record::v1::FromSink message;
      const int message_size = static_cast<int>(frame.message.size());
      if (!message.ParseFromArray(frame.message.data(), message_size)) return OnEnd();
      handler_.OnSinkMessage(message);
    }
  }

  void OnEnd() {
    socket_.close();
    if (exit_) return MaybeGone();
    handler_.OnSinkClosed();
  }

  // When it has ended and its last word is read. The last call here.
  void MaybeGone() {
    if (!exit_ || socket_.is_open()) return;
    output_.Drain();
    const ChildExit exit = *exit_;
    const std::string last_words = output_.last_line();
    handler_.OnSinkGone(exit, last_words);
  }

  SinkHandler& handler_;
  const RecordingLog& log_;
  const std::string recording_;
  boost::asio::posix::stream_descriptor socket_;
  ChildOutput output_;
  record::FrameReader reader_{record::FrameReader::Accept::kMessagesOnly,
                              record::FrameReader::kNodeCapacity};
  std::optional<ChildExit> exit_;
  std::unique_ptr<ChildProcess> child_;
  // For handlers that are queued when this goes.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

struct Channel {
  net::UniqueFd ours;
  net::UniqueFd theirs;
};

absl::StatusOr<Channel> MakeSocketPair() {
  std::array<int, 2> fds;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return absl::ErrnoToStatus(errno, "cannot make a socket pair");
  }
  return Channel{net::UniqueFd(fds[0]), net::UniqueFd(fds[1])};
}

absl::StatusOr<Channel> MakePipe() {
  std::array<int, 2> fds;
  if (pipe2(fds.data(), O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  return Channel{net::UniqueFd(fds[0]), net::UniqueFd(fds[1])};
}

}  // namespace

std::vector<ChildLimit> RecordingLimits() {
  std::vector<ChildLimit> limits = {{RLIMIT_CORE, 0}, {RLIMIT_NOFILE, kMaxFiles}};
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  // A sanitizer maps more than any limit.
  limits.push_back({RLIMIT_DATA, kMaxData});
#endif
  return limits;
}

absl::StatusOr<LaunchedSink> BatonRecord::Launch(const std::string& recording, int directory_fd,
                                                 SinkHandler& handler) {
  absl::StatusOr<Channel> socket = MakeSocketPair();
  if (!socket.ok()) return socket.status();
  absl::StatusOr<Channel> output = MakePipe();
  if (!output.ok()) return output.status();
  net::UniqueFd tap(fcntl(socket->ours.get(), F_DUPFD_CLOEXEC, 0));
  if (!tap) return absl::ErrnoToStatus(errno, "cannot copy a descriptor");
  auto process = std::make_unique<Process>(io_, socket->ours.Release(), output->ours.Release(),
                                           recording, handler, log_);
  const ChildOptions options{
      .program = program_,
      .arguments = {"baton-record", "--sink"},
      .fds = {-1, -1, output->theirs.get(), socket->theirs.get(), directory_fd},
      .limits = RecordingLimits()};
  auto child = ChildProcess::Start(
      io_, options, [process = process.get()](ChildExit exit) { process->OnExit(exit); });
  if (!child.ok()) return child.status();
  process->Run(*std::move(child));
  return LaunchedSink{std::move(process), tap.Release()};
}

}  // namespace baton::control
