#include "record/depacketize/h264_set_store.h"

namespace baton::record {
namespace {

void AppendUnit(std::vector<uint8_t>& out, const std::vector<uint8_t>& unit) {
  out.insert(out.end(), kStartCode.begin(), kStartCode.end());
  out.insert(out.end(), unit.begin(), unit.end());
}

}  // namespace

bool H264SetStore::Add(Bytes unit, H264SetIds& ids) {
  if (unit.empty() || unit.size() > kMaxSetSize) return false;
  const std::vector<uint8_t> copy(unit.begin(), unit.end());
  if (NalTypeOf(unit[0]) == NalType::kSequenceParameterSet) {
    const auto set = ReadSequenceParameterSet(unit);
    if (!set) return false;
    sequences_[set->id] = {*set, copy};
    ids.sequence.set(set->id);
    return true;
  }
  const auto set = ReadPictureParameterSet(unit);
  if (!set) return false;
  pictures_[set->id] = {*set, copy};
  ids.picture.set(set->id);
  return true;
}

std::optional<H264SetIds> H264SetStore::Needed(
    const std::bitset<kMaxPictureParameterSets>& picture_ids) const {
  H264SetIds needed{.picture = picture_ids};
  for (size_t id = 0; id < pictures_.size(); ++id) {
    if (!picture_ids[id]) continue;
    const Picture& picture = pictures_[id];
    const bool known = !picture.unit.empty() && !sequences_[picture.set.sequence_id].unit.empty();
    if (!known) return std::nullopt;
    needed.sequence.set(picture.set.sequence_id);
  }
  return needed;
}

std::vector<uint8_t> H264SetStore::AnnexB(const H264SetIds& ids) const {
  std::vector<uint8_t> out;
  for (size_t id = 0; id < sequences_.size(); ++id) {
    if (ids.sequence[id]) AppendUnit(out, sequences_[id].unit);
  }
  for (size_t id = 0; id < pictures_.size(); ++id) {
    if (ids.picture[id]) AppendUnit(out, pictures_[id].unit);
  }
  return out;
}

}  // namespace baton::record
