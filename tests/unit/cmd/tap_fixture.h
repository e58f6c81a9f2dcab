// What tests of taps share: the recorder's end of a socket pair, and batches for taps.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/tx_batch.h"
#include "cmd/node/tap_sink.h"
#include "net/unique_fd.h"
#include "record/tap_protocol.h"

namespace baton {

// A pair of stream sockets: what a tap writes to, and what a recording process reads.
struct SocketPair {
  SocketPair() {
    int fds[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    node = net::UniqueFd(fds[0]);
    process = net::UniqueFd(fds[1]);
  }
  // The smallest that the kernel allows: writes stop within frames.
  void Shrink() const {
    const int size = 1;
    EXPECT_EQ(setsockopt(node.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
  }

  net::UniqueFd node;
  net::UniqueFd process;
};

// "message TEXT", "packet TEXT", "dropped N".
inline std::string TextOf(const record::TapFrame& frame) {
  const auto text = [](Bytes bytes) { return std::string(bytes.begin(), bytes.end()); };
  switch (frame.type) {
    case record::FrameType::kMessage:
      return "message " + text(frame.message);
    case record::FrameType::kPacket:
      return "packet " + text(frame.packet);
    case record::FrameType::kDropped:
      return "dropped " + std::to_string(frame.dropped);
  }
  return "";
}

// Reads frames as a recording process does.
class Recorder {
 public:
  static constexpr int kPatienceMs = 20'000;

  explicit Recorder(net::UniqueFd fd) : fd_(std::move(fd)) {}

  // Reads what there is, `at_most` so many bytes; false at the end of the stream.
  bool ReadSome(size_t at_most = SIZE_MAX) {
    const MutableBytes space = reader_.Space();
    const ssize_t size =
        recv(fd_.get(), space.data(), std::min(space.size(), at_most), MSG_DONTWAIT);
    if (size < 0) {
      EXPECT_EQ(errno, EAGAIN);
      return true;
    }
    reader_.Filled(static_cast<size_t>(size));
    record::TapFrame frame;
    for (auto result = reader_.Next(frame); result != record::FrameReader::Result::kNeedMore;
         result = reader_.Next(frame)) {
      if (result == record::FrameReader::Result::kBroken) {
        ADD_FAILURE() << "broken after " << frames.size() << " frames";
        return false;
      }
      frames.push_back(TextOf(frame));
      if (frame.type == record::FrameType::kPacket) times.push_back(frame.left);
    }
    return size > 0;
  }
  // Waits until `count` frames have come, or the stream ends; false if neither happens.
  bool ReadUntil(size_t count) {
    while (frames.size() < count) {
      pollfd ready{fd_.get(), POLLIN, 0};
      if (poll(&ready, 1, kPatienceMs) != 1) return false;
      if (!ReadSome()) return false;
    }
    return true;
  }
  bool ReadToEnd() {
    for (;;) {
      pollfd ready{fd_.get(), POLLIN, 0};
      if (poll(&ready, 1, kPatienceMs) != 1) return false;
      if (!ReadSome()) return true;
    }
  }
  // Of a frame that has begun and not ended.
  size_t pending() const { return reader_.pending(); }
  int fd() const { return fd_.get(); }

  std::vector<std::string> frames;
  std::vector<TimePoint> times;

 private:
  net::UniqueFd fd_;
  record::FrameReader reader_{record::FrameReader::Accept::kAll,
                              record::FrameReader::kNodeCapacity};
};

inline std::string MessageFrame(std::string_view text) {
  std::string frame;
  record::AppendMessageFrame({reinterpret_cast<const uint8_t*>(text.data()), text.size()}, frame);
  return frame;
}

// Batches as a shard makes them, given to taps alone.
class TapBatches final : private TxSink {
 public:
  explicit TapBatches(TapTable* table) : taps_(table) {}

  // A packet whose bytes lie in header and payload; it leaves with the next Flush().
  void Add(TapNumber tap, std::string_view packet) {
    kept_.emplace_back(packet);
    const std::string& bytes = kept_.back();
    const size_t header = std::min<size_t>(bytes.size(), 12);
    const Bytes payload(reinterpret_cast<const uint8_t*>(bytes.data()) + header,
                        bytes.size() - header);
    std::memcpy(batch_.Add(tap % 64, TapFlow(tap), header, payload), bytes.data(), header);
  }
  void Flush(TimePoint now = {}) {
    now_ = now;
    batch_.Flush();
    kept_.clear();
  }
  void Send(TapNumber tap, std::string_view packet, TimePoint now = {}) {
    Add(tap, packet);
    Flush(now);
  }
  uint64_t dropped() const { return taps_.dropped(); }

 private:
  void Send(const TxBatch& batch) override { taps_.Send(now_, batch); }

  TapSink taps_;
  TimePoint now_;
  std::deque<std::string> kept_;
  TxBatch batch_{256, 64, *this};
};

}  // namespace baton
