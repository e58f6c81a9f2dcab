#include "tests/sim/judge/input_ledger.h"

#include <algorithm>

namespace baton::sim {

void InputLedger::OnSent(TimePoint now, const PacketIdentity& packet) {
  const PacketTag tag = packet.tag;
  if (streams_.size() <= tag.stream) streams_.resize(tag.stream + 1);
  Stream& stream = streams_[tag.stream];
  if (tag.index != stream.next) return;
  ++stream.next;
  InputRecord& record = stream.records[tag.index % kKept];
  record = {};
  record.identity = packet;
  record.sent = now;
  record.used = true;
}

void InputLedger::OnRestart(uint32_t stream) {
  if (stream < streams_.size()) streams_[stream].restarts.push_back(streams_[stream].next);
}

void InputLedger::OnRead(TimePoint now, const PacketTag& tag, uint64_t arrival, bool certain) {
  InputRecord* const record = FindPlace(tag);
  if (record == nullptr) return;
  uint32_t& newest = streams_[tag.stream].newest_read;
  const uint32_t late_by = newest - std::min(newest, tag.index);
  if (!record->came()) {
    record->first_arrival = arrival;
    record->read = now;
  }
  // It was not taken in before it came from where its publisher was known to be.
  if (record->certain_arrival == 0) record->late_by = std::max(record->late_by, late_by);
  newest = std::max(newest, tag.index);
  record->last_arrival = arrival;
  if (certain && record->certain_arrival == 0) record->certain_arrival = arrival;
}

InputRecord* InputLedger::FindPlace(const PacketTag& tag) {
  if (tag.stream >= streams_.size()) return nullptr;
  InputRecord& record = streams_[tag.stream].records[tag.index % kKept];
  return record.used && record.identity.tag == tag ? &record : nullptr;
}

const InputRecord* InputLedger::Find(const PacketTag& tag) const {
  return const_cast<InputLedger*>(this)->FindPlace(tag);
}

bool InputLedger::Restarted(uint32_t stream, uint32_t from, uint32_t to) const {
  const std::vector<uint32_t>& restarts = streams_[stream].restarts;
  return std::any_of(restarts.begin(), restarts.end(),
                     [&](uint32_t first) { return first > from && first <= to; });
}

}  // namespace baton::sim
