// Requests that tests send, in one line each.
#pragma once

#include <string>

#include "proto/control.pb.h"

namespace baton::control {

inline v1::Request CreateRoom(const std::string& room,
                              v1::SubscribeMode mode = v1::SubscribeMode{}) {
  v1::Request request;
  request.mutable_create_room()->set_room(room);
  request.mutable_create_room()->set_subscribe_mode(mode);
  return request;
}

inline v1::Request CloseRoom(const std::string& room) {
  v1::Request request;
  request.mutable_close_room()->set_room(room);
  return request;
}

inline v1::Request ShowRoom(const std::string& room) {
  v1::Request request;
  request.mutable_show_room()->set_room(room);
  return request;
}

inline v1::Request ListRooms() {
  v1::Request request;
  request.mutable_list_rooms();
  return request;
}

inline v1::Request AddPlain(const std::string& room, const std::string& endpoint,
                            const std::string& remote) {
  v1::Request request;
  auto* add = request.mutable_add_plain_endpoint();
  add->set_room(room);
  add->set_endpoint(endpoint);
  add->set_remote(remote);
  return request;
}

inline v1::Request AddIce(const std::string& room, const std::string& endpoint) {
  v1::Request request;
  request.mutable_add_ice_endpoint()->set_room(room);
  request.mutable_add_ice_endpoint()->set_endpoint(endpoint);
  return request;
}

inline v1::Request ShowEndpoint(const std::string& room, const std::string& endpoint) {
  v1::Request request;
  request.mutable_show_endpoint()->set_room(room);
  request.mutable_show_endpoint()->set_endpoint(endpoint);
  return request;
}

inline v1::Request RemoveEndpoint(const std::string& room, const std::string& endpoint) {
  v1::Request request;
  request.mutable_remove_endpoint()->set_room(room);
  request.mutable_remove_endpoint()->set_endpoint(endpoint);
  return request;
}

inline v1::Request Publish(const std::string& room, const std::string& endpoint,
                           const std::string& track, uint32_t ssrc, uint32_t payload_type = 96) {
  v1::Request request;
  auto* publish = request.mutable_publish_track();
  publish->set_room(room);
  publish->set_endpoint(endpoint);
  publish->set_track(track);
  publish->set_kind(v1::MEDIA_KIND_VIDEO);
  publish->mutable_codec()->set_encoding("VP8");
  publish->mutable_codec()->set_clock_rate(90000);
  publish->set_payload_type(payload_type);
  publish->set_ssrc(ssrc);
  return request;
}

inline void AddEncoding(uint32_t ssrc, const std::string& rid, uint32_t rtx_ssrc,
                        v1::Request* publish) {
  v1::Encoding* encoding = publish->mutable_publish_track()->add_encodings();
  encoding->set_ssrc(ssrc);
  encoding->set_rid(rid);
  encoding->set_rtx_ssrc(rtx_ssrc);
}

inline v1::Request Unpublish(const std::string& room, const std::string& endpoint,
                             const std::string& track) {
  v1::Request request;
  request.mutable_unpublish_track()->set_room(room);
  request.mutable_unpublish_track()->set_endpoint(endpoint);
  request.mutable_unpublish_track()->set_track(track);
  return request;
}

inline void SetLeg(const std::string& room, const std::string& subscriber,
                   const std::string& publisher, const std::string& track, v1::LegName* leg) {
  leg->set_room(room);
  leg->set_subscriber(subscriber);
  leg->set_publisher(publisher);
  leg->set_track(track);
}

inline v1::Request AddLeg(const std::string& room, const std::string& subscriber,
                          const std::string& publisher, const std::string& track) {
  v1::Request request;
  SetLeg(room, subscriber, publisher, track, request.mutable_add_leg()->mutable_leg());
  return request;
}

inline v1::Request SwitchLeg(const std::string& room, const std::string& subscriber,
                             const std::string& publisher, const std::string& track,
                             const std::string& to_publisher, const std::string& to_track) {
  v1::Request request;
  auto* change = request.mutable_switch_leg();
  SetLeg(room, subscriber, publisher, track, change->mutable_leg());
  change->set_to_publisher(to_publisher);
  change->set_to_track(to_track);
  return request;
}

inline v1::Request WatchFromNow() {
  v1::Request request;
  request.mutable_watch();
  return request;
}

inline v1::Request WatchAfter(const v1::Position& position) {
  v1::Request request;
  *request.mutable_watch()->mutable_resume_after() = position;
  return request;
}

}  // namespace baton::control
