#include "record/matroska_outline.h"

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <span>

namespace baton::record {
namespace {

constexpr uint32_t kEbml = 0x1A45DFA3;
constexpr uint32_t kSegment = 0x18538067;
constexpr uint32_t kCluster = 0x1F43B675;
constexpr uint32_t kSimpleBlock = 0xA3;
constexpr uint32_t kBlockGroup = 0xA0;
constexpr uint32_t kVoid = 0xEC;
constexpr uint32_t kCrc32 = 0xBF;

// SeekHead, Info, Tracks, Cues, Tags.
constexpr std::array<uint32_t, 8> kInSegment = {0x114D9B74, 0x1549A966, 0x1654AE6B, 0x1C53BB6B,
                                                0x1254C367, kCluster,   kVoid,      kCrc32};
// The first is the cluster's timestamp. Position and PrevSize, which others write, ours have not.
constexpr std::array<uint32_t, 5> kInCluster = {0xE7, kSimpleBlock, kBlockGroup, kVoid, kCrc32};

struct Element {
  uint32_t id = 0;
  uint64_t content = 0;          // offset
  std::optional<uint64_t> size;  // nothing: up to the end of the file
};

// A number of 1 to 8 bytes: as many zero bits as bytes follow the first, a one, the value.
struct Number {
  size_t length = 0;
  uint64_t with_marker = 0;
  uint64_t value = 0;
  bool all_ones = false;
};

std::optional<Number> ReadNumber(Bytes bytes, size_t max_length) {
  if (bytes.empty()) return std::nullopt;
  const auto length = static_cast<size_t>(std::countl_zero(bytes[0])) + 1;
  if (length > max_length || length > bytes.size()) return std::nullopt;
  Number number;
  number.length = length;
  for (size_t i = 0; i < length; ++i) number.with_marker = number.with_marker << 8 | bytes[i];
  const uint64_t mask = (uint64_t{1} << (7 * length)) - 1;
  number.value = number.with_marker & mask;
  number.all_ones = number.value == mask;
  return number;
}

constexpr size_t kMaxIdLength = 4;
constexpr size_t kMaxSizeLength = 8;

// Nothing: the file ends in its header, or none begins so.
std::optional<Element> ReadElement(ByteWindow& file, uint64_t offset) {
  const Bytes bytes = file.At(offset, kMaxIdLength + kMaxSizeLength);
  const std::optional<Number> id = ReadNumber(bytes, kMaxIdLength);
  if (!id) return std::nullopt;
  const std::optional<Number> size = ReadNumber(bytes.subspan(id->length), kMaxSizeLength);
  if (!size) return std::nullopt;
  Element element;
  element.id = static_cast<uint32_t>(id->with_marker);
  element.content = offset + id->length + size->length;
  if (!size->all_ones) element.size = size->value;
  return element;
}

bool IsOneOf(std::span<const uint32_t> ids, uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

class OutlineReader {
 public:
  explicit OutlineReader(ByteWindow& file) : file_(file) {}

  MatroskaOutline Read() {
    const std::optional<Element> ebml = ReadElement(file_, 0);
    const std::optional<Element> segment =
        ebml && ebml->id == kEbml && ebml->size && *ebml->size < file_.file_size()
            ? ReadElement(file_, ebml->content + *ebml->size)
            : std::nullopt;
    if (!segment || segment->id != kSegment) {
      outline_.damaged = true;
      return outline_;
    }
    ReadChildren(segment->content, file_.file_size(), false, kInSegment);
    return outline_;
  }

 private:
  // Of the segment or of a cluster, which ends at `end`; not `whole` if that is where the file ends
  // and not where the parent said.
  void ReadChildren(uint64_t offset, uint64_t end, bool whole, std::span<const uint32_t> known) {
    while (offset < end && !outline_.damaged && !outline_.cut_off) {
      const std::optional<Element> child = ReadElement(file_, offset);
      const bool may_be_cut_off = !whole && end - offset < kMaxIdLength + kMaxSizeLength;
      if (!child && may_be_cut_off) {
        outline_.cut_off = true;
        return;
      }
      if (!child || !child->size || !IsOneOf(known, child->id)) {
        outline_.damaged = true;
        return;
      }
      // Sizes have 56 bits: no sum of them overflows.
      const uint64_t child_end = child->content + *child->size;
      const bool child_is_whole = child_end <= end;
      if (child->id == kCluster) {
        ReadChildren(child->content, std::min(child_end, end), child_is_whole, kInCluster);
      }
      if (!child_is_whole) {
        (whole ? outline_.damaged : outline_.cut_off) = true;
        return;
      }
      if (child->id == kSimpleBlock || child->id == kBlockGroup) ++outline_.frames;
      offset = child_end;
    }
  }

  ByteWindow& file_;
  MatroskaOutline outline_;
};

}  // namespace

MatroskaOutline ReadMatroskaOutline(ByteWindow& file) { return OutlineReader(file).Read(); }

}  // namespace baton::record
