#include "stun/ice_lite.h"

#include "stun/integrity.h"
#include "stun/message_builder.h"

namespace baton::stun {
namespace {

// Signs a reply in the form in which the request was signed; of two, the stronger.
void SignLike(const MessageView& request, const IntegrityKey& key, MessageBuilder& reply) {
  if (request.message_integrity_sha256_offset() != 0) {
    reply.AddMessageIntegritySha256(key.sha256);
  } else {
    reply.AddMessageIntegrity(key.sha1);
  }
}

size_t WriteSuccess(const MessageView& check, const IntegrityKey& key,
                    const TransportAddress& source, MutableBytes out) {
  MessageBuilder reply(out, MessageClass::kSuccess, Method::kBinding, check.transaction_id());
  reply.AddXorMappedAddress(source);
  SignLike(check, key, reply);
  reply.AddFingerprint();
  return reply.size();
}

size_t WriteUnauthorized(const MessageView& check, MutableBytes out) {
  MessageBuilder reply(out, MessageClass::kError, Method::kBinding, check.transaction_id());
  reply.AddErrorCode(ErrorCode::kUnauthenticated);
  reply.AddFingerprint();
  return reply.size();
}

size_t WriteError(const MessageView& check, ErrorCode code, const UnknownAttributes& unknown,
                  const IntegrityKey& key, MutableBytes out) {
  MessageBuilder reply(out, MessageClass::kError, Method::kBinding, check.transaction_id());
  reply.AddErrorCode(code);
  if (!unknown.empty()) reply.AddUnknownAttributes(unknown.types());
  SignLike(check, key, reply);
  reply.AddFingerprint();
  return reply.size();
}

// What must hold before anything is answered, and what makes the answer a 401.
CheckVerdict Authenticate(const MessageView& check, std::string_view local_ufrag,
                          const IntegrityKey& key) {
  if (!check.IsBinding(MessageClass::kRequest)) return CheckVerdict::kNotACheck;
  if (!FingerprintAbsentOrHolds(check)) return CheckVerdict::kBadFingerprint;
  const std::optional<CheckUsername> username = SplitUsername(check);
  if (!username || !check.has_integrity()) return CheckVerdict::kNoCredentials;
  if (username->local != local_ufrag) return CheckVerdict::kUnknownUser;
  return IntegrityHolds(check, key) ? CheckVerdict::kSuccess : CheckVerdict::kUnauthorized;
}

// Of an authenticated check.
CheckVerdict JudgeAttributes(const MessageView& check, const UnknownAttributes& unknown) {
  if (!unknown.empty()) return CheckVerdict::kUnknownAttribute;
  const bool controlling = check.Has(AttributeType::kIceControlling);
  const bool controlled = check.Has(AttributeType::kIceControlled);
  if (!check.priority() || (controlling && controlled) ||
      (controlling && !check.ice_controlling()) || (controlled && !check.ice_controlled())) {
    return CheckVerdict::kBadRequest;
  }
  return controlled ? CheckVerdict::kRoleConflict : CheckVerdict::kSuccess;
}

ErrorCode ErrorOf(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::kUnknownAttribute:
      return ErrorCode::kUnknownAttribute;
    case CheckVerdict::kRoleConflict:
      return ErrorCode::kRoleConflict;
    default:
      return ErrorCode::kBadRequest;
  }
}

}  // namespace

std::string_view Name(CheckVerdict verdict) {
  switch (verdict) {
    case CheckVerdict::kSuccess:
      return "success";
    case CheckVerdict::kBadRequest:
      return "bad_request";
    case CheckVerdict::kUnauthorized:
      return "unauthorized";
    case CheckVerdict::kUnknownAttribute:
      return "unknown_attribute";
    case CheckVerdict::kRoleConflict:
      return "role_conflict";
    case CheckVerdict::kNotACheck:
      return "not_a_check";
    case CheckVerdict::kBadFingerprint:
      return "bad_fingerprint";
    case CheckVerdict::kNoCredentials:
      return "no_credentials";
    case CheckVerdict::kUnknownUser:
      return "unknown_user";
  }
  return "unknown";
}

std::optional<CheckUsername> SplitUsername(const MessageView& message) {
  const std::optional<std::string_view> username = message.username();
  if (!username) return std::nullopt;
  const size_t colon = username->find(':');
  if (colon == 0 || colon == username->npos) return std::nullopt;
  return CheckUsername{username->substr(0, colon), username->substr(colon + 1)};
}

CheckResult EvaluateCheck(const MessageView& check, std::string_view local_ufrag,
                          const IntegrityKey& key, const TransportAddress& source,
                          MutableBytes out) {
  CheckResult result;
  result.verdict = Authenticate(check, local_ufrag, key);
  if (result.verdict == CheckVerdict::kUnauthorized) {
    result.reply_size = WriteUnauthorized(check, out);
    return result;
  }
  if (result.verdict != CheckVerdict::kSuccess) return result;

  const UnknownAttributes unknown = check.unknown_required();
  result.verdict = JudgeAttributes(check, unknown);
  if (result.verdict != CheckVerdict::kSuccess) {
    result.reply_size = WriteError(check, ErrorOf(result.verdict), unknown, key, out);
    return result;
  }
  result.use_candidate = check.use_candidate();
  result.priority = *check.priority();
  result.reply_size = WriteSuccess(check, key, source, out);
  return result;
}

size_t WriteCheck(const CheckParameters& check, const HmacSha1Key& key, MutableBytes out) {
  MessageBuilder message(out, MessageClass::kRequest, Method::kBinding, check.transaction_id);
  message.AddUsername(check.remote_ufrag, check.local_ufrag);
  message.AddU32(AttributeType::kPriority, check.priority);
  message.AddU64(AttributeType::kIceControlled, kLiteTieBreaker);
  message.AddMessageIntegrity(key);
  message.AddFingerprint();
  return message.size();
}

bool VerifyCheckResponse(const MessageView& response, const IntegrityKey& key) {
  return response.IsBinding(MessageClass::kSuccess) && FingerprintAbsentOrHolds(response) &&
         response.unknown_required().empty() && IntegrityHolds(response, key);
}

}  // namespace baton::stun
