// How the floor's messages get to the kernel: all of one burst with one system call.
#pragma once

#include <liburing.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace baton::bench {

class FloorSender {
 public:
  FloorSender() = default;
  FloorSender(const FloorSender&) = delete;
  FloorSender& operator=(const FloorSender&) = delete;
  virtual ~FloorSender() = default;

  virtual void Send(std::vector<mmsghdr>& messages) = 0;

  // Messages that the kernel has refused so far.
  uint64_t refused() const { return refused_; }

 protected:
  uint64_t refused_ = 0;
};

class SendmmsgSender final : public FloorSender {
 public:
  explicit SendmmsgSender(int socket) : socket_(socket) {}
  void Send(std::vector<mmsghdr>& messages) override;

 private:
  int socket_;
};

// Completions of what has been sent are not asked for: there are only those of refused messages.
class UringSender final : public FloorSender {
 public:
  // `max_messages` of one Send(). Does not return if the kernel allows no io_uring.
  UringSender(int socket, size_t max_messages);
  ~UringSender() override;
  void Send(std::vector<mmsghdr>& messages) override;

 private:
  void Submit();

  io_uring ring_{};
};

}  // namespace baton::bench
