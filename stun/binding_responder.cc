#include "stun/binding_responder.h"

#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/rfc3489.h"

namespace baton::stun {
namespace {

BindingReply RespondToRfc3489(Bytes request, const TransportAddress& source, MutableBytes out) {
  if (!IsPlainRfc3489Request(request)) return {BindingResult::kRfc3489Unsupported, 0};
  return {BindingResult::kAnsweredRfc3489, WriteRfc3489Response(request, source, out)};
}

size_t WriteSuccess(const MessageView& request, const TransportAddress& source, MutableBytes out) {
  MessageBuilder reply(out, MessageClass::kSuccess, Method::kBinding, request.transaction_id());
  reply.AddXorMappedAddress(source);
  if (request.has_fingerprint()) reply.AddFingerprint();
  return reply.size();
}

size_t WriteUnknownAttribute(const MessageView& request, const UnknownAttributes& unknown,
                             MutableBytes out) {
  MessageBuilder reply(out, MessageClass::kError, Method::kBinding, request.transaction_id());
  reply.AddErrorCode(ErrorCode::kUnknownAttribute);
  reply.AddUnknownAttributes(unknown.types());
  if (request.has_fingerprint()) reply.AddFingerprint();
  return reply.size();
}

}  // namespace

std::string_view Name(BindingResult result) {
  switch (result) {
    case BindingResult::kAnswered:
      return "answered";
    case BindingResult::kAnsweredRfc3489:
      return "answered_rfc3489";
    case BindingResult::kUnknownAttribute:
      return "unknown_attribute";
    case BindingResult::kRateLimited:
      return "rate_limited";
    case BindingResult::kMalformed:
      return "malformed";
    case BindingResult::kNotARequest:
      return "not_a_request";
    case BindingResult::kOtherMethod:
      return "other_method";
    case BindingResult::kBadFingerprint:
      return "bad_fingerprint";
    case BindingResult::kRfc3489Unsupported:
      return "rfc3489_unsupported";
  }
  return "unknown";
}

BindingReply RespondToBinding(Bytes datagram, const TransportAddress& source, MutableBytes out) {
  if (LooksLikeRfc3489Request(datagram)) return RespondToRfc3489(datagram, source, out);
  const std::optional<MessageView> request = MessageView::Parse(datagram);
  if (!request) return {BindingResult::kMalformed, 0};
  if (request->message_class() != MessageClass::kRequest) return {BindingResult::kNotARequest, 0};
  if (request->method() != Method::kBinding) return {BindingResult::kOtherMethod, 0};
  if (!FingerprintAbsentOrHolds(*request)) return {BindingResult::kBadFingerprint, 0};
  const UnknownAttributes unknown = request->unknown_required();
  if (!unknown.empty()) {
    return {BindingResult::kUnknownAttribute, WriteUnknownAttribute(*request, unknown, out)};
  }
  return {BindingResult::kAnswered, WriteSuccess(*request, source, out)};
}

BindingReply BindingResponder::Respond(TimePoint now, Bytes datagram,
                                       const TransportAddress& source, MutableBytes out) {
  if (!limiter_.Allow(now, source.ip)) return {BindingResult::kRateLimited, 0};
  return RespondToBinding(datagram, source, out);
}

}  // namespace baton::stun
