#include "net/tx_messages.h"

#include <errno.h>

#include "base/check.h"
#include "net/tx_runs.h"

namespace baton::net {
namespace {

SendFailure Classify(int error) {
  switch (error) {
    case EAGAIN:
      return SendFailure::kSocketFull;
    case ENOBUFS:
    case ENOMEM:
      return SendFailure::kNoBuffers;
    case EMSGSIZE:
      return SendFailure::kTooLong;
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ENETDOWN:
    case EADDRNOTAVAIL:
      return SendFailure::kUnreachable;
    case EPERM:
    case EACCES:
      return SendFailure::kNotPermitted;
    default:
      return SendFailure::kOther;
  }
}

}  // namespace

std::string_view ToString(SendFailure failure) {
  switch (failure) {
    case SendFailure::kSocketFull:
      return "socket_full";
    case SendFailure::kNoBuffers:
      return "no_buffers";
    case SendFailure::kTooLong:
      return "too_long";
    case SendFailure::kUnreachable:
      return "unreachable";
    case SendFailure::kNotPermitted:
      return "not_permitted";
    case SendFailure::kOther:
      break;
  }
  return "other";
}

TxMessages::TxMessages(size_t sockets, LoopCounters& counters)
    : sockets_(sockets),
      counters_(counters),
      headers_(kCapacity),
      names_(kCapacity),
      iovecs_(kCapacity * kIovecs),
      info_(kCapacity) {}

size_t TxMessages::Fill(const TxBatch& batch, TxCursor& cursor, std::optional<SocketIndex> only) {
  const auto destinations = batch.destinations();
  size_t filled = 0;
  while (cursor.destination < destinations.size()) {
    const TxBatch::Destination& to = destinations[cursor.destination];
    BATON_CHECK(to.flow.socket < sockets_);
    if (!only || *only == to.flow.socket) {
      uint32_t entry = cursor.entry == TxBatch::kEnd ? to.first : cursor.entry;
      while (entry != TxBatch::kEnd && filled < kCapacity) {
        entry = Write(filled++, batch, to.flow, entry);
      }
      cursor.entry = entry;
      if (entry != TxBatch::kEnd) return filled;
    }
    ++cursor.destination;
  }
  return filled;
}

uint32_t TxMessages::Write(size_t slot, const TxBatch& batch, const Flow& flow, uint32_t entry) {
  const TxRun run = NextRun(batch, entry, kRunDatagrams);
  iovec* const parts = &iovecs_[slot * kIovecs];
  size_t used = 0;
  for (uint32_t i = run.first; i != run.next; i = batch.entry(i).next) {
    const TxBatch::Entry& e = batch.entry(i);
    // The kernel's type for what it reads is not const.
    parts[used++] = {const_cast<uint8_t*>(e.header), e.header_size};
    if (e.payload_size > 0) parts[used++] = {const_cast<uint8_t*>(e.payload), e.payload_size};
  }
  msghdr& header = headers_[slot].msg_hdr;
  header = {};
  header.msg_name = &names_[slot];
  header.msg_namelen = ToSocketAddress(flow.remote, names_[slot]);
  header.msg_iov = parts;
  header.msg_iovlen = used;
  info_[slot] = {flow.socket, run.count, run.bytes};
  return run.next;
}

void TxMessages::Account(size_t message, int result) {
  const Info& info = info_[message];
  if (result < 0) {
    counters_.tx_failures[static_cast<size_t>(Classify(-result))].Add(info.datagrams);
    return;
  }
  counters_.tx_messages.Add();
  counters_.tx_datagrams.Add(info.datagrams);
  counters_.tx_bytes.Add(info.bytes);
}

}  // namespace baton::net
