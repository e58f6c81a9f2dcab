// Packet chunks of transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01
// sections 3.1.1 to 3.1.4): what became of packets in a row, in two bytes.
//
//    0                   1
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
//   |0| S |       run length        |   so many times the symbol S
//   |1|0|  14 symbols of one bit    |   kNotReceived or kSmallDelta
//   |1|1|  7 symbols of two bits    |
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"

namespace baton::rtp {

enum class FeedbackSymbol : uint8_t {
  kNotReceived = 0,
  kSmallDelta = 1,  // one byte, 0..255 ticks
  kLargeDelta = 2,  // two bytes, signed
  kReserved = 3,
};

constexpr size_t DeltaSize(FeedbackSymbol symbol) {
  return symbol == FeedbackSymbol::kReserved ? 0 : static_cast<size_t>(symbol);
}

// A chunk that was read. The last one may have more symbols than there are packets left.
class FeedbackChunk {
 public:
  static constexpr size_t kOneBitSymbols = 14;
  static constexpr size_t kTwoBitSymbols = 7;
  static constexpr size_t kMaxRun = 0x1fff;

  constexpr FeedbackChunk() = default;
  explicit constexpr FeedbackChunk(uint16_t bits) : bits_(bits) {}

  constexpr bool is_run() const { return (bits_ & kVector) == 0; }
  // 0..kMaxRun.
  constexpr size_t size() const {
    if (is_run()) return bits_ & kMaxRun;
    return has_two_bits() ? kTwoBitSymbols : kOneBitSymbols;
  }
  // `i` < size().
  constexpr FeedbackSymbol At(size_t i) const {
    if (is_run()) return static_cast<FeedbackSymbol>(bits_ >> 13 & 3);
    if (has_two_bits()) return static_cast<FeedbackSymbol>(bits_ >> (12 - 2 * i) & 3);
    return static_cast<FeedbackSymbol>(bits_ >> (13 - i) & 1);
  }

 private:
  static constexpr uint16_t kVector = 0x8000;
  static constexpr uint16_t kTwoBits = 0x4000;

  constexpr bool has_two_bits() const { return (bits_ & kTwoBits) != 0; }

  uint16_t bits_ = 0;
};

// Packs symbols into chunks, as few as is easy. What is pending always fits into one chunk, so that
// the size of all is known at any time.
class FeedbackChunkPacker {
 public:
  // Appends chunks to `out`.
  explicit FeedbackChunkPacker(ByteWriter& out) : out_(out) {}

  void Add(FeedbackSymbol symbol, size_t times);
  // Appends the rest. Nothing may be added after it.
  void Finish();

  // What all symbols take, in bytes.
  size_t size() const { return 2 * (chunks_ + (pending_ > 0 ? 1 : 0)); }

 private:
  FeedbackSymbol Symbol(size_t i) const {
    return static_cast<FeedbackSymbol>(symbols_ >> 2 * i & 3);
  }
  size_t RoomFor(FeedbackSymbol symbol) const;
  void Push(FeedbackSymbol symbol, size_t times);
  void EmitFirst();
  void EmitRun();
  void EmitOneBitVector();
  void EmitTwoBitVector();
  void Emit(uint32_t chunk);
  void Drop(size_t count);

  ByteWriter& out_;
  size_t chunks_ = 0;     // appended
  size_t pending_ = 0;    // symbols: up to 7, or 14 if none has a large delta, or all are the same
  uint32_t symbols_ = 0;  // the first 14 of them, two bits each, from the lowest
  bool uniform_ = true;
  bool has_large_ = false;
};

}  // namespace baton::rtp
