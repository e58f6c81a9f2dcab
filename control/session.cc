#include "control/session.h"

#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "control/errors.h"
#include "control/parts.h"

namespace baton::control {

using absl::StrCat;
using boost::system::error_code;

namespace {

// How long a client that was told Goodbye has to read it and close.
constexpr Duration kLinger = std::chrono::seconds(1);
constexpr size_t kMaxClientName = 128;

std::string PeerName(ByteStream::Socket& socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return "a client that has gone";
  const std::string host = peer.address().to_string();
  return peer.address().is_v6() ? StrCat("[", host, "]:", peer.port())
                                : StrCat(host, ":", peer.port());
}

}  // namespace

Session::Session(uint64_t id, std::unique_ptr<ByteStream> stream, Dispatcher& dispatcher,
                 const ServerLimits& limits, Counters& counters, SessionOwner& owner)
    : id_(id),
      stream_(std::move(stream)),
      dispatcher_(dispatcher),
      limits_(limits),
      counters_(counters),
      owner_(owner),
      peer_(PeerName(stream_->socket())),
      timer_(stream_->socket().get_executor()) {}

void Session::Start() {
  SetDue(Due::kHello, limits_.hello_timeout);
  stream_->AsyncHandshake(
      [self = shared_from_this()](const error_code& error) { self->OnHandshake(error); });
}

void Session::OnHandshake(const error_code& error) {
  if (state_ != State::kHandshake) return;
  if (error) return Abort(CloseReason::kHandshakeFailed);
  state_ = State::kHello;
  Read();
}

// ------------------------------------------------------------------------------------------ input

void Session::Read() {
  if (reading_ || state_ == State::kEnded) return;
  reading_ = true;
  stream_->AsyncReadSome(boost::asio::buffer(buffer_),
                         [self = shared_from_this()](const error_code& error, size_t size) {
                           self->OnRead(error, size);
                         });
}

void Session::OnRead(const error_code& error, size_t size) {
  reading_ = false;
  if (state_ == State::kEnded) return;
  if (error) return Abort(state_ == State::kClosing ? close_reason_ : CloseReason::kByPeer);
  // What comes after our Goodbye is read so that the kernel does not answer it with a reset, which
  // could overtake the Goodbye.
  if (state_ == State::kClosing) return Read();
  input_ = Bytes(buffer_.data(), size);
  ProcessInput();
}

void Session::ProcessInput() {
  processing_ = true;
  bool need_more = false;
  while (!need_more && !Throttled() && (state_ == State::kHello || state_ == State::kOpen)) {
    switch (decoder_.Next(input_)) {
      case FrameDecoder::Result::kNeedMore:
        need_more = true;
        break;
      case FrameDecoder::Result::kMessage:
        ClearDue(Due::kFrame);
        OnMessage(decoder_.message());
        break;
      case FrameDecoder::Result::kEmpty:
        Close(CloseReason::kMalformed,
              absl::InvalidArgumentError("a frame of length 0: a message follows each length"));
        break;
      case FrameDecoder::Result::kTooLong:
        Close(CloseReason::kMalformed,
              absl::InvalidArgumentError(
                  StrCat("a frame of ", decoder_.length(), " bytes is too long: send at most ",
                         state_ == State::kHello ? kMaxHelloSize : kMaxMessageSize,
                         " bytes, and only Hello before the Welcome")));
        break;
    }
  }
  processing_ = false;
  if (state_ == State::kClosing) return Read();
  // While nothing is read, a frame that does not end is not the client's fault.
  if (!need_more || !decoder_.in_frame()) {
    ClearDue(Due::kFrame);
  } else if (!due_[static_cast<size_t>(Due::kFrame)]) {
    SetDue(Due::kFrame, limits_.frame_timeout);
  }
  if (need_more) Read();
}

bool Session::Throttled() const {
  return in_flight_ >= limits_.pipelined_requests || unsent() >= kHighWater;
}

void Session::ResumeIfThrottled() {
  const bool open = state_ == State::kHello || state_ == State::kOpen;
  if (open && !reading_ && !processing_ && !Throttled()) ProcessInput();
}

void Session::OnMessage(const std::string& bytes) {
  counters_.rx_messages.Add();
  v1::Request request;
  if (!ParseMessage(bytes, &request)) {
    return Close(CloseReason::kMalformed,
                 absl::InvalidArgumentError(StrCat("a frame of ", bytes.size(),
                                                   " bytes is not a Request (protobuf, texts in "
                                                   "UTF-8)")));
  }
  if (state_ == State::kHello) return OnHello(request);
  OnRequest(request);
}

void Session::OnHello(const v1::Request& request) {
  if (!request.has_hello()) {
    return Refuse(request.id(), CloseReason::kNotWelcome,
                  absl::FailedPreconditionError("say Hello first"));
  }
  const v1::Hello& hello = request.hello();
  if (hello.protocol_version() != kProtocolVersion) {
    return Refuse(request.id(), CloseReason::kNotWelcome,
                  absl::FailedPreconditionError(
                      StrCat("protocol version ", hello.protocol_version(),
                             " is not spoken here: use version ", kProtocolVersion)));
  }
  if (hello.client_name().size() > kMaxClientName) {
    return Refuse(request.id(), CloseReason::kNotWelcome,
                  absl::InvalidArgumentError(StrCat("the client's name is longer than ",
                                                    kMaxClientName, " bytes: shorten it")));
  }
  client_name_ = hello.client_name();
  const absl::Status admitted = owner_.Admit(*this);
  if (!admitted.ok()) return Refuse(request.id(), CloseReason::kTooManySessions, admitted);

  state_ = State::kOpen;
  ClearDue(Due::kHello);
  decoder_.set_max_message_size(kMaxMessageSize);
  v1::Reply reply;
  reply.set_id(request.id());
  v1::Welcome* welcome = reply.mutable_welcome();
  welcome->set_protocol_version(kProtocolVersion);
  welcome->set_node_version(dispatcher_.identity().version);
  welcome->set_node_name(dispatcher_.identity().name);
  welcome->set_epoch(dispatcher_.identity().epoch);
  SendReply(std::move(reply));
}

void Session::OnRequest(const v1::Request& request) {
  ++in_flight_;
  if (request.has_watch()) return OnWatch(request);
  if (request.has_hello()) {
    v1::Reply reply = ErrorReply(absl::FailedPreconditionError("Hello has been said already"));
    reply.set_id(request.id());
    return OnReply(std::move(reply));
  }
  // A session that ends leaves its commands to be done, and nobody to tell.
  dispatcher_.Handle(request, [weak = weak_from_this(), &counters = counters_](v1::Reply&& reply) {
    const std::shared_ptr<Session> self = weak.lock();
    if (self == nullptr || self->state_ != State::kOpen) return counters.replies_dropped.Add();
    self->OnReply(std::move(reply));
  });
}

void Session::OnWatch(const v1::Request& request) {
  v1::Reply reply;
  absl::Status status =
      feed_ ? absl::FailedPreconditionError("this connection watches already: open another one")
            : owner_.AdmitWatcher(*this);
  if (status.ok()) {
    feed_.emplace(dispatcher_, request.watch());
    *reply.mutable_watch_started() = feed_->started();
    const bool resumed = feed_->started().start() == v1::WatchStarted::START_RESUMED;
    (resumed ? counters_.watch_resumed : counters_.watch_snapshots).Add();
  } else {
    reply = ErrorReply(status);
  }
  reply.set_id(request.id());
  OnReply(std::move(reply));
  PumpWatch();
}

// ----------------------------------------------------------------------------------------- output

void Session::OnReply(v1::Reply&& reply) {
  --in_flight_;
  if (unsent() > limits_.unread_reply_bytes) {
    return Close(CloseReason::kUnreadReplies,
                 absl::ResourceExhaustedError(StrCat("more than ", limits_.unread_reply_bytes,
                                                     " bytes of replies wait: read them, or ask "
                                                     "for less at a time")));
  }
  SendReply(std::move(reply));
  ResumeIfThrottled();
}

void Session::SendReply(v1::Reply reply) {
  for (v1::Reply& part : SplitReply(std::move(reply))) {
    v1::ServerMessage message;
    *message.mutable_reply() = std::move(part);
    Send(EncodeFrame(message));
  }
}

void Session::Send(std::string frame) {
  counters_.tx_messages.Add();
  if (queued_.empty()) {
    queued_ = std::move(frame);
  } else {
    queued_ += frame;
  }
  Write();
}

void Session::OnEvents() { PumpWatch(); }

void Session::PumpWatch() {
  std::string frame;
  while (feed_ && state_ == State::kOpen && unsent() < kLowWater) {
    switch (feed_->NextFrame(&frame)) {
      case WatchFeed::Next::kUpToDate:
        return;
      case WatchFeed::Next::kFrame:
        Send(std::move(frame));
        break;
      case WatchFeed::Next::kFellBehind:
        return Close(CloseReason::kWatchFellBehind,
                     absl::OutOfRangeError(StrCat(
                         "the watch fell more than ", limits_.event_log,
                         " events behind: connect again and watch, which starts with a snapshot")));
    }
  }
}

void Session::Write() {
  if (!writing_.empty() || queued_.empty()) return;
  std::swap(writing_, queued_);
  written_ = 0;
  WriteSome();
}

void Session::WriteSome() {
  SetDue(Due::kWrite, limits_.write_timeout);
  stream_->AsyncWriteSome(
      boost::asio::buffer(writing_.data() + written_, writing_.size() - written_),
      [self = shared_from_this()](const error_code& error, size_t size) {
        self->OnWritten(error, size);
      });
}

void Session::OnWritten(const error_code& error, size_t size) {
  if (state_ == State::kEnded) return;
  if (error) return Abort(state_ == State::kClosing ? close_reason_ : CloseReason::kByPeer);
  written_ += size;
  if (written_ < writing_.size()) return WriteSome();
  std::string().swap(writing_);
  written_ = 0;
  ClearDue(Due::kWrite);
  if (!queued_.empty()) return Write();
  if (state_ == State::kClosing) {
    error_code ignored;
    stream_->socket().shutdown(ByteStream::Socket::shutdown_send, ignored);
    return;
  }
  PumpWatch();
  ResumeIfThrottled();
}

// -------------------------------------------------------------------------------------------- end

void Session::Refuse(uint64_t request_id, CloseReason reason, const absl::Status& why) {
  v1::Reply reply = ErrorReply(why);
  reply.set_id(request_id);
  SendReply(std::move(reply));
  Close(reason, why);
}

void Session::Close(CloseReason reason, const absl::Status& why) {
  if (state_ == State::kHandshake) return Abort(reason);
  if (state_ == State::kClosing || state_ == State::kEnded) return;
  state_ = State::kClosing;
  close_reason_ = reason;
  feed_.reset();
  due_ = {};
  SetDue(Due::kLinger, kLinger);
  v1::ServerMessage message;
  *message.mutable_goodbye()->mutable_error() = ToError(why);
  Send(EncodeFrame(message));
  if (!processing_) Read();
}

void Session::Abort(CloseReason reason) {
  if (state_ == State::kEnded) return;
  state_ = State::kEnded;
  feed_.reset();
  timer_.cancel();
  error_code ignored;
  stream_->socket().close(ignored);
  owner_.OnEnd(*this, reason);
}

// ------------------------------------------------------------------------------------------ clock

void Session::SetDue(Due which, Duration after) {
  due_[static_cast<size_t>(which)] = Clock::now() + after;
  ArmTimer();
}

// One timer serves all deadlines. One that moves away leaves the timer where it is: when it runs
// out it looks again.
void Session::ArmTimer() {
  std::optional<Clock::time_point> next;
  for (const auto& due : due_) {
    if (due && (!next || *due < *next)) next = due;
  }
  if (!next || state_ == State::kEnded) return;
  if (timer_armed_ && timer_.expiry() <= *next) return;
  timer_armed_ = true;
  timer_.expires_at(*next);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const std::shared_ptr<Session> self = weak.lock();
    if (!error && self != nullptr) self->OnTimer();
  });
}

void Session::OnTimer() {
  if (state_ == State::kEnded) return;
  timer_armed_ = false;
  const Clock::time_point now = Clock::now();
  for (size_t i = 0; i < due_.size(); ++i) {
    if (!due_[i] || *due_[i] > now) continue;
    due_[i].reset();
    OnDue(static_cast<Due>(i));
    if (state_ == State::kEnded) return;
  }
  ArmTimer();
}

void Session::OnDue(Due which) {
  switch (which) {
    case Due::kHello:
      return Close(CloseReason::kHelloTimeout,
                   absl::DeadlineExceededError("no Hello came in time: send it at once"));
    case Due::kFrame:
      return Close(CloseReason::kFrameTimeout,
                   absl::DeadlineExceededError(
                       "a frame was begun and not finished in time: send frames whole"));
    case Due::kWrite:
      return Abort(CloseReason::kWriteTimeout);
    case Due::kLinger:
      return Abort(close_reason_);
  }
}

}  // namespace baton::control
