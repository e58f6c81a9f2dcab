#include "bench/yardsticks/publisher.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/clock.h"
#include "bench/yardsticks/die.h"
#include "bench/yardsticks/packet.h"

namespace baton::bench {

Publisher::Publisher(uint32_t index, int socket, const TransportAddress& to, const Options& options)
    : index_(index),
      socket_(socket),
      burst_(options.burst),
      size_(options.size),
      uneven_(options.uneven),
      packets_(size_t{options.burst} * options.size) {
  ConnectTo(socket, to);
}

void Publisher::WriteRtpHeader(uint8_t* packet) const {
  packet[0] = 0x80;  // version 2
  packet[1] = kRtpPayloadType;
  StoreU16(packet + 2, static_cast<uint16_t>(next_number_));
  StoreU32(packet + 4, static_cast<uint32_t>(bursts_ * kTicksPerBurst));
  StoreU32(packet + 8, kFirstSsrc + index_);
}

void Publisher::SendBurst() {
  const int64_t now = RealtimeNowNs();
  const uint32_t shorter = uneven_ > 0 ? burst_ / 2 : 0;
  for (uint32_t i = 0; i < burst_; ++i) {
    uint8_t* const packet = packets_.data() + size_t{i} * size_ - std::min(i, shorter) * uneven_;
    WriteRtpHeader(packet);
    WriteStamp({next_number_, now, index_}, packet);
    ++next_number_;
  }
  ++bursts_;
  if (shorter > 0) Send(packets_.data(), shorter, size_ - uneven_);
  Send(packets_.data() + size_t{shorter} * (size_ - uneven_), burst_ - shorter, size_);
}

void Publisher::Send(uint8_t* packets, uint32_t count, uint32_t size) {
  iovec data{packets, size_t{count} * size};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  SegmentControl control;
  if (count > 1) SetSegmentSize(message, control, static_cast<uint16_t>(size));
  if (sendmsg(socket_, &message, 0) < 0) DieOfErrno("a publisher cannot send");
}

}  // namespace baton::bench
