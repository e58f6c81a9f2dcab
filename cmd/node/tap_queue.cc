#include "cmd/node/tap_queue.h"

#include <utility>

#include "record/tap_protocol.h"

namespace baton {

std::shared_ptr<TapQueue> TapQueue::Create(size_t bytes) {
  auto queue = SpscByteQueue::Create(bytes);
  return queue == nullptr ? nullptr : std::make_shared<TapQueue>(std::move(queue));
}

bool TapQueue::Push(TimePoint now, const TxBatch::Entry& packet) {
  const auto frame = record::PacketFrameHeader(now, packet.size());
  const Bytes header(packet.header.data, packet.header.size);
  const Bytes payload(packet.payload.data, packet.payload.size);
  bool queued = false;
  if (untold_ == 0) [[likely]] {
    queued = bytes_->Push({frame, header, payload});
  } else if (bytes_->Room() >= bytes_->capacity() / kPartToResume) {
    queued = bytes_->Push({record::DroppedFrame(untold_), frame, header, payload});
    if (queued) untold_ = 0;
  }
  if (queued) {
    packets_.Add();
  } else {
    ++untold_;
    dropped_.Add();
  }
  return queued;
}

}  // namespace baton
