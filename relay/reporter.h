// The relay's own reports, to each endpoint at the intervals of RFC 3550: receiver reports about
// what it publishes, sender reports about the legs that it receives (SSRC, timeline and counts are
// the leg's; the wall clock is the publisher's, so that audio and video stay together), names, and
// a goodbye when a leg ends.
#pragma once

#include <cstdint>
#include <span>

#include "base/lazy_array.h"
#include "base/random.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/leg_feedback.h"
#include "relay/registry.h"
#include "relay/rtcp_sender.h"
#include "rtp/rtcp_interval.h"

namespace baton::relay {

class Reporter {
 public:
  Reporter(const Limits& limits, const Random& random, Registry& registry, RtcpSender& rtcp,
           LazyArray<LegFeedback>& legs);

  static size_t BytesPerEndpoint() { return sizeof(Schedule); }

  // A new endpoint; its first report comes after half an interval.
  void Add(uint32_t endpoint, TimePoint now);
  // RTCP of `bytes` has come from the endpoint (RFC 3550 section 6.3.3).
  void OnReceived(uint32_t endpoint, size_t bytes);

  // To be called every 100 ms: sends what is due.
  void HandleTick(TimePoint now, TxBatch& tx);

  // The leg is about to be removed: tells its subscriber, if it has ever been sent anything.
  void SayGoodbye(uint32_t leg, TxBatch& tx);
  // The same of all legs to the subscriber, with few datagrams.
  void SayGoodbyeOfAll(uint32_t subscriber, TxBatch& tx);

 private:
  // All zeros are a valid one.
  struct Schedule {
    TimePoint next;
    TimePoint last;
    uint64_t media_bytes;  // both ways, at `last`
    rtp::AverageRtcpSize average_size;
    bool initial;
  };

  class Compound;

  void Report(uint32_t endpoint, TimePoint now, TxBatch& tx);
  void ReportStreams(const Endpoint& endpoint, TimePoint now, Compound& compound);
  void ReportLegs(const Endpoint& endpoint, TimePoint now, Compound& compound);
  void SendGoodbye(uint32_t subscriber, std::span<const rtp::Ssrc> sources, TxBatch& tx);
  Duration Interval(uint32_t endpoint, TimePoint now);
  uint64_t MediaBytes(const Endpoint& endpoint);

  Registry& registry_;
  RtcpSender& rtcp_;
  LazyArray<LegFeedback>& legs_;
  LazyArray<Schedule> schedules_;
  Random random_;
};

}  // namespace baton::relay
