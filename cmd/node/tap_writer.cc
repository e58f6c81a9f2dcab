#include "cmd/node/tap_writer.h"

#include <errno.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "base/check.h"
#include "cmd/node/thread_setup.h"

namespace baton {

absl::StatusOr<std::unique_ptr<TapWriter>> TapWriter::Create(net::WakeEvent& wake) {
  if (wake.fd() < 0) return absl::InternalError("the system gives no eventfd for recordings");
  std::unique_ptr<TapWriter> writer(new TapWriter(wake));
  writer->epoll_ = net::UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (!writer->epoll_) return absl::ErrnoToStatus(errno, "epoll_create1");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = kWakeEvent;
  if (epoll_ctl(writer->epoll_.get(), EPOLL_CTL_ADD, wake.fd(), &event) != 0) {
    return absl::ErrnoToStatus(errno, "epoll_ctl");
  }
  writer->thread_ = std::thread([writer = writer.get()] {
    NameThisThread("taps");
    writer->Run();
  });
  return writer;
}

TapWriter::~TapWriter() { Stop(); }

void TapWriter::Stop() {
  if (!thread_.joinable()) return;
  stop_.store(true, std::memory_order_release);
  wake_.Signal();
  thread_.join();
}

void TapWriter::Open(TapNumber tap, std::shared_ptr<TapQueue> queue,
                     std::shared_ptr<TapProgress> progress) {
  Ask(tap, Opened{std::move(queue), std::move(progress)});
}

void TapWriter::Attach(TapNumber tap, net::UniqueFd fd, std::string first) {
  Ask(tap, Attached{std::move(fd), std::move(first)});
}

void TapWriter::Detach(TapNumber tap) { Ask(tap, Detached{}); }

void TapWriter::Send(TapNumber tap, uint64_t position, std::string message) {
  Ask(tap, Sent{position, std::move(message)});
}

void TapWriter::Close(TapNumber tap) { Ask(tap, Closed{}); }

void TapWriter::Ask(TapNumber tap, Action action) {
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back({tap, std::move(action)});
  }
  wake_.Signal();
}

void TapWriter::Run() {
  constexpr int kPauseMs = static_cast<int>(kPause.count());
  constexpr int kForEver = -1;
  int timeout_ms = kForEver;
  while (!stop_.load(std::memory_order_acquire)) {
    const bool paused = timeout_ms == kPauseMs;
    Wait(timeout_ms);
    const Round round = Serve();
    if (round.more) {
      timeout_ms = 0;
    } else if (!round.wrote && paused && MaySleep()) {
      timeout_ms = kForEver;
    } else {
      timeout_ms = kPauseMs;
    }
  }
  Serve();  // what was asked before Stop()
  Serve();  // and what is queued in taps that were opened just then
}

TapWriter::Round TapWriter::Serve() {
  // What is queued is looked at before requests are: see TapStream::NoteQueued().
  for (auto& [number, tap] : taps_) tap.stream.NoteQueued();
  TakeRequests();
  return WriteAll();
}

void TapWriter::Wait(int timeout_ms) {
  std::array<epoll_event, 64> events;
  const int count = epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms);
  for (int i = 0; i < count; ++i) OnEvent(events[i]);
}

void TapWriter::OnEvent(const epoll_event& event) {
  if (event.data.u32 == kWakeEvent) {
    // The event is not cleared: as long as the thread is awake nobody need write it again.
    uint64_t value = 0;
    [[maybe_unused]] const ssize_t size = read(wake_.fd(), &value, sizeof value);
    return;
  }
  const auto number = static_cast<TapNumber>(event.data.u32);
  Tap& tap = At(number);
  if ((event.events & (EPOLLHUP | EPOLLERR)) != 0) return Detach(number, tap);
  tap.blocked = false;
  Watch(number, tap, EPOLL_CTL_MOD, 0);
}

void TapWriter::TakeRequests() {
  std::vector<Request> requests;
  {
    const std::lock_guard lock(mutex_);
    requests.swap(requests_);
  }
  for (Request& request : requests) Do(request.tap, std::move(request.action));
}

void TapWriter::Do(TapNumber number, Action action) {
  if (auto* opened = std::get_if<Opened>(&action)) {
    taps_.insert({number, Tap{{std::move(opened->queue), std::move(opened->progress)}}});
    return;
  }
  Tap& tap = At(number);
  if (auto* sent = std::get_if<Sent>(&action)) {
    tap.stream.Add(sent->position, std::move(sent->message));
    return;
  }
  Detach(number, tap);
  if (auto* attached = std::get_if<Attached>(&action)) {
    tap.stream.Attach(std::move(attached->fd), std::move(attached->first));
    // Of what cannot be watched nobody would hear when it can be written to again.
    if (!Watch(number, tap, EPOLL_CTL_ADD, 0)) Detach(number, tap);
  } else if (std::holds_alternative<Closed>(action)) {
    taps_.erase(number);
  }
}

TapWriter::Tap& TapWriter::At(TapNumber number) {
  const auto found = taps_.find(number);
  BATON_CHECK(found != taps_.end());
  return found->second;
}

// With no `events` only the end of the process is noticed.
bool TapWriter::Watch(TapNumber number, const Tap& tap, int operation, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.u32 = number;
  return epoll_ctl(epoll_.get(), operation, tap.stream.fd(), &event) == 0;
}

void TapWriter::Detach(TapNumber number, Tap& tap) {
  if (tap.stream.fd() < 0) return;
  // Closing is not enough: others may have duplicates of the descriptor.
  Watch(number, tap, EPOLL_CTL_DEL, 0);
  tap.stream.Detach();
  tap.blocked = false;
}

TapWriter::Round TapWriter::WriteAll() {
  Round round;
  for (auto& [number, tap] : taps_) {
    if (tap.blocked || !tap.stream.HasMore()) continue;
    round.wrote = true;
    switch (tap.stream.Write()) {
      case TapStream::Outcome::kDone:
        break;
      case TapStream::Outcome::kMore:
        round.more = true;
        break;
      case TapStream::Outcome::kBlocked:
        tap.blocked = Watch(number, tap, EPOLL_CTL_MOD, EPOLLOUT);
        break;
      case TapStream::Outcome::kGone:
        Detach(number, tap);
        break;
    }
  }
  return round;
}

// Clears the event, so that it is written again from here on, and looks once more for what came
// before.
bool TapWriter::MaySleep() {
  wake_.Clear();
  for (const auto& [number, tap] : taps_) {
    if (!tap.blocked && tap.stream.HasMore()) return false;
  }
  const std::lock_guard lock(mutex_);
  return requests_.empty() && !stop_.load(std::memory_order_acquire);
}

}  // namespace baton
