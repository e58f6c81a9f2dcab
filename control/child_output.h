// What a child process writes to its standard error, line by line and within bounds: so many lines,
// and no more than they cost. Control thread.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace baton::control {

// Cuts a stream of bytes into lines. Pure.
class LineSplitter {
 public:
  static constexpr size_t kMaxLine = 512;  // what is longer is cut

  // Calls `take` with each line, without its end and with what is not printable replaced.
  void Add(std::string_view bytes, const std::function<void(const std::string& line)>& take);
  // The same for what has no end.
  void Finish(const std::function<void(const std::string& line)>& take);

 private:
  std::string line_;
};

class ChildOutput {
 public:
  using LineHandler = std::function<void(const std::string& line)>;

  // Lines that are handed over in a second; the others are counted.
  static constexpr int kLinesPerSecond = 20;

  // Takes `fd`, the reading end of a pipe. `handler` is called from `io` until this is destroyed.
  ChildOutput(boost::asio::io_context& io, int fd, LineHandler handler);
  ~ChildOutput() { *alive_ = false; }
  ChildOutput(const ChildOutput&) = delete;
  ChildOutput& operator=(const ChildOutput&) = delete;

  // What has come so far, for a child that has ended.
  void Drain();
  // The last line; empty if there was none.
  const std::string& last_line() const { return last_line_; }

 private:
  void Read();
  void OnLine(const std::string& line);

  LineHandler handler_;
  boost::asio::posix::stream_descriptor pipe_;
  LineSplitter splitter_;
  std::string last_line_;
  std::chrono::steady_clock::time_point second_;  // that lines are counted in
  int lines_ = 0;
  int left_out_ = 0;
  // For handlers that are queued when this goes.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace baton::control
