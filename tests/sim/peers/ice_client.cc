#include "tests/sim/peers/ice_client.h"

#include <optional>

#include "stun/attributes.h"
#include "stun/ice_lite.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"

namespace baton::sim {
namespace {

using stun::AttributeType;
using stun::MessageClass;

constexpr Duration kFirstChecks = std::chrono::milliseconds(100);
constexpr uint32_t kHostPriority = (126u << 24) | (65535u << 8) | 255u;

}  // namespace

IceClient::IceClient(const Config& config, Random random)
    : config_(config),
      random_(random),
      local_key_(stun::IntegrityKey::FromPassword(config.local.password.view())),
      remote_key_(stun::IntegrityKey::FromPassword(config.remote.password.view())) {}

void IceClient::Restart() {
  was_answered_ = false;
  has_answered_ = false;
  next_check_ = TimePoint{};
}

size_t IceClient::WriteCheck(TimePoint now, MutableBytes out) {
  next_check_ = now + (connected() ? config_.check_interval : kFirstChecks);
  for (uint8_t& byte : transaction_) byte = static_cast<uint8_t>(random_.Below(256));
  stun::MessageBuilder check(out, MessageClass::kRequest, stun::Method::kBinding, transaction_);
  check.AddUsername(config_.remote.ufrag, config_.local.ufrag);
  check.AddU32(AttributeType::kPriority, kHostPriority);
  check.AddU64(AttributeType::kIceControlling, 1);
  check.AddFlag(AttributeType::kUseCandidate);
  check.AddMessageIntegrity(remote_key_.sha1);
  check.AddFingerprint();
  return check.size();
}

size_t IceClient::OnMessage(Bytes datagram, MutableBytes out) {
  const std::optional<stun::MessageView> message = stun::MessageView::Parse(datagram);
  if (!message) return 0;
  if (message->IsBinding(MessageClass::kRequest)) {
    const std::optional<stun::CheckUsername> username = stun::SplitUsername(*message);
    if (!username || username->local != config_.local.ufrag ||
        !stun::IntegrityHolds(*message, AnswerKey())) {
      return 0;
    }
    has_answered_ = true;
    return Answer(*message, out);
  }
  if (message->transaction_id() == transaction_ &&
      stun::VerifyCheckResponse(*message, remote_key_)) {
    was_answered_ = true;
  }
  return 0;
}

size_t IceClient::Answer(const stun::MessageView& check, MutableBytes out) const {
  stun::MessageBuilder answer(out, MessageClass::kSuccess, stun::Method::kBinding,
                              check.transaction_id());
  answer.AddXorMappedAddress(config_.node);
  answer.AddMessageIntegrity(AnswerKey().sha1);
  answer.AddFingerprint();
  return answer.size();
}

}  // namespace baton::sim
