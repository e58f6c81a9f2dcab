#include "tests/sim/kernel/udp_model.h"

#include <errno.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/clock.h"
#include "net/event_loop.h"
#include "net/rx_batch.h"
#include "net/socket.h"
#include "net/tx_runs.h"

namespace baton::sim {
namespace {

// The kernel charges a datagram for its bookkeeping as well.
constexpr size_t kBookkeeping = 256;

// Of a socket's queue, as loops ask for it.
constexpr size_t kAmpleQueueBytes = size_t{4} << 20;

// Appends a control message; false if there is no room.
bool AppendControl(msghdr& message, size_t capacity, int level, int type, const void* data,
                   size_t size) {
  if (message.msg_controllen + CMSG_SPACE(size) > capacity) return false;
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(size);
  header.cmsg_level = level;
  header.cmsg_type = type;
  uint8_t* const at = static_cast<uint8_t*>(message.msg_control) + message.msg_controllen;
  std::memcpy(at, &header, sizeof header);
  std::memcpy(at + CMSG_LEN(0), data, size);
  message.msg_controllen += CMSG_SPACE(size);
  return true;
}

size_t SegmentSizeOf(const msghdr& message) {
  msghdr view = message;
  for (cmsghdr* c = CMSG_FIRSTHDR(&view); c != nullptr; c = CMSG_NXTHDR(&view, c)) {
    if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_SEGMENT) continue;
    uint16_t size = 0;
    std::memcpy(&size, CMSG_DATA(c), sizeof size);
    return size;
  }
  return 0;
}

}  // namespace

UdpModel::UdpModel(const Config& config, std::vector<int> descriptors, Random random,
                   UdpModelHost& host)
    : config_(config),
      descriptors_(std::move(descriptors)),
      host_(host),
      refusals_(config.refusals, random),
      queues_(descriptors_.size()) {}

SocketIndex UdpModel::SocketOf(int descriptor) const {
  const auto found = std::find(descriptors_.begin(), descriptors_.end(), descriptor);
  BATON_CHECK(found != descriptors_.end());
  return static_cast<SocketIndex>(found - descriptors_.begin());
}

size_t UdpModel::queued_bytes() const {
  size_t bytes = 0;
  for (const Queue& queue : queues_) bytes += queue.bytes;
  return bytes;
}

// ---------------------------------------------------------------------------------- receiving

void UdpModel::Arrive(TimePoint now, const Flow& from, const DatagramMark& mark, Bytes datagram) {
  Queue& queue = queues_[from.socket];
  const size_t charge = datagram.size() + kBookkeeping;
  const bool tight = now < config_.tight_until;
  if (queue.bytes + charge > (tight ? config_.tight_queue_bytes : kAmpleQueueBytes)) {
    ++queue.drops;
    ++dropped_;
    return;
  }
  queue.bytes += charge;
  if (Join(queue, now, from, mark, datagram)) return;
  std::unique_ptr<Piece> piece = NewPiece();
  piece->from = from.remote;
  piece->arrived = now;
  piece->segment_size = datagram.size();
  piece->bytes.assign(datagram.begin(), datagram.end());
  piece->marks.push_back(mark);
  queue.pieces.push_back(std::move(piece));
}

// As UDP_GRO does: datagrams of one flow in a row, of one size but for a last one that is shorter.
bool UdpModel::Join(Queue& queue, TimePoint now, const Flow& from, const DatagramMark& mark,
                    Bytes datagram) const {
  if (config_.gro_window == Duration{} || queue.pieces.empty() || datagram.empty()) return false;
  Piece& last = *queue.pieces.back();
  if (last.closed || last.from != from.remote || now - last.arrived > config_.gro_window ||
      datagram.size() > last.segment_size || last.segment_size == 0 ||
      last.marks.size() == net::kMaxSegments ||
      last.bytes.size() + datagram.size() > net::kGroBufferSize) {
    return false;
  }
  last.bytes.insert(last.bytes.end(), datagram.begin(), datagram.end());
  last.marks.push_back(mark);
  last.closed = datagram.size() < last.segment_size;
  return true;
}

