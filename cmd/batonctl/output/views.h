// The node's answers as tables for people.
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "proto/control.pb.h"

namespace baton::cli {

template <class T>
using List = google::protobuf::RepeatedPtrField<T>;

std::string RoomTable(const List<control::v1::Room>& rooms);
std::string EndpointTable(const List<control::v1::Endpoint>& endpoints);
std::string TrackTable(const List<control::v1::Track>& tracks);
std::string LegTable(const List<control::v1::Leg>& legs);

// All that is known of one.
std::string TrackView(const control::v1::Track& track);
std::string LegView(const control::v1::Leg& leg);

// One room with all that is in it.
std::string RoomView(const control::v1::State& state);
// One endpoint, with credentials and candidates where there are any.
std::string EndpointView(const control::v1::Endpoint& endpoint);

// "0x00001234"
std::string FormatSsrc(uint32_t ssrc);
// The SSRCs of a track's encodings, a RID where none is announced: "rid:low 0x00000011".
std::string FormatStreams(const control::v1::Track& track);
// Spatial and temporal layer: "1/2", "0/highest"; "highest" if both are absent.
std::string FormatLayer(const control::v1::Layer& layer);
// "alice/cam"
std::string FormatTrack(const control::v1::LegName& leg);

}  // namespace baton::cli
