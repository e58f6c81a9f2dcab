#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <string_view>

#include "base/clock.h"
#include "cmd/batonctl/console.h"

namespace baton::cli {
namespace {

// The other screen, and no cursor.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view kLeave = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[K";
constexpr std::string_view kClearBelow = "\x1b[J";

constexpr std::array kEndingSignals = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};

// For the signal handler: how the terminal was. Set while it is otherwise.
termios saved_modes;
volatile std::sig_atomic_t modes_are_saved = 0;

// All of it, unless the terminal is gone. Async-signal-safe.
void WriteAll(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

// Async-signal-safe.
void RestoreTerminal() {
  WriteAll(kLeave);
  if (modes_are_saved != 0) tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
}

// Its disposition is the default one again, so that it ends the program when this returns.
void OnEndingSignal(int signal) {
  RestoreTerminal();
  std::raise(signal);
}

void OnResize(int) {}  // interrupts poll()

class TerminalConsole : public Console {
 public:
  ~TerminalConsole() override {
    if (!entered_) return;
    RestoreTerminal();
    modes_are_saved = 0;
    for (size_t i = 0; i < kEndingSignals.size(); ++i) {
      sigaction(kEndingSignals[i], &saved_actions_[i], nullptr);
    }
    sigaction(SIGWINCH, &saved_resize_, nullptr);
  }

  bool interactive() const override { return interactive_; }

  ConsoleSize size() const override {
    winsize window{};
    const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0;
    return known ? ConsoleSize{window.ws_col, window.ws_row} : ConsoleSize{};
  }

  void Draw(const std::vector<std::string>& lines) override {
    if (!entered_) Enter();
    std::string text(kHome);
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) text += "\r\n";
      text += lines[i];
      text += kClearLine;
    }
    WriteAll(text.append(kClearBelow));
  }

  Wait WaitUntil(TimePoint until) override {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - MonotonicNow());
    pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const auto timeout = std::clamp<int64_t>(left.count(), 0, INT_MAX);
    const int ready = poll(&input, has_keys_ ? 1 : 0, static_cast<int>(timeout));
    if (ready == 0) return {.elapsed = true};
    if (ready < 0) return {};  // another size
    char key = 0;
    const bool gone = read(STDIN_FILENO, &key, 1) != 1;
    return {.key = gone ? 'q' : key};
  }

 private:
  void Enter() {
    entered_ = true;
    struct sigaction ending {};
    ending.sa_handler = OnEndingSignal;
    ending.sa_flags = static_cast<int>(SA_RESETHAND);
    for (size_t i = 0; i < kEndingSignals.size(); ++i) {
      sigaction(kEndingSignals[i], nullptr, &saved_actions_[i]);
      // Who was started with nohup goes on ignoring it.
      if (saved_actions_[i].sa_handler == SIG_IGN) continue;
      sigaction(kEndingSignals[i], &ending, nullptr);
    }
    struct sigaction resize {};
    resize.sa_handler = OnResize;
    sigaction(SIGWINCH, &resize, &saved_resize_);
    if (has_keys_ && tcgetattr(STDIN_FILENO, &saved_modes) == 0) {
      modes_are_saved = 1;
      termios modes = saved_modes;
      modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      modes.c_cc[VMIN] = 1;
      modes.c_cc[VTIME] = 0;
      // Stopped, it would leave the terminal as it is now.
      modes.c_cc[VSUSP] = _POSIX_VDISABLE;
      tcsetattr(STDIN_FILENO, TCSANOW, &modes);
    }
    WriteAll(kEnter);
  }

  const bool interactive_ = isatty(STDOUT_FILENO) == 1;
  const bool has_keys_ = interactive_ && isatty(STDIN_FILENO) == 1;
  bool entered_ = false;
  std::array<struct sigaction, kEndingSignals.size()> saved_actions_{};
  struct sigaction saved_resize_ {};
};

}  // namespace

std::unique_ptr<Console> MakeTerminalConsole() { return std::make_unique<TerminalConsole>(); }

}  // namespace baton::cli