std::unique_ptr<UdpModel::Piece> UdpModel::NewPiece() {
  if (spare_.empty()) return std::make_unique<Piece>();
  std::unique_ptr<Piece> piece = std::move(spare_.back());
  spare_.pop_back();
  piece->closed = false;
  piece->marks.clear();
  return piece;
}

size_t UdpModel::Read(SocketIndex socket, msghdr& message, MutableBytes payload) {
  Queue& queue = queues_[socket];
  BATON_CHECK(!queue.pieces.empty());
  std::unique_ptr<Piece> piece = std::move(queue.pieces.front());
  queue.pieces.pop_front();
  queue.bytes -= piece->bytes.size() + kBookkeeping * piece->marks.size();

  net::SocketAddress name{};
  const socklen_t name_size = net::ToSocketAddress({piece->from.ip, piece->from.port}, name);
  std::memcpy(message.msg_name, &name, std::min(name_size, message.msg_namelen));
  message.msg_namelen = name_size;
  WriteControl(*piece, queue.drops, message);
  const size_t size = std::min(payload.size(), piece->bytes.size());
  std::copy_n(piece->bytes.begin(), size, payload.begin());
  message.msg_flags = size < piece->bytes.size() ? MSG_TRUNC : 0;
  if (size == piece->bytes.size()) TellRead(socket, *piece);
  spare_.push_back(std::move(piece));
  return size;
}

void UdpModel::WriteControl(const Piece& piece, uint32_t drops, msghdr& message) {
  const size_t capacity = message.msg_controllen;
  message.msg_controllen = 0;
  const int64_t realtime_ns = RealtimeNowNs() - (MonotonicNow() - piece.arrived).count();
  const timespec stamp{realtime_ns / 1'000'000'000, realtime_ns % 1'000'000'000};
  bool fits = AppendControl(message, capacity, SOL_SOCKET, SO_TIMESTAMPNS, &stamp, sizeof stamp);
  if (drops > 0) {
    fits &= AppendControl(message, capacity, SOL_SOCKET, SO_RXQ_OVFL, &drops, sizeof drops);
  }
  if (piece.marks.size() > 1) {
    const int segment_size = static_cast<int>(piece.segment_size);
    fits &= AppendControl(message, capacity, SOL_UDP, UDP_GRO, &segment_size, sizeof segment_size);
  }
  BATON_CHECK(fits);
}

void UdpModel::TellRead(SocketIndex socket, const Piece& piece) {
  Bytes rest(piece.bytes);
  for (const DatagramMark& mark : piece.marks) {
    const size_t size = std::min(piece.segment_size, rest.size());
    host_.OnRead({piece.from, socket}, mark, rest.first(size));
    rest = rest.subspan(size);
  }
}

// ------------------------------------------------------------------------------------ sending

int UdpModel::Write(TimePoint now, SocketIndex socket, const msghdr& message) {
  const auto to = net::FromSocketAddress(message.msg_name, message.msg_namelen);
  BATON_CHECK(to.has_value());
  gathered_.clear();
  for (size_t i = 0; i < message.msg_iovlen; ++i) {
    const auto* const data = static_cast<const uint8_t*>(message.msg_iov[i].iov_base);
    gathered_.insert(gathered_.end(), data, data + message.msg_iov[i].iov_len);
  }
  const size_t segment = SegmentSizeOf(message);
  const size_t datagrams = segment == 0 ? 1 : (gathered_.size() + segment - 1) / segment;
  BATON_CHECK(gathered_.size() <= net::kMaxRunBytes && datagrams <= net::kMaxRunDatagrams);

  const int error = refusals_.Judge(now, *to, datagrams, segment);
  Bytes rest(gathered_);
  do {
    const Bytes datagram = rest.first(segment == 0 ? rest.size() : std::min(segment, rest.size()));
    host_.OnWrite({*to, socket}, datagram, error == 0);
    rest = rest.subspan(datagram.size());
  } while (!rest.empty());
  return error == 0 ? static_cast<int>(gathered_.size()) : -error;
}

}  // namespace baton::sim
