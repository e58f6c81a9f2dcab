// Whether what a node says in RTCP of its own is true and wanted: reports are about streams that
// the endpoint has, times in sender reports are those of the media, and requests are of a kind that
// the publisher understands and not more frequent than they may be.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time_point.h"
#include "rtp/rtcp.h"
#include "rtp/rtcp_body.h"
#include "tests/sim/control/directory.h"
#include "tests/sim/judge/input_ledger.h"
#include "tests/sim/judge/leg_judge.h"
#include "tests/sim/media/stream_table.h"

namespace baton::sim {

class RtcpJudge {
 public:
  RtcpJudge(const Directory& directory, const StreamTable& streams, const InputLedger& ledger)
      : directory_(directory), streams_(streams), ledger_(ledger) {}

  // A datagram that the kernel has taken. Each returns what is wrong, if anything is.
  std::optional<std::string> OnWrite(TimePoint now, uint32_t endpoint, Bytes datagram);
  // The node's round is over: what it said of legs is held against what it sent. In between the
  // kernel may have refused media that came first. `legs`: by number.
  std::optional<std::string> AfterRound(TimePoint now, const std::vector<LegJudge>& legs);

 private:
  struct SenderReport {
    uint32_t endpoint;
    rtp::SenderInfo info;
  };

  std::optional<std::string> CheckPacket(TimePoint now, uint32_t endpoint,
                                         const rtp::RtcpPacket& packet);
  std::optional<std::string> CheckSenderReport(TimePoint now, const SenderReport& report,
                                               const std::vector<LegJudge>& legs) const;
  std::optional<std::string> CheckKeyFrameRequest(TimePoint now, uint32_t endpoint, uint32_t ssrc,
                                                  bool full_intra);
  // The endpoint's stream with this SSRC.
  std::optional<uint32_t> FindStream(uint32_t endpoint, uint32_t ssrc) const;

  const Directory& directory_;
  const StreamTable& streams_;
  const InputLedger& ledger_;
  std::vector<SenderReport> sender_reports_;       // of this round
  std::map<uint32_t, TimePoint> key_frame_asked_;  // by stream
};

}  // namespace baton::sim
