#include "control/subject.h"

#include <variant>

namespace baton::control {
namespace {

Subject OfLeg(Answer answer, const relay::LegName& leg) {
  return {answer, leg.room, leg.publisher, leg.track, leg.subscriber};
}

struct Visitor {
  Subject operator()(const relay::CreateRoom& c) const { return {Answer::kRoom, c.room}; }
  Subject operator()(const relay::CloseRoom& c) const { return {Answer::kDone, c.room}; }
  Subject operator()(const relay::AddPlainEndpoint& c) const {
    return {Answer::kEndpoint, c.room, c.endpoint};
  }
  Subject operator()(const relay::AddIceEndpoint& c) const {
    return {Answer::kEndpoint, c.room, c.endpoint};
  }
  Subject operator()(const relay::AddSinkEndpoint& c) const {
    return {Answer::kEndpoint, c.room, c.endpoint};
  }
  Subject operator()(const relay::SetIceRemote& c) const {
    return {Answer::kEndpoint, c.room, c.endpoint};
  }
  Subject operator()(const relay::RemoveEndpoint& c) const {
    return {Answer::kDone, c.room, c.endpoint};
  }
  Subject operator()(const relay::PublishTrack& c) const {
    return {Answer::kTrack, c.room, c.endpoint, c.track};
  }
  Subject operator()(const relay::UnpublishTrack& c) const {
    return {Answer::kDone, c.room, c.endpoint, c.track};
  }
  Subject operator()(const relay::AddLeg& c) const { return OfLeg(Answer::kLeg, c.leg); }
  Subject operator()(const relay::RemoveLeg& c) const { return OfLeg(Answer::kDone, c.leg); }
  Subject operator()(const relay::PauseLeg& c) const { return OfLeg(Answer::kLeg, c.leg); }
  Subject operator()(const relay::SetLegLayer& c) const { return OfLeg(Answer::kLeg, c.leg); }
  Subject operator()(const relay::SwitchLeg& c) const {
    Subject subject = OfLeg(Answer::kLeg, c.leg);
    subject.to_endpoint = c.to_publisher;
    subject.to_track = c.to_track;
    return subject;
  }
  Subject operator()(const relay::RequestKeyFrame& c) const { return OfLeg(Answer::kDone, c.leg); }
  Subject operator()(const relay::GetRoomStatistics& c) const {
    return {Answer::kStatistics, c.room};
  }
};

}  // namespace

Subject AfterSwitch(const Subject& subject) {
  if (subject.to_track.empty()) return subject;
  return {subject.answer, subject.room, subject.to_endpoint, subject.to_track, subject.subscriber};
}

Subject SubjectOf(const Action& action) { return std::visit(Visitor{}, action); }

}  // namespace baton::control
