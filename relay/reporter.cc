#include "relay/reporter.h"

#include <algorithm>
#include <array>
#include <span>

#include "rtp/rtcp_write.h"

namespace baton::relay {
namespace {

// UDP over IPv4, which RFC 3550 section 6.2 counts in.
constexpr size_t kLowerLayers = 28;
// What a first report is expected to take.
constexpr uint32_t kUsualSize = 120;
// SR and CNAME of one leg, and the CNAME of the relay's source.
constexpr size_t kSenderReportSize = 28;
constexpr size_t kNameSize = 28;
// What an endpoint is reckoned to send and receive where it moves less: a voice. Reports of what
// has ceased, or is to begin, are not put off for it.
constexpr uint64_t kLeastBitsPerSecond = 64'000;

}  // namespace

// Compounds to one endpoint: sender reports come after the relay's own report, and names at the
// end. What does not fit any more goes into another one.
class Reporter::Compound {
 public:
  Compound(uint32_t index, const Endpoint& endpoint, RtcpSender& rtcp, TxBatch& tx)
      : index_(index), endpoint_(endpoint), rtcp_(rtcp), tx_(tx) {}

  void AddReceiverReport(std::span<const rtp::ReportBlock> blocks) {
    rtp::WriteReceiverReport(endpoint_.relay_ssrc, blocks, out_);
    rtcp_.Count(rtp::RtcpKind::kReceiverReport);
  }
  void AddSenderReport(const rtp::SenderInfo& info, const Cname& cname) {
    const size_t names = (sources_ + 2) * kNameSize;
    if (out_.room() < kSenderReportSize + names) {
      Send();
      AddReceiverReport({});
    }
    rtp::WriteSenderReport(info, {}, out_);
    rtcp_.Count(rtp::RtcpKind::kSenderReport);
    names_[sources_++] = {info.sender, cname};
  }
  void Send() {
    rtcp_.WriteName(endpoint_.relay_ssrc, out_);
    rtcp_.Count(rtp::RtcpKind::kSourceDescription, 1 + sources_);
    for (size_t i = 0; i < sources_; ++i) rtp::WriteCname(names_[i].ssrc, names_[i].cname, out_);
    rtcp_.SendCompound(index_, Bytes(bytes_).first(out_.size()), tx_);
    sent_ += out_.size() + kLowerLayers;
    out_ = ByteWriter(bytes_);
    sources_ = 0;
  }
  size_t sent() const { return sent_; }

 private:
  struct Named {
    rtp::Ssrc ssrc;
    Cname cname;
  };

