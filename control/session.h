// One client's connection: handshake, Hello, requests in, replies and watch messages out, and every
// limit and deadline that keeps one client from harming the others.
#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/bytes.h"
#include "control/byte_stream.h"
#include "control/counters.h"
#include "control/dispatcher.h"
#include "control/framing.h"
#include "control/server_options.h"
#include "control/watch_feed.h"

#include "proto/control.pb.h"

namespace baton::control {

inline constexpr uint32_t kProtocolVersion = 1;

class Session;

// Who keeps sessions, and grants what there is a limit of.
class SessionOwner {
 public:
  virtual ~SessionOwner() = default;
  // The session has said a Hello that is fine: OK makes it one of the node's sessions.
  virtual absl::Status Admit(Session& session) = 0;
  virtual absl::Status AdmitWatcher(Session& session) = 0;
  // The session has ended, with everything that it held. The last call.
  virtual void OnEnd(Session& session, CloseReason reason) = 0;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  // All but `stream` outlive the session's end, not the session: pending handlers keep it a while.
  Session(uint64_t id, std::unique_ptr<ByteStream> stream, Dispatcher& dispatcher,
          const ServerLimits& limits, Counters& counters, SessionOwner& owner);

  uint64_t id() const { return id_; }
  // Who it is in log lines. The name is what it says in its Hello: any text of up to 128 bytes.
  const std::string& peer() const { return peer_; }
  const std::string& client_name() const { return client_name_; }

  void Start();
  // There are new events.
  void OnEvents();
  // Says Goodbye, lets what is queued out for a moment, and ends.
  void Close(CloseReason reason, const absl::Status& why);
  // Ends now.
  void Abort(CloseReason reason);

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { kHandshake, kHello, kOpen, kClosing, kEnded };
  enum class Due { kHello, kFrame, kWrite, kLinger };

  static constexpr size_t kReadSize = 16 * 1024;
  // Replies that wait beyond this stop the reading of further requests.
  static constexpr size_t kHighWater = 256 * 1024;
  // Watch messages are made when fewer bytes than this wait.
  static constexpr size_t kLowWater = 64 * 1024;

  void OnHandshake(const boost::system::error_code& error);

  void Read();
  void OnRead(const boost::system::error_code& error, size_t size);
  void ProcessInput();
  bool Throttled() const;
  void ResumeIfThrottled();
  void OnMessage(const std::string& bytes);
  void OnHello(const v1::Request& request);
  void OnRequest(const v1::Request& request);
  void OnWatch(const v1::Request& request);
  void Refuse(uint64_t request_id, CloseReason reason, const absl::Status& why);

  void OnReply(v1::Reply&& reply);
  void SendReply(v1::Reply reply);
  void Send(std::string frame);
  void PumpWatch();
  void Write();
  void WriteSome();
  void OnWritten(const boost::system::error_code& error, size_t size);
  size_t unsent() const { return queued_.size() + writing_.size() - written_; }

  void SetDue(Due which, Duration after);
  void ClearDue(Due which) { due_[static_cast<size_t>(which)].reset(); }
  void ArmTimer();
  void OnTimer();
  void OnDue(Due which);

  const uint64_t id_;
  std::unique_ptr<ByteStream> stream_;
  Dispatcher& dispatcher_;
  const ServerLimits& limits_;
  Counters& counters_;
  SessionOwner& owner_;
  const std::string peer_;
  std::string client_name_;
  State state_ = State::kHandshake;

  std::array<uint8_t, kReadSize> buffer_;
  Bytes input_;  // of buffer_, not decoded yet
  FrameDecoder decoder_{kMaxHelloSize};
  bool reading_ = false;
  bool processing_ = false;
  uint32_t in_flight_ = 0;  // requests without a reply

  std::string queued_;   // frames to write next
  std::string writing_;  // frames being written
  size_t written_ = 0;   // of writing_
  std::optional<WatchFeed> feed_;

  CloseReason close_reason_ = CloseReason::kByPeer;
  boost::asio::steady_timer timer_;
  bool timer_armed_ = false;
  std::array<std::optional<Clock::time_point>, 4> due_;
};

}  // namespace baton::control
