#include "rtp/feedback_chunk.h"

#include <algorithm>

namespace baton::rtp {

void FeedbackChunkPacker::Add(FeedbackSymbol symbol, size_t times) {
  while (times > 0) {
    const size_t count = std::min(times, RoomFor(symbol));
    if (count > 0) {
      Push(symbol, count);
    } else {
      EmitFirst();
    }
    times -= count;
  }
}

void FeedbackChunkPacker::Finish() {
  if (pending_ == 0) return;
  if (uniform_) {
    EmitRun();
  } else if (pending_ <= FeedbackChunk::kTwoBitSymbols) {
    EmitTwoBitVector();
  } else {
    EmitOneBitVector();
  }
}

// How many of `symbol` can join the pending ones so that all fit into one chunk.
size_t FeedbackChunkPacker::RoomFor(FeedbackSymbol symbol) const {
  const bool stays_uniform = pending_ == 0 || (uniform_ && symbol == Symbol(0));
  if (stays_uniform) return FeedbackChunk::kMaxRun - pending_;
  const bool two_bits = has_large_ || symbol == FeedbackSymbol::kLargeDelta;
  const size_t limit = two_bits ? FeedbackChunk::kTwoBitSymbols : FeedbackChunk::kOneBitSymbols;
  return limit - std::min(limit, pending_);
}

void FeedbackChunkPacker::Push(FeedbackSymbol symbol, size_t times) {
  uniform_ = pending_ == 0 || (uniform_ && symbol == Symbol(0));
  has_large_ |= symbol == FeedbackSymbol::kLargeDelta;
  const size_t end = std::min(pending_ + times, FeedbackChunk::kOneBitSymbols);
  for (size_t i = pending_; i < end; ++i) symbols_ |= static_cast<uint32_t>(symbol) << 2 * i;
  pending_ += times;
}

// Symbols of different kinds that do not fill a vector of one bit are as many as fill one of two.
void FeedbackChunkPacker::EmitFirst() {
  if (uniform_) {
    EmitRun();
  } else if (pending_ == FeedbackChunk::kOneBitSymbols) {
    EmitOneBitVector();
  } else {
    EmitTwoBitVector();
  }
}

void FeedbackChunkPacker::EmitRun() {
  Emit(static_cast<uint32_t>(Symbol(0)) << 13 | static_cast<uint32_t>(pending_));
  Drop(pending_);
}

void FeedbackChunkPacker::EmitOneBitVector() {
  uint32_t chunk = 2;
  for (size_t i = 0; i < FeedbackChunk::kOneBitSymbols; ++i) {
    chunk = chunk << 1 | static_cast<uint32_t>(Symbol(i));
  }
  Emit(chunk);
  Drop(FeedbackChunk::kOneBitSymbols);
}

void FeedbackChunkPacker::EmitTwoBitVector() {
  uint32_t chunk = 3;
  for (size_t i = 0; i < FeedbackChunk::kTwoBitSymbols; ++i) {
    chunk = chunk << 2 | static_cast<uint32_t>(Symbol(i));
  }
  Emit(chunk);
  Drop(FeedbackChunk::kTwoBitSymbols);
}

void FeedbackChunkPacker::Emit(uint32_t chunk) {
  out_.U16(static_cast<uint16_t>(chunk));
  ++chunks_;
}

void FeedbackChunkPacker::Drop(size_t count) {
  pending_ -= std::min(count, pending_);
  symbols_ = pending_ > 0 ? symbols_ >> 2 * count : 0;
  uniform_ = true;
  has_large_ = false;
  for (size_t i = 0; i < pending_; ++i) {
    uniform_ &= Symbol(i) == Symbol(0);
    has_large_ |= Symbol(i) == FeedbackSymbol::kLargeDelta;
  }
}

}  // namespace baton::rtp
