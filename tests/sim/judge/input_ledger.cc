#include "tests/sim/judge/input_ledger.h"

#include <algorithm>

namespace baton::sim {

void InputLedger::OnSent(TimePoint now, const PacketTag& tag) {
  if (streams_.size() <= tag.stream) streams_.resize(tag.stream + 1);
  Stream& stream = streams_[tag.stream];
  if (tag.index != stream.next) return;
  ++stream.next;
  stream.records[tag.index % kKept] = {tag.index, now, 0, 0};
}

void InputLedger::OnRestart(uint32_t stream) {
  if (stream < streams_.size()) streams_[stream].restarts.push_back(streams_[stream].next);
}

void InputLedger::OnRead(const PacketTag& tag, uint64_t arrival) {
  InputRecord* const record = FindPlace(tag);
  if (record == nullptr) return;
  if (record->first_arrival == 0) record->first_arrival = arrival;
  record->last_arrival = arrival;
}

InputRecord* InputLedger::FindPlace(const PacketTag& tag) {
  if (tag.stream >= streams_.size()) return nullptr;
  InputRecord& record = streams_[tag.stream].records[tag.index % kKept];
  return record.index == tag.index ? &record : nullptr;
}

const InputRecord* InputLedger::Find(const PacketTag& tag) const {
  return const_cast<InputLedger*>(this)->FindPlace(tag);
}

bool InputLedger::Restarted(uint32_t stream, uint32_t from, uint32_t to) const {
  const std::vector<uint32_t>& restarts = streams_[stream].restarts;
  return std::any_of(restarts.begin(), restarts.end(),
                     [&](uint32_t first) { return first > from && first <= to; });
}

uint32_t InputLedger::ReadBetween(uint32_t stream, uint32_t from, uint32_t to) const {
  uint32_t count = 0;
  for (uint32_t i = from + 1; i < to; ++i) {
    const InputRecord* const record = Find({stream, i});
    count += record != nullptr && record->first_arrival != 0;
  }
  return count;
}

}  // namespace baton::sim
