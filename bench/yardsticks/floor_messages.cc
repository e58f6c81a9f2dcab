#include "bench/yardsticks/floor_messages.h"

namespace baton::bench {

FloorMessages::FloorMessages(const Route& route, uint8_t* data, size_t packet_size)
    : packet_size_(packet_size), data_{data, 0}, messages_(route.receivers.size()) {
  for (size_t i = 0; i < messages_.size(); ++i) {
    msghdr& header = messages_[i].msg_hdr;
    // The kernel only reads it; msghdr is made for receiving too.
    header.msg_name = const_cast<sockaddr*>(&route.receivers[i].address.any);
    header.msg_namelen = route.receivers[i].size;
    header.msg_iov = &data_;
    header.msg_iovlen = 1;
  }
}

void FloorMessages::SetPackets(size_t packets) {
  if (packets == packets_) return;
  packets_ = packets;
  data_.iov_len = packets * packet_size_;
  for (mmsghdr& message : messages_) {
    message.msg_hdr.msg_control = nullptr;
    message.msg_hdr.msg_controllen = 0;
    if (packets > 1) {
      SetSegmentSize(message.msg_hdr, control_, static_cast<uint16_t>(packet_size_));
    }
  }
}

}  // namespace baton::bench
