#include "bench/load/ice_peer.h"

#include <optional>
#include <utility>

#include "stun/attributes.h"
#include "stun/ice_lite.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"

namespace baton::bench {
namespace {

using stun::AttributeType;
using stun::MessageClass;

constexpr Duration kFirstChecks = std::chrono::milliseconds(100);
constexpr Duration kConsentChecks = std::chrono::seconds(5);
// RFC 8445 section 5.1.2: a host candidate, the only component.
constexpr uint32_t kPriority = (uint32_t{126} << 24) | (uint32_t{65535} << 8) | 255;

}  // namespace

IcePeer::IcePeer(IceParameters parameters, const stun::TransactionIds::Secret& secret)
    : parameters_(std::move(parameters)),
      local_key_(stun::IntegrityKey::FromPassword(parameters_.local_password)),
      remote_key_(stun::IntegrityKey::FromPassword(parameters_.remote_password)),
      ids_(secret),
      tie_breaker_(LoadU64(secret.data())) {}

size_t IcePeer::OnTime(TimePoint now, MutableBytes out) {
  if (now < next_check_) return 0;
  next_check_ = now + (connected() ? kConsentChecks : kFirstChecks);
  return WriteCheck(out);
}

size_t IcePeer::WriteCheck(MutableBytes out) {
  transaction_ = ids_.Next();
  stun::MessageBuilder check(out, MessageClass::kRequest, stun::Method::kBinding, transaction_);
  check.AddUsername(parameters_.remote_ufrag, parameters_.local_ufrag);
  check.AddU32(AttributeType::kPriority, kPriority);
  check.AddU64(AttributeType::kIceControlling, tie_breaker_);
  check.AddFlag(AttributeType::kUseCandidate);
  check.AddMessageIntegrity(remote_key_.sha1);
  check.AddFingerprint();
  return check.size();
}

size_t IcePeer::OnMessage(Bytes datagram, MutableBytes out) {
  const std::optional<stun::MessageView> message = stun::MessageView::Parse(datagram);
  if (!message) return 0;
  if (message->IsBinding(MessageClass::kRequest)) {
    const std::optional<stun::CheckUsername> username = stun::SplitUsername(*message);
    if (!username || username->local != parameters_.local_ufrag ||
        !stun::IntegrityHolds(*message, local_key_)) {
      return 0;
    }
    answered_check_ = true;
    return Answer(*message, out);
  }
  if (message->transaction_id() == transaction_ &&
      stun::VerifyCheckResponse(*message, remote_key_)) {
    check_answered_ = true;
  }
  return 0;
}

size_t IcePeer::Answer(const stun::MessageView& check, MutableBytes out) const {
  stun::MessageBuilder answer(out, MessageClass::kSuccess, stun::Method::kBinding,
                              check.transaction_id());
  answer.AddXorMappedAddress(parameters_.candidate);
  answer.AddMessageIntegrity(local_key_.sha1);
  answer.AddFingerprint();
  return answer.size();
}

}  // namespace baton::bench
