#include "relay/rtcp_sender.h"

#include <cstring>

namespace baton::relay {

void RtcpSender::Begin(const Endpoint& endpoint, ByteWriter& out) const {
  rtp::WriteReceiverReport(endpoint.relay_ssrc, {}, out);
  WriteName(endpoint.relay_ssrc, out);
}

void RtcpSender::Finish(uint32_t endpoint, rtp::RtcpKind kind, const ByteWriter& out, Bytes bytes,
                        TxBatch& tx) {
  if (!out.ok() || registry_.endpoints().At(endpoint).state != EndpointState::kProven) return;
  Count(rtp::RtcpKind::kReceiverReport);
  Count(rtp::RtcpKind::kSourceDescription);
  Count(kind);
  SendCompound(endpoint, bytes.first(out.size()), tx);
}

void RtcpSender::SendCompound(uint32_t index, Bytes compound, TxBatch& tx) {
  const Endpoint& endpoint = registry_.endpoints().At(index);
  if (endpoint.state != EndpointState::kProven) return;
  std::memcpy(tx.AddSingle(endpoint.flow, compound.size()), compound.data(), compound.size());
  Traffic& traffic = endpoint.transport == Transport::kSink
                         ? metrics_.tapped
                         : metrics_.out[static_cast<size_t>(PacketKind::kRtcp)];
  traffic.Add(compound.size());
}

}  // namespace baton::relay