  uint32_t index_;
  const Endpoint& endpoint_;
  RtcpSender& rtcp_;
  TxBatch& tx_;
  std::array<uint8_t, RtcpSender::kMaxSize> bytes_;
  ByteWriter out_{bytes_};
  std::array<Named, RtcpSender::kMaxSize / (kSenderReportSize + kNameSize)> names_;
  size_t sources_ = 0;
  size_t sent_ = 0;
};

Reporter::Reporter(const Limits& limits, const Random& random, Registry& registry, RtcpSender& rtcp,
                   LazyArray<LegFeedback>& legs)
    : registry_(registry),
      rtcp_(rtcp),
      legs_(legs),
      schedules_(limits.endpoints),
      random_(random) {}

void Reporter::Add(uint32_t endpoint, TimePoint now) {
  Schedule& schedule = schedules_[endpoint];
  schedule = {};
  schedule.last = now;
  schedule.average_size = rtp::AverageRtcpSize(kUsualSize);
  schedule.initial = true;
  schedule.next = now + Interval(endpoint, now);
}

void Reporter::OnReceived(uint32_t endpoint, size_t bytes) {
  schedules_[endpoint].average_size.Add(bytes + kLowerLayers);
}

void Reporter::HandleTick(TimePoint now, TxBatch& tx) {
  registry_.endpoints().ForEach([&](Handle<Endpoint> handle, const Endpoint& endpoint) {
    Schedule& schedule = schedules_[handle.index];
    if (now < schedule.next) return;
    if (endpoint.state == EndpointState::kProven) {
      Report(handle.index, now, tx);
      schedule.initial = false;
    }
    schedule.next = now + Interval(handle.index, now);
  });
}

void Reporter::Report(uint32_t index, TimePoint now, TxBatch& tx) {
  const Endpoint& endpoint = registry_.endpoints().At(index);
  Compound compound(index, endpoint, rtcp_, tx);
  ReportStreams(endpoint, now, compound);
  ReportLegs(endpoint, now, compound);
  compound.Send();
  OnReceived(index, compound.sent() - kLowerLayers);
}

void Reporter::ReportStreams(const Endpoint& endpoint, TimePoint now, Compound& compound) {
  std::array<rtp::ReportBlock, rtp::kMaxRtcpCount> blocks;
  size_t count = 0;
  for (const SourceEntry& source : endpoint.sources) {
    Stream& stream = registry_.streams().At(source.stream);
    if (source.rtx || !stream.running || count == blocks.size()) continue;
    blocks[count++] =
        stream.reports.Make(source.ssrc, stream.ingress.reception(), stream.clock, now);
  }
  compound.AddReceiverReport(std::span(blocks).first(count));
}

void Reporter::ReportLegs(const Endpoint& endpoint, TimePoint now, Compound& compound) {
  registry_.ForEachLegOf(endpoint, [&](uint32_t index) {
    const Leg& leg = registry_.legs().At(index);
    if (leg.paused || leg.current.is_none() || !leg.started) return;
    const Stream& stream = registry_.streams().At(leg.current.stream);
    const auto ntp = stream.clock.NtpAt(now);
    const auto timestamp = stream.clock.TimestampAt(now);
    if (!ntp || !timestamp || !stream.running) return;
    const uint64_t packets = registry_.PacketsOf(leg);
    rtp::SenderInfo info;
    info.sender = leg.parameters.ssrc;
    info.ntp_timestamp = *ntp;
    info.rtp_timestamp =
        rtp::RtpTimestamp(timestamp->value() + registry_.CursorOf(leg).mapping.timestamp);
    info.packet_count = static_cast<uint32_t>(packets);
    info.octet_count =
        static_cast<uint32_t>(registry_.BytesOf(leg) - packets * rtp::kFixedHeaderSize);
    const Track& track = registry_.tracks().At(stream.track);
    compound.AddSenderReport(info, registry_.endpoints().At(track.publisher).cname);
    legs_[index].reports.OnSent(info, now);
  });
}

uint64_t Reporter::MediaBytes(const Endpoint& endpoint) {
  uint64_t bytes = 0;
  for (const SourceEntry& source : endpoint.sources) {
    if (!source.rtx) bytes += registry_.streams().At(source.stream).ingress.bytes();
  }
  registry_.ForEachLegOf(
      endpoint, [&](uint32_t leg) { bytes += registry_.BytesOf(registry_.legs().At(leg)); });
  return bytes;
}

Duration Reporter::Interval(uint32_t index, TimePoint now) {
  Schedule& schedule = schedules_[index];
  const uint64_t bytes = MediaBytes(registry_.endpoints().At(index));
  const uint64_t moved = bytes > schedule.media_bytes ? bytes - schedule.media_bytes : 0;
  const auto elapsed_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now - schedule.last).count();
  rtp::RtcpTraffic traffic;
  const uint64_t measured =
      elapsed_ms > 0 ? moved * 8 * 1000 / static_cast<uint64_t>(elapsed_ms) : 0;
  traffic.session_bits_per_second = std::max(measured, kLeastBitsPerSecond);
  traffic.average_size = schedule.average_size.bytes();
  traffic.initial = schedule.initial;
  traffic.anyone_sends = moved > 0;
  schedule.media_bytes = bytes;
  schedule.last = now;
  return rtp::RtcpInterval(traffic, random_.U32());
}

void Reporter::SayGoodbye(uint32_t index, TxBatch& tx) {
  const Leg& leg = registry_.legs().At(index);
  if (leg.started) SendGoodbye(leg.subscriber, {&leg.parameters.ssrc, 1}, tx);
}

void Reporter::SayGoodbyeOfAll(uint32_t subscriber, TxBatch& tx) {
  std::array<rtp::Ssrc, rtp::kMaxRtcpCount> sources;
  size_t count = 0;
  registry_.ForEachLegOf(registry_.endpoints().At(subscriber), [&](uint32_t index) {
    const Leg& leg = registry_.legs().At(index);
    if (!leg.started) return;
    sources[count++] = leg.parameters.ssrc;
    if (count == sources.size()) SendGoodbye(subscriber, sources, tx);
    count %= sources.size();
  });
  if (count > 0) SendGoodbye(subscriber, std::span(sources).first(count), tx);
}

void Reporter::SendGoodbye(uint32_t subscriber, std::span<const rtp::Ssrc> sources, TxBatch& tx) {
  rtcp_.Send(subscriber, rtp::RtcpKind::kGoodbye, tx,
             [&](ByteWriter& out) { rtp::WriteGoodbye(sources, {}, out); });
}

}  // namespace baton::relay
