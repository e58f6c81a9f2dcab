#include "control/child_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace baton::control {

void LineSplitter::Add(std::string_view bytes,
                       const std::function<void(const std::string& line)>& take) {
  for (const char c : bytes) {
    if (c == '\n') {
      Finish(take);
    } else if (line_.size() < kMaxLine) {
      line_ += c >= ' ' && c <= '~' ? c : '?';
    }
  }
}

void LineSplitter::Finish(const std::function<void(const std::string& line)>& take) {
  if (line_.empty()) return;
  const std::string line = std::exchange(line_, {});
  take(line);
}

ChildOutput::ChildOutput(boost::asio::io_context& io, int fd, LineHandler handler)
    : handler_(std::move(handler)), pipe_(io, fd) {
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  Read();
}

void ChildOutput::Read() {
  pipe_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [this, alive = alive_](const boost::system::error_code& error) {
                     if (!*alive || error) return;
                     Drain();
                     if (pipe_.is_open()) Read();
                   });
}

void ChildOutput::Drain() {
  std::array<char, 4096> buffer;
  while (pipe_.is_open()) {
    const ssize_t size = read(pipe_.native_handle(), buffer.data(), buffer.size());
    if (size < 0) return;  // nothing more for now
    const auto take = [this](const std::string& line) { OnLine(line); };
    if (size == 0) {
      splitter_.Finish(take);
      pipe_.close();
      return;
    }
    splitter_.Add({buffer.data(), static_cast<size_t>(size)}, take);
  }
}

void ChildOutput::OnLine(const std::string& line) {
  last_line_ = line;
  const auto now = std::chrono::steady_clock::now();
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    lines_ = 0;
    if (const int left_out = std::exchange(left_out_, 0); left_out > 0) {
      handler_(absl::StrCat("(", left_out, " lines were left out)"));
    }
  }
  if (lines_++ < kLinesPerSecond) {
    handler_(line);
  } else {
    ++left_out_;
  }
}

}  // namespace baton::control
