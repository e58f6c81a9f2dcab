// What the relay asks of those who publish, for all who receive them: packets that are missing
// (NACK), key frames (PLI, FIR), and, told rather than asked, when packets arrived (transport-wide
// feedback). Each is asked for once, however many need it.
//
// Time matters here only while something is pending: NextDeadline() says when.
#pragma once

#include <cstdint>
#include <vector>

#include "base/lazy_array.h"
#include "base/time_point.h"
#include "base/tx_batch.h"
#include "relay/loss_requests.h"
#include "relay/metrics.h"
#include "relay/registry.h"
#include "relay/rtcp_sender.h"
#include "relay/transport_arrivals.h"
#include "rtp/types.h"

namespace baton::relay {

class PublisherFeedback {
 public:
  // How finely the times below are looked at.
  static constexpr Duration kTick = std::chrono::milliseconds(10);
  // Where the round trip to a publisher is not known.
  static constexpr Duration kUsualRoundTrip = std::chrono::milliseconds(100);

  PublisherFeedback(const Limits& limits, Registry& registry, RtcpSender& rtcp,
                    CoreMetrics& metrics);

  static size_t BytesPerStream() { return sizeof(LossRequests) + sizeof(uint32_t) + 1; }
  static size_t BytesPerEndpoint() { return sizeof(TransportArrivals) + sizeof(uint32_t) + 1; }

  // The stream's packet has come, as a retransmission or otherwise.
  void OnPacket(uint32_t stream, rtp::ExtendedSequence sequence, TimePoint now);
  // One of its packets was a key frame's first.
  void OnKeyFrame(uint32_t stream) { registry_.streams().At(stream).key_frames.OnKeyFrame(); }
  // A packet of the endpoint has come that its transport counts as `sequence`.
  void OnArrival(uint32_t endpoint, rtp::SequenceNumber sequence, TimePoint now);

  // A subscriber misses a packet that the relay does not have.
  void WantPacket(uint32_t stream, rtp::ExtendedSequence sequence, TimePoint now);
  // A leg starts, resumes or is to be switched, or its subscriber asks for it.
  void WantKeyFrame(uint32_t stream);

  // What is new here begins with nothing pending.
  void Forget(uint32_t stream) { losses_[stream].Clear(); }
  void ForgetEndpoint(uint32_t endpoint) { arrivals_[endpoint] = {}; }

  TimePoint NextDeadline() const { return next_tick_; }
  void HandleDeadline(TimePoint now, TxBatch& tx);

 private:
  // Indices with something pending, each once.
  class Pending {
   public:
    explicit Pending(size_t size) : is_in_(size) { list_.reserve(size); }
    void Add(uint32_t index) {
      if (is_in_[index] != 0) return;
      is_in_[index] = 1;
      list_.push_back(index);
    }
    // Keeps those for which keep(index) holds.
    template <class Keep>
    void Filter(Keep&& keep) {
      size_t kept = 0;
      for (const uint32_t index : list_) {
        if (keep(index)) {
          list_[kept++] = index;
        } else {
          is_in_[index] = 0;
        }
      }
      list_.resize(kept);
    }
    bool empty() const { return list_.empty(); }

   private:
    std::vector<uint32_t> list_;
    LazyArray<uint8_t> is_in_;
  };

  void WakeAt(TimePoint time) { next_tick_ = std::min(next_tick_, time); }
  // Each returns when there is more to do; kNever if nothing is pending any more.
  TimePoint ServeStream(uint32_t stream, TimePoint now, TxBatch& tx);
  TimePoint ServeEndpoint(uint32_t endpoint, TimePoint now, TxBatch& tx);
  void TellArrivals(uint32_t endpoint, TxBatch& tx);
  void AskForLost(uint32_t stream, TimePoint now, TxBatch& tx);
  void AskForKeyFrame(uint32_t stream, TimePoint now, TxBatch& tx);

  Registry& registry_;
  RtcpSender& rtcp_;
  CoreMetrics& metrics_;
  LazyArray<LossRequests> losses_;         // by stream
  LazyArray<TransportArrivals> arrivals_;  // by endpoint
  Pending streams_;
  Pending endpoints_;
  TimePoint next_tick_ = kNever;
};

}  // namespace baton::relay
