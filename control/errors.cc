#include "control/errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "control/quote.h"
#include "relay/capacity.h"

namespace baton::control {
namespace {

using absl::FailedPreconditionError;
using absl::InvalidArgumentError;
using absl::NotFoundError;
using absl::ResourceExhaustedError;
using absl::StrCat;
using relay::CommandError;

// `room "demo"`, `endpoint "bob" in room "demo"`, ...: the thing that the command names.
std::string Describe(const Subject& subject) {
  const std::string in_room = StrCat(" in room ", Quoted(subject.room));
  if (!subject.subscriber.empty()) {
    return StrCat("the leg of ", Quoted(subject.subscriber), " for ",
                  Quoted(StrCat(ToAbsl(subject.endpoint), "/", ToAbsl(subject.track)), 160),
                  in_room);
  }
  if (!subject.track.empty()) {
    return StrCat("track ", Quoted(subject.track), " of endpoint ", Quoted(subject.endpoint),
                  in_room);
  }
  if (!subject.endpoint.empty()) return StrCat("endpoint ", Quoted(subject.endpoint), in_room);
  return StrCat("room ", Quoted(subject.room));
}

// The command's endpoint that is not there.
absl::Status NoSuchEnd(const Subject& subject, const Mirror& mirror) {
  for (const relay::Name& name : {subject.subscriber, subject.endpoint, subject.to_endpoint}) {
    const bool missing = !name.empty() && mirror.FindEndpoint(subject.room, name) == nullptr;
    if (missing) return NoSuchEndpointError(subject.room, name);
  }
  return NoSuchEndpointError(subject.room, subject.endpoint);
}

absl::Status NoSuchTrack(const Subject& subject, const Mirror& mirror) {
  const bool first = mirror.FindTrack(subject.room, subject.endpoint, subject.track) == nullptr;
  const Subject& missing = first ? subject : AfterSwitch(subject);
  return NotFoundError(StrCat("endpoint ", Quoted(missing.endpoint), " in room ",
                              Quoted(missing.room), " has no track ", Quoted(missing.track),
                              ": publish it first (batonctl track publish ", ToAbsl(missing.room),
                              " ", ToAbsl(missing.endpoint), " ", ToAbsl(missing.track), " ...)"));
}

// Whose SSRC or payload type a command is about.
const relay::Name& Receiver(const Subject& subject) {
  return subject.subscriber.empty() ? subject.endpoint : subject.subscriber;
}

absl::Status LimitError(const std::string& what, const char* setting) {
  return ResourceExhaustedError(StrCat(what, ": remove some, use another node, or raise ", setting,
                                       " in the node's configuration"));
}

absl::Status AddressError(CommandError error, const Subject& subject) {
  const std::string whose = StrCat("the remote address of ", Describe(subject));
  switch (error) {
    case CommandError::kAddressRefused:
      return InvalidArgumentError(StrCat(
          whose,
          " is not one that this node sends to (loopback, link-local, multicast, unspecified "
          "or v4-mapped): use another, or allow its kind in the node's configuration"));
    case CommandError::kAddressIsOurs:
      return InvalidArgumentError(
          StrCat(whose, " is an address of this node itself: use the peer's"));
    case CommandError::kAddressInUse:
      return absl::AlreadyExistsError(
          StrCat(whose, " belongs to another endpoint: use another port, or remove that endpoint"));
    default:
      return FailedPreconditionError(
          StrCat(whose,
                 " is of a family (IPv4, IPv6) that this node has no media socket for: use "
                 "the other family, or add such an address to the node's configuration"));
  }
}

absl::Status LimitReached(CommandError error, const Subject& subject) {
  switch (error) {
    case CommandError::kTooManyRooms:
      return LimitError("the shard has no place for another room", "limits.rooms");
    case CommandError::kTooManyEndpoints:
      return LimitError("the shard has no place for another endpoint", "limits.endpoints");
    case CommandError::kTooManyEndpointsInRoom:
      return LimitError(StrCat("room ", Quoted(subject.room), " has as many endpoints as it may"),
                        "limits.endpoints_per_room");
    case CommandError::kTooManyTracks:
      return LimitError("the shard has no place for another track", "limits.tracks");
    case CommandError::kTooManyTracksOfEndpoint:
      return LimitError(
          StrCat("endpoint ", Quoted(subject.endpoint), " has as many tracks as it may"),
          "limits.tracks_per_endpoint");
    case CommandError::kTooManyStreams:
      return LimitError("the shard has no place for the encodings of another track",
                        "limits.streams");
    case CommandError::kTooManySourcesOfEndpoint:
      return ResourceExhaustedError(
          StrCat("endpoint ", Quoted(subject.endpoint), " may send ", relay::kMaxSourcesPerEndpoint,
                 " SSRCs at most, those of retransmissions too: unpublish a track, or publish "
                 "fewer encodings"));
    case CommandError::kTooManyLegs:
      return LimitError("the shard has no place for the legs that this needs", "limits.legs");
    default:
      return LimitError(
          StrCat("a track in room ", Quoted(subject.room), " has as many legs as it may"),
          "limits.legs_per_track");
  }
}

}  // namespace

absl::Status NoSuchRoomError(std::string_view room) {
  return NotFoundError(StrCat("room ", Quoted(room),
                              " does not exist: create it first (batonctl room create ",
                              ToAbsl(room), ")"));
}

absl::Status NoSuchEndpointError(std::string_view room, std::string_view endpoint) {
  return NotFoundError(StrCat("endpoint ", Quoted(endpoint), " does not exist in room ",
                              Quoted(room), ": add it first (batonctl endpoint add ", ToAbsl(room),
                              " ", ToAbsl(endpoint), " ...)"));
}

absl::Status CommandErrorStatus(CommandError error, const Subject& subject, const Mirror& mirror) {
  switch (error) {
    case CommandError::kNone:
      return absl::OkStatus();
    case CommandError::kInvalidName:
      return InvalidArgumentError(StrCat(Describe(subject), ": a name is not allowed"));
    case CommandError::kInvalidParameter:
      return InvalidArgumentError(StrCat(Describe(subject), ": a parameter is out of range"));
    case CommandError::kNoSuchRoom:
      return NoSuchRoomError(subject.room);
    case CommandError::kNoSuchEndpoint:
      return NoSuchEnd(subject, mirror);
    case CommandError::kNoSuchTrack:
      return NoSuchTrack(subject, mirror);
    case CommandError::kNoSuchLeg:
      return NotFoundError(StrCat(Describe(subject),
                                  " does not exist: add it first (batonctl leg add ",
                                  ToAbsl(subject.room), " ", ToAbsl(subject.subscriber), " ",
                                  ToAbsl(subject.endpoint), "/", ToAbsl(subject.track), ")"));
    case CommandError::kContradicts:
      return absl::AlreadyExistsError(
          StrCat(Describe(AfterSwitch(subject)),
                 " exists with other parameters: remove it first, or ask for "
                 "what it is"));
    case CommandError::kAddressRefused:
    case CommandError::kAddressIsOurs:
    case CommandError::kAddressInUse:
    case CommandError::kAddressFamily:
      return AddressError(error, subject);
    case CommandError::kUfragInUse:
      return absl::AbortedError("the ufrag that the node drew is in use: ask again");
    case CommandError::kSsrcInUse:
      return absl::AlreadyExistsError(StrCat("another track or leg of endpoint ",
                                             Quoted(Receiver(subject)),
                                             " has this SSRC: choose another"));
    case CommandError::kPayloadTypeInUse:
      return absl::AlreadyExistsError(
          StrCat("another leg of endpoint ", Quoted(Receiver(subject)),
                 " has this payload type with another codec: choose another"));
    case CommandError::kOwnTrack:
      return InvalidArgumentError(StrCat("endpoint ", Quoted(subject.subscriber),
                                         " cannot subscribe to a track of its own"));
    case CommandError::kOtherFormat:
      return FailedPreconditionError(
          StrCat(Describe(subject),
                 " can only be switched to a track of the same kind and codec, which that of "
                 "endpoint ",
                 Quoted(subject.to_endpoint), " is not: add a leg for it"));
    case CommandError::kNotIce:
      return FailedPreconditionError(
          StrCat(Describe(subject), " is not an ICE endpoint: remove it and add it with ICE"));
    case CommandError::kIsSink:
      return FailedPreconditionError(
          StrCat("endpoint ", Quoted(Receiver(subject)),
                 " is a recording: it publishes nothing, and its legs have no retransmission"));
    case CommandError::kTapInUse:
      return absl::AlreadyExistsError(
          StrCat("another endpoint of the node has the tap that is meant for ", Describe(subject)));
    case CommandError::kTooManyRooms:
    case CommandError::kTooManyEndpoints:
    case CommandError::kTooManyEndpointsInRoom:
    case CommandError::kTooManyTracks:
    case CommandError::kTooManyTracksOfEndpoint:
    case CommandError::kTooManyStreams:
    case CommandError::kTooManySourcesOfEndpoint:
    case CommandError::kTooManyLegs:
    case CommandError::kTooManyLegsOfTrack:
      return LimitReached(error, subject);
  }
  return absl::InternalError(StrCat(Describe(subject), ": the shard failed without a reason"));
}

v1::Error ToError(const absl::Status& status) {
  v1::Error error;
  error.set_code(static_cast<v1::Error::Code>(status.code()));
  error.set_message(std::string(status.message()));
  return error;
}

absl::Status FromError(const v1::Error& error) {
  // A node of a later version may use a code that this client does not know.
  const bool known = v1::Error::Code_IsValid(error.code()) && error.code() != v1::Error::OK;
  const auto code =
      known ? static_cast<absl::StatusCode>(error.code()) : absl::StatusCode::kUnknown;
  return absl::Status(code, error.message());
}

}  // namespace baton::control
