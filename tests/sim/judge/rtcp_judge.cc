#include "tests/sim/judge/rtcp_judge.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "rtp/rtcp_body.h"

namespace baton::sim {
namespace {

using Wrong = std::optional<std::string>;

// How far a sender report may be from the media: the relay knows a publisher's clock from its
// reports, or else by when packets come.
constexpr int64_t kToleranceMs = 10'000;

// A key frame is asked for at most so often, whoever wants one.
constexpr Duration kKeyFrameInterval = std::chrono::milliseconds(500);

}  // namespace

Wrong RtcpJudge::OnWrite(TimePoint now, uint32_t endpoint, Bytes datagram) {
  std::optional<rtp::CompoundReader> compound = rtp::ParseCompound(datagram, false);
  if (!compound) return "RTCP that is malformed";
  while (const std::optional<rtp::RtcpPacket> packet = compound->Next()) {
    if (Wrong wrong = CheckPacket(now, endpoint, *packet)) return wrong;
  }
  return std::nullopt;
}

Wrong RtcpJudge::AfterRound(TimePoint now, const std::vector<LegJudge>& legs) {
  Wrong wrong;
  for (const SenderReport& report : sender_reports_) {
    if (!wrong) wrong = CheckSenderReport(now, report, legs);
  }
  sender_reports_.clear();
  return wrong;
}

Wrong RtcpJudge::CheckPacket(TimePoint now, uint32_t endpoint, const rtp::RtcpPacket& packet) {
  switch (packet.kind) {
    case rtp::RtcpKind::kSenderReport:
      sender_reports_.push_back({endpoint, rtp::ReadSenderInfo(packet)});
      return std::nullopt;
    case rtp::RtcpKind::kReceiverReport:
      for (size_t i = 0; i < packet.count; ++i) {
        const uint32_t source = rtp::ReadReportBlock(packet, i).source.value();
        if (!FindStream(endpoint, source)) {
          return absl::StrCat("a report about SSRC ", source, ", which it does not send");
        }
      }
      return std::nullopt;
    case rtp::RtcpKind::kNack: {
      const uint32_t ssrc = rtp::FeedbackMedia(packet).value();
      const std::optional<uint32_t> stream = FindStream(endpoint, ssrc);
      if (!stream) return absl::StrCat("a NACK for SSRC ", ssrc, ", which it does not send");
      if (!directory_.track(streams_[*stream].track).parameters.feedback.nack) {
        return "a NACK to a publisher that does not understand it";
      }
      return std::nullopt;
    }
    case rtp::RtcpKind::kPictureLoss:
      return CheckKeyFrameRequest(now, endpoint, rtp::FeedbackMedia(packet).value(), false);
    case rtp::RtcpKind::kFullIntraRequest:
      return CheckKeyFrameRequest(now, endpoint, rtp::ReadFullIntraEntry(packet, 0).source.value(),
                                  true);
    default:
      return std::nullopt;
  }
}

// What the report says of now, against the newest packet and the time since its capture.
Wrong RtcpJudge::CheckSenderReport(TimePoint now, const SenderReport& report,
                                   const std::vector<LegJudge>& legs) const {
  const rtp::SenderInfo& info = report.info;
  for (const uint32_t leg : directory_.legs_of(report.endpoint)) {
    const LegRecord& record = directory_.leg(leg);
    if (record.parameters.ssrc != info.sender) continue;
    const LegJudge& judge = legs[leg];
    if (!judge.trusted() || !judge.started()) return std::nullopt;
    const PacketTag newest = judge.newest().tag;
    const InputRecord* const sent = ledger_.Find(newest);
    if (sent == nullptr || ledger_.EverRestarted(newest.stream)) {
      return std::nullopt;
    }
    const int64_t clock_rate = streams_[newest.stream].clock_rate;
    const int64_t expected = (now - sent->sent).count() / 1000 * clock_rate / 1'000'000;
    const auto told = static_cast<int32_t>(info.rtp_timestamp.value() - judge.newest_timestamp());
    if (std::abs(told - expected) <= kToleranceMs * clock_rate / 1000) return std::nullopt;
    return absl::StrCat(record.name, ": a sender report whose time is ", told - expected,
                        " ticks from that of the media");
  }
  // The leg may have been removed since.
  return std::nullopt;
}

Wrong RtcpJudge::CheckKeyFrameRequest(TimePoint now, uint32_t endpoint, uint32_t ssrc,
                                      bool full_intra) {
  const std::optional<uint32_t> stream = FindStream(endpoint, ssrc);
  if (!stream)
    return absl::StrCat("a key frame is asked of SSRC ", ssrc, ", which it does not send");
  const relay::Feedback& feedback = directory_.track(streams_[*stream].track).parameters.feedback;
  if (full_intra ? !feedback.full_intra : !feedback.picture_loss) {
    return "a key frame is asked for in a way that the publisher does not understand";
  }
  TimePoint& asked = key_frame_asked_[*stream];
  if (now - asked < kKeyFrameInterval) {
    return "a key frame is asked for too soon after the last time";
  }
  asked = now;
  return std::nullopt;
}

std::optional<uint32_t> RtcpJudge::FindStream(uint32_t endpoint, uint32_t ssrc) const {
  for (uint32_t stream = streams_.size(); stream-- > 0;) {
    if (streams_[stream].endpoint == endpoint && streams_[stream].ssrc == ssrc) return stream;
  }
  return std::nullopt;
}

}  // namespace baton::sim
