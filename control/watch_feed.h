// One watcher's place in the history: gives the frames of its watch one at a time, when its
// connection can take one. Holds no events itself.
#pragma once

#include <cstdint>
#include <string>

#include "control/dispatcher.h"

#include "proto/control.pb.h"

namespace baton::control {

class WatchFeed {
 public:
  enum class Next {
    kFrame,
    kUpToDate,
    kFellBehind,  // the log no longer has the events that come next
  };

  // `dispatcher` outlives the feed.
  WatchFeed(Dispatcher& dispatcher, const v1::Watch& request);

  // Where the watch starts: the answer to the request.
  const v1::WatchStarted& started() const { return started_; }

  Next NextFrame(std::string* frame);

 private:
  v1::WatchStarted::Start Choose(const v1::Watch& request) const;

  Dispatcher& dispatcher_;
  v1::WatchStarted started_;
  Dispatcher::Frames snapshot_;  // null once it is sent
  size_t next_part_ = 0;
  uint64_t revision_ = 0;  // the last one that was sent
};

}  // namespace baton::control
