// The reorder buffer: packets come out once, in order, and what is not among them has been named as
// a gap; it keeps its limits, and every packet is counted.
//
// An input is events of three bytes, {step of the sequence number (2 bytes), what}: 0..239 a packet
// with as many bytes, 240..247 a deadline, 248..255 time that passes.
#include <array>
#include <chrono>

#include "base/check.h"
#include "record/reorder_buffer.h"

using namespace baton;
using namespace baton::record;

namespace {

class Order final : public PacketSink {
 public:
  void OnPacket(const TrackPacket& packet) override {
    Follow(packet.sequence, 1);
    for (const uint8_t byte : packet.payload) {
      BATON_CHECK(byte == static_cast<uint8_t>(packet.sequence.value()));
    }
    ++packets_;
  }
  void OnGap(const Gap& gap) override {
    BATON_CHECK(gap.count > 0);
    Follow(gap.first, gap.count);
    lost_ += gap.count;
  }

  uint64_t packets() const { return packets_; }
  uint64_t lost() const { return lost_; }

 private:
  void Follow(rtp::ExtendedSequence sequence, uint64_t count) {
    BATON_CHECK(next_ == 0 || sequence.value() == next_);
    next_ = sequence.value() + count;
  }

  uint64_t next_ = 0;
  uint64_t packets_ = 0;
  uint64_t lost_ = 0;
};

constexpr ReorderBuffer::Limits kLimits = {.packets = 64, .bytes = 4096};

struct Run {
  void Insert(uint16_t sequence, size_t size) {
    std::array<uint8_t, 240> payload;
    payload.fill(static_cast<uint8_t>(sequence));
    rtp::PacketView packet;
    packet.datagram = Bytes(payload).first(size);
    packet.sequence = rtp::SequenceNumber(sequence);
    buffer.Insert(packet, now);
    ++inserted;
  }

  void Check() const {
    const ReorderBuffer::Counters& counters = buffer.counters();
    BATON_CHECK(counters.delivered == order.packets() && counters.lost == order.lost());
    BATON_CHECK(buffer.held_bytes() <= kLimits.bytes);
    const uint64_t seen = counters.delivered + counters.duplicates + counters.late + counters.stray;
    BATON_CHECK(seen <= inserted && inserted - seen <= kLimits.packets + 1);
  }

  Order order;
  ReorderBuffer buffer{order, kLimits};
  TimePoint now{};
  uint64_t inserted = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Run run;
  ByteReader reader(Bytes(data, size));
  uint16_t sequence = 65'000;
  while (reader.remaining() >= 3) {
    sequence = static_cast<uint16_t>(sequence + reader.U16());
    const uint8_t what = reader.U8();
    if (what < 240) {
      run.Insert(sequence, what);
    } else if (what < 248) {
      run.buffer.HandleDeadline(run.now);
      BATON_CHECK(run.buffer.NextDeadline() > run.now);
    } else {
      run.now += std::chrono::milliseconds(100) * (what - 247);
    }
    run.Check();
  }
  run.buffer.Flush();
  BATON_CHECK(run.buffer.NextDeadline() == kNever && run.buffer.held_bytes() == 0);
  const ReorderBuffer::Counters& counters = run.buffer.counters();
  BATON_CHECK(counters.delivered + counters.duplicates + counters.late + counters.stray ==
              run.inserted);
  return 0;
}
