#include "net/rx_batch.h"

#include <netinet/udp.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/clock.h"
#include "net/socket.h"

namespace baton::net {

RxBatch::RxBatch(size_t enough, size_t sockets, BufferRefs& refs, LoopCounters& counters)
    : refs_(refs), counters_(counters), enough_(enough), kernel_drops_(sockets) {
  datagrams_.reserve(Capacity(enough));
}

void RxBatch::Clear() {
  for (const Datagram& datagram : datagrams_) refs_.Release(datagram.buffer);
  datagrams_.clear();
}

void RxBatch::ReadClocks() {
  now_ = MonotonicNow();
  realtime_offset_ns_ = now_.time_since_epoch().count() - RealtimeNowNs();
}

void RxBatch::Add(SocketIndex socket, BufferId buffer, const msghdr& message, Bytes payload) {
  // Holds the buffer while it is looked at; whatever happens then, the last reference frees it.
  refs_.Retain(buffer);
  const ControlData control = ReadControl(message);
  if (control.has_drops) CountKernelDrops(socket, control.drops);
  const std::optional<TransportAddress> remote =
      FromSocketAddress(message.msg_name, message.msg_namelen);
  if ((message.msg_flags & MSG_TRUNC) != 0) {
    counters_.rx_truncated.Add();
  } else if (!remote) {
    counters_.rx_errors.Add();
  } else if (control.segment_size == 0 || control.segment_size >= payload.size()) {
    Append({*remote, socket}, buffer, payload, ToMonotonic(control.realtime_ns));
  } else {
    AppendSegments({*remote, socket}, buffer, payload, control.segment_size,
                   ToMonotonic(control.realtime_ns));
  }
  refs_.Release(buffer);
}

void RxBatch::Append(const Flow& flow, BufferId buffer, Bytes payload, TimePoint received) {
  refs_.Retain(buffer);
  datagrams_.push_back({flow, buffer, payload, received});
  counters_.rx_datagrams.Add();
  counters_.rx_bytes.Add(payload.size());
}

void RxBatch::AppendSegments(const Flow& flow, BufferId buffer, Bytes payload, size_t segment_size,
                             TimePoint received) {
  for (size_t i = 0; !payload.empty(); ++i) {
    if (i == kMaxSegments) {
      counters_.rx_errors.Add();
      return;
    }
    const size_t size = std::min(segment_size, payload.size());
    Append(flow, buffer, payload.first(size), received);
    payload = payload.subspan(size);
  }
}

RxBatch::ControlData RxBatch::ReadControl(const msghdr& message) {
  ControlData result;
  // The macros want a pointer to a msghdr that they might change.
  msghdr view = message;
  for (cmsghdr* c = CMSG_FIRSTHDR(&view); c != nullptr; c = CMSG_NXTHDR(&view, c)) {
    if (c->cmsg_level == SOL_UDP) {
      int size = 0;
      if (c->cmsg_type != UDP_GRO || c->cmsg_len < CMSG_LEN(sizeof size)) continue;
      std::memcpy(&size, CMSG_DATA(c), sizeof size);
      result.segment_size = static_cast<size_t>(std::max(size, 0));
      continue;
    }
    if (c->cmsg_level != SOL_SOCKET) continue;
    if (c->cmsg_type == SCM_TIMESTAMPNS && c->cmsg_len >= CMSG_LEN(sizeof(timespec))) {
      timespec t{};
      std::memcpy(&t, CMSG_DATA(c), sizeof t);
      result.realtime_ns = int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
    } else if (c->cmsg_type == SO_RXQ_OVFL && c->cmsg_len >= CMSG_LEN(sizeof(uint32_t))) {
      std::memcpy(&result.drops, CMSG_DATA(c), sizeof result.drops);
      result.has_drops = true;
    }
  }
  return result;
}

TimePoint RxBatch::ToMonotonic(int64_t realtime_ns) const {
  if (realtime_ns == 0) return now_;
  // CLOCK_REALTIME may have been set between the stamp and now: never tell of the future.
  return std::min(now_, TimePoint(Duration(realtime_ns + realtime_offset_ns_)));
}

void RxBatch::CountKernelDrops(SocketIndex socket, uint32_t total) {
  uint32_t& seen = kernel_drops_[socket];
  counters_.rx_kernel_drops.Add(total - seen);
  seen = total;
}

}  // namespace baton::net
