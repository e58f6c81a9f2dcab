// A session description (RFC 8866) of what plain endpoints receive, for players that read one:
// ffmpeg and GStreamer.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/batonctl/output/sdp_section.h"

#include "proto/control.pb.h"

namespace baton::cli {

enum class SdpKinds { kAll, kAudio, kVideo };

// What the endpoints `names` receive in a room, in their order and then in that of the room's list
// of legs. `room` is the node's answer to ShowRoom, its endpoints with the header extensions that
// ShowEndpoint tells. NotFound for a name that the room does not
// have; FailedPrecondition, with a text that says what to do, for an endpoint that is not plain,
// and if there is nothing to receive.
absl::StatusOr<std::vector<SdpMedia>> CollectSdpMedia(const control::v1::State& room,
                                                      const std::vector<std::string>& names,
                                                      SdpKinds kinds);

// One m= section for each of `media` (not empty); those that share a port are one BUNDLE group
// (RFC 9143). Lines end with CR LF.
std::string FormatSdp(const std::string& session, const std::vector<SdpMedia>& media);

// What stands in the way of a player that opens one pair of UDP ports for each m= section, RTP on
// the given one and RTCP on the next, as ffmpeg and GStreamer do; empty if nothing does.
std::vector<std::string> SdpWarnings(const std::vector<SdpMedia>& media);

}  // namespace baton::cli
