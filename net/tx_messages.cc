#include "net/tx_messages.h"

#include <errno.h>
#include <netinet/udp.h>

#include <cstddef>
#include <cstring>

#include "base/check.h"

namespace baton::net {
namespace {

// The answers to a run that may not be one to each of its datagrams.
bool RefusesRuns(int error) { return error == EMSGSIZE || error == EINVAL || error == EIO; }

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

TxMessages::TxMessages(size_t sockets, size_t destinations, LoopCounters& counters)
    : sockets_(sockets),
      counters_(counters),
      paths_(destinations),
      headers_(kCapacity),
      names_(kCapacity),
      controls_(kCapacity),
      info_(kCapacity) {
  left_over_.reserve(kMaxEntries);
  scattered_.reserve(kMaxEntries);
}

void TxMessages::Start(const TxBatch& batch, std::optional<SocketIndex> only) {
  BATON_CHECK(batch.size() <= kMaxEntries);
  batch_ = &batch;
  only_ = only;
  next_destination_ = 0;
  current_ = {};
  filled_ = 0;
}

size_t TxMessages::Fill() {
  if (unsettled_) Settle();
  filled_ = 0;
  ++submission_;
  scattered_.clear();
  for (; left_over_done_ < left_over_.size(); ++left_over_done_) {
    if (!Emit(left_over_[left_over_done_])) return filled_;
  }
  left_over_.clear();
  left_over_done_ = 0;
  while (!current_.next.at_end() || TakeDestination()) {
    if (!Emit(current_)) break;
    current_ = {};
  }
  return filled_;
}

bool TxMessages::TakeDestination() {
  const auto destinations = batch_->destinations();
  while (next_destination_ < destinations.size()) {
    const auto index = static_cast<uint32_t>(next_destination_++);
    const TxBatch::Destination& to = destinations[index];
    if (to.flow.socket == kTapSocket) continue;
    BATON_CHECK(to.flow.socket < sockets_);
    if (only_ && *only_ != to.flow.socket) continue;
    current_ = {index, batch_->Begin(to), 0, true};
    if (!current_.next.at_end()) return true;
  }
  return false;
}

bool TxMessages::Emit(Work& work) {
  const TxBatch::Destination& to = batch_->destinations()[work.destination];
  GsoPath* path = nullptr;
  if (paths_.Has(to.id)) {
    path = paths_.Use(to.id, to.flow, submission_);
    if (path == nullptr) return false;
  }
  while (!work.next.at_end() && (work.singles > 0 || work.to_end)) {
    if (filled_ == kCapacity) return false;
    const auto size = static_cast<uint32_t>(batch_->entry(work.next).size());
    const bool single = work.singles > 0 || path == nullptr || !path->MayTry(size);
    const TxRun run = NextRun(*batch_, work.next, single ? 1 : kMaxRunDatagrams);
    const bool alone = run.count > 1 && !path->takes(run.segment_size);
    Write(work.destination, run, path, alone);
    work.next = run.next;
    if (work.singles > 0) --work.singles;
    if (alone) break;
  }
  return true;
}

void TxMessages::Write(uint32_t destination, const TxRun& run, GsoPath* path, bool alone) {
  iovec* const parts = PartsOf(run);
  const Flow& flow = batch_->destinations()[destination].flow;
  msghdr& header = headers_[filled_].msg_hdr;
  header.msg_iov = parts;
  const bool all_header = run.count == 1 && batch_->entry(run.first).payload.size == 0;
  header.msg_iovlen = all_header ? 1 : 2 * size_t{run.count};
  if (path != nullptr) {
    header.msg_name = &path->name;
    header.msg_namelen = path->name_size;
  } else {
    header.msg_name = &names_[filled_];
    header.msg_namelen = ToSocketAddress(flow.remote, names_[filled_]);
  }
  header.msg_control = nullptr;
  header.msg_controllen = 0;
  if (run.count > 1) SetSegmentSize(header, run.segment_size);
  info_[filled_++] = {destination,      run.first, run.next, run.count,   run.bytes,
                      run.segment_size, path,      0,        flow.socket, alone};
  unsettled_ |= alone;
}

iovec* TxMessages::PartsOf(const TxRun& run) {
  static_assert(sizeof(TxBatch::Entry) == 2 * sizeof(iovec));
  static_assert(offsetof(TxBatch::Part, data) == offsetof(iovec, iov_base));
  static_assert(offsetof(TxBatch::Part, size) == offsetof(iovec, iov_len));
  const TxBatch::Entry* first = &batch_->entry(run.first);
  if (run.scattered) {
    first = scattered_.data() + scattered_.size();
    for (TxBatch::Position i = run.first; i != run.next; i = batch_->Next(i)) {
      scattered_.push_back(batch_->entry(i));
    }
  }
  // Only the kernel looks at them as iovecs, and it does not write.
  return reinterpret_cast<iovec*>(const_cast<TxBatch::Entry*>(first));
}

void TxMessages::SetSegmentSize(msghdr& header, uint32_t segment_size) {
  header.msg_control = controls_[filled_].bytes;
  header.msg_controllen = sizeof controls_[filled_].bytes;
  cmsghdr* const control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_UDP;
  control->cmsg_type = UDP_SEGMENT;
  control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
  const auto size = static_cast<uint16_t>(segment_size);
  std::memcpy(CMSG_DATA(control), &size, sizeof size);
}

void TxMessages::Account(size_t message, int result) {
  Info& info = info_[message];
  info.result = result;
  if (result >= 0) {
    counters_.tx_messages.Add();
    counters_.tx_datagrams.Add(info.datagrams);
    counters_.tx_bytes.Add(info.bytes);
    counters_.tx_segments.Record(info.datagrams);
  } else if (info.datagrams > 1 && RefusesRuns(-result)) {
    counters_.tx_runs_refused.Add();
    unsettled_ = true;
  } else {
    CountFailure(-result, info.datagrams);
  }
}

void TxMessages::CountFailure(int error, uint32_t datagrams) {
  counters_.tx_failures[static_cast<size_t>(Classify(error))].Add(datagrams);
}

void TxMessages::Settle() {
  unsettled_ = false;
  // What comes of the last submission goes before what had no room in it.
  left_over_.erase(left_over_.begin(),
                   left_over_.begin() + static_cast<std::ptrdiff_t>(left_over_done_));
  left_over_done_ = 0;
  size_t settled = 0;
  for (size_t i = 0; i < filled_; ++i) {
    const Info& info = info_[i];
    const bool refused = info.datagrams > 1 && info.result < 0 && RefusesRuns(-info.result);
    if (refused) info.path->NoteRefused(info.segment_size);
    if (info.alone && info.result >= 0) info.path->NoteTaken(info.segment_size);
    Work work{info.destination, info.next, 0, info.alone};
    if (refused && LaterWasTaken(i)) {
      CountFailure(-info.result, info.datagrams);
    } else if (refused) {
      work.next = info.first;
      work.singles = info.datagrams;
    }
    if (work.next.at_end() || (work.singles == 0 && !work.to_end)) continue;
    left_over_.insert(left_over_.begin() + static_cast<std::ptrdiff_t>(settled++), work);
  }
}

// Later, and to the same destination.
bool TxMessages::LaterWasTaken(size_t message) const {
  for (size_t i = message + 1; i < filled_; ++i) {
    if (info_[i].destination == info_[message].destination && info_[i].result >= 0) return true;
  }
  return false;
}

}  // namespace baton::net
