// A look-up table from a key to the index of a pool's slot, of fixed size: open addressing, linear
// probing, deletion without tombstones. It stores hashes and indices only; the keys stay in the
// pool, so the table can be rebuilt from it. Never allocates after construction.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/check.h"

namespace baton {

class HashIndex {
 public:
  static constexpr uint32_t kNotFound = ~uint32_t{0};

  // Room for `capacity` entries at a load of at most one half.
  explicit HashIndex(size_t capacity)
      : cells_(CellsFor(capacity)), mask_(cells_.size() - 1), capacity_(capacity) {}

  size_t size() const { return size_; }
  // What a table for `capacity` entries takes: this many cells of BytesPerCell().
  static constexpr size_t CellsFor(size_t capacity) {
    return std::bit_ceil(capacity < 4 ? size_t{8} : capacity * 2);
  }
  static constexpr size_t BytesPerCell() { return sizeof(Cell); }

  // The index stored under `hash` for which equals(index) holds.
  template <class Equals>
  uint32_t Find(uint64_t hash, Equals&& equals) const {
    for (size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Cell& cell = cells_[i];
      if (cell.index == kNotFound) return kNotFound;
      if (cell.hash == hash && equals(cell.index)) return cell.index;
    }
  }

  // The caller has made sure that the key is not there yet and that there is room.
  void Insert(uint64_t hash, uint32_t index) {
    BATON_CHECK(size_ < capacity_);
    size_t i = hash & mask_;
    while (cells_[i].index != kNotFound) i = (i + 1) & mask_;
    cells_[i] = {hash, index};
    ++size_;
  }

  // The entry {hash, index} must be there.
  void Erase(uint64_t hash, uint32_t index) {
    size_t hole = hash & mask_;
    while (cells_[hole].index != index || cells_[hole].hash != hash) {
      BATON_CHECK(cells_[hole].index != kNotFound);
      hole = (hole + 1) & mask_;
    }
    // Pull back each later entry of the cluster whose home is not after the hole.
    for (size_t i = (hole + 1) & mask_; cells_[i].index != kNotFound; i = (i + 1) & mask_) {
      const size_t home = cells_[i].hash & mask_;
      if (((i - home) & mask_) >= ((i - hole) & mask_)) {
        cells_[hole] = cells_[i];
        hole = i;
      }
    }
    cells_[hole] = {};
    --size_;
  }

 private:
  struct Cell {
    uint64_t hash = 0;
    uint32_t index = kNotFound;
  };

  std::vector<Cell> cells_;
  size_t mask_;
  size_t capacity_;
  size_t size_ = 0;
};

}  // namespace baton
