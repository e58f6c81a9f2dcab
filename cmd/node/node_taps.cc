#include "cmd/node/node_taps.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "record/tap_protocol.h"

namespace baton {

std::vector<MemoryItem> NodeTaps::MemoryPlan(size_t recordings, size_t queue_bytes) {
  return {{"queues (taken as they fill)", recordings, queue_bytes}};
}

void NodeTaps::Stop() {
  if (writer_ != nullptr) writer_->Stop();
}

uint64_t NodeTaps::backlog_bytes() const {
  uint64_t bytes = 0;
  for (const auto& [number, tap] : taps_) bytes += tap.queue->bytes().size();
  return bytes;
}

absl::StatusOr<TapNumber> NodeTaps::Open(size_t queue_bytes) {
  TapNumber number = 0;
  while (taps_.contains(number)) ++number;
  if (number == kMaxTaps) {
    return absl::ResourceExhaustedError(
        absl::StrCat("this node records ", kMaxTaps, " rooms at once and no more: stop one"));
  }
  if (writer_ == nullptr) {
    auto writer = TapWriter::Create(table_.wake());
    if (!writer.ok()) return writer.status();
    writer_ = *std::move(writer);
  }
  Tap tap{TapQueue::Create(queue_bytes), std::make_shared<TapProgress>()};
  if (tap.queue == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there is no memory for a recording's queue of ", queue_bytes,
                     " bytes: stop a recording, or lower record.queue_memory in the node's "
                     "configuration"));
  }
  table_.Add(number, tap.queue.get());
  writer_->Open(number, tap.queue, tap.progress);
  taps_.insert({number, std::move(tap)});
  return number;
}

void NodeTaps::Attach(TapNumber tap, int fd, std::string first) {
  writer_->Attach(tap, net::UniqueFd(fd), std::move(first));
}

void NodeTaps::Detach(TapNumber tap) { writer_->Detach(tap); }

bool NodeTaps::SendMessage(TapNumber number, std::string frame) {
  Tap& tap = At(number);
  const uint64_t waiting = tap.message_bytes - tap.progress->message_bytes.value();
  if (waiting >= kMaxMessageBytes) return false;
  Send(number, tap, std::move(frame));
  return true;
}

void NodeTaps::Finish(TapNumber number, std::string frame) {
  Tap& tap = At(number);
  if (const uint64_t dropped = tap.queue->untold_drops(); dropped > 0) {
    const auto mark = record::DroppedFrame(dropped);
    frame.insert(0, reinterpret_cast<const char*>(mark.data()), mark.size());
  }
  Send(number, tap, std::move(frame));
  tap.finishing = true;
}

void NodeTaps::Close(TapNumber number) {
  At(number);
  table_.Remove(number);
  writer_->Close(number);
  taps_.erase(number);
}

control::TapCounters NodeTaps::Counters(TapNumber number) const {
  const Tap& tap = At(number);
  control::TapCounters counters;
  counters.backlog_bytes = tap.queue->bytes().size();
  counters.packets = tap.queue->packets();
  counters.dropped = tap.queue->dropped();
  counters.written_bytes = tap.progress->written_bytes.value();
  counters.messages_written = tap.progress->messages.value();
  counters.attached = tap.progress->attached.value() != 0;
  counters.finished = tap.finishing && counters.messages_written == tap.messages;
  return counters;
}

NodeTaps::Tap& NodeTaps::At(TapNumber number) {
  const auto found = taps_.find(number);
  BATON_CHECK(found != taps_.end());
  return found->second;
}

const NodeTaps::Tap& NodeTaps::At(TapNumber number) const {
  const auto found = taps_.find(number);
  BATON_CHECK(found != taps_.end());
  return found->second;
}

void NodeTaps::Send(TapNumber number, Tap& tap, std::string message) {
  ++tap.messages;
  tap.message_bytes += message.size();
  writer_->Send(number, tap.queue->bytes().written(), std::move(message));
}

}  // namespace baton
