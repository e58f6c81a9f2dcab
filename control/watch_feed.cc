#include "control/watch_feed.h"

#include "control/framing.h"
#include "control/parts.h"

namespace baton::control {

WatchFeed::WatchFeed(Dispatcher& dispatcher, const v1::Watch& request) : dispatcher_(dispatcher) {
  started_.set_start(Choose(request));
  if (started_.start() == v1::WatchStarted::START_RESUMED) {
    *started_.mutable_position() = request.resume_after();
  } else {
    *started_.mutable_position() = dispatcher.position();
    snapshot_ = dispatcher.SnapshotFrames();
  }
  revision_ = started_.position().revision();
}

v1::WatchStarted::Start WatchFeed::Choose(const v1::Watch& request) const {
  if (!request.has_resume_after()) return v1::WatchStarted::START_SNAPSHOT;
  const v1::Position& after = request.resume_after();
  if (after.epoch() != dispatcher_.identity().epoch) return v1::WatchStarted::START_OTHER_EPOCH;
  const EventLog& log = dispatcher_.log();
  if (after.revision() > log.last_revision()) return v1::WatchStarted::START_UNKNOWN_POSITION;
  if (!log.CanResumeAfter(after.revision())) return v1::WatchStarted::START_TOO_OLD;
  return v1::WatchStarted::START_RESUMED;
}

WatchFeed::Next WatchFeed::NextFrame(std::string* frame) {
  if (snapshot_ != nullptr) {
    *frame = (*snapshot_)[next_part_++];
    if (next_part_ == snapshot_->size()) snapshot_ = nullptr;
    return Next::kFrame;
  }
  const EventLog& log = dispatcher_.log();
  if (revision_ == log.last_revision()) return Next::kUpToDate;
  if (!log.CanResumeAfter(revision_)) return Next::kFellBehind;
  v1::ServerMessage message;
  log.Read(&revision_, kPartSize, message.mutable_watch()->mutable_events());
  *frame = EncodeFrame(message);
  return Next::kFrame;
}

}  // namespace baton::control
