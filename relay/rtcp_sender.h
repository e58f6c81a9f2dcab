// RTCP packets of the relay's own, as compounds to one endpoint: each begins with a report and its
// source's name (RFC 3550 section 6.1, RFC 4585 section 3.1).
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/tx_batch.h"
#include "relay/metrics.h"
#include "relay/registry.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_write.h"

namespace baton::relay {

class RtcpSender {
 public:
  // What fits every path: 1280 bytes of IPv6 less its header and UDP's, and a little for SRTP.
  static constexpr size_t kMaxSize = 1200;

  // `name`: of all sources of the relay's own.
  RtcpSender(const Cname& name, Registry& registry, CoreMetrics& metrics)
      : name_(name), registry_(registry), metrics_(metrics) {}

  // Calls write(ByteWriter&), which appends packets of `kind` after an empty report of the relay's
  // source, and sends the whole. Nothing happens if the endpoint has no proven address, or what is
  // written does not fit.
  template <class Write>
  void Send(uint32_t endpoint, rtp::RtcpKind kind, TxBatch& tx, Write&& write) {
    std::array<uint8_t, kMaxSize> bytes;
    ByteWriter out(bytes);
    Begin(registry_.endpoints().At(endpoint), out);
    write(out);
    Finish(endpoint, kind, out, bytes, tx);
  }

  // Sends a compound that is complete.
  void SendCompound(uint32_t endpoint, Bytes compound, TxBatch& tx);
  // For compounds that are written elsewhere:
  void WriteName(rtp::Ssrc source, ByteWriter& out) const { rtp::WriteCname(source, name_, out); }
  void Count(rtp::RtcpKind kind, uint64_t packets = 1) {
    metrics_.rtcp_out[static_cast<size_t>(kind)].Add(packets);
  }

 private:
  void Begin(const Endpoint& endpoint, ByteWriter& out) const;
  void Finish(uint32_t endpoint, rtp::RtcpKind kind, const ByteWriter& out, Bytes bytes,
              TxBatch& tx);

  Cname name_;
  Registry& registry_;
  CoreMetrics& metrics_;
};

}  // namespace baton::relay
