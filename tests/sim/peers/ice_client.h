// The controlling side of ICE towards a node, from one address at a time: signed checks, answers to
// the node's challenges, and consent (RFC 8445, RFC 7675).
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time_point.h"
#include "relay/model.h"
#include "stun/hmac.h"
#include "stun/message.h"

namespace baton::sim {

class IceClient {
 public:
  static constexpr size_t kMaxMessage = 512;

  struct Config {
    relay::IceCredentials local;
    relay::IceCredentials remote;  // the endpoint's
    // The node does not know our password: its checks are signed with the endpoint's, and so are
    // the answers.
    bool signs_with_remote = false;
    TransportAddress node;
    Duration check_interval{};  // once it is connected
  };

  IceClient(const Config& config, Random random);

  // Both sides have answered the other's check from the address that is in use.
  bool connected() const { return was_answered_ && has_answered_; }
  // The address has changed: what was known of it is not known of the new one.
  void Restart();

  // When the next check is due.
  TimePoint next_check() const { return next_check_; }
  // Writes the check that is due at `now` and returns its size.
  size_t WriteCheck(TimePoint now, MutableBytes out);
  // Takes a message from the node, and returns the size of the answer, 0 for none.
  size_t OnMessage(Bytes datagram, MutableBytes out);

 private:
  size_t Answer(const stun::MessageView& check, MutableBytes out) const;
  const stun::IntegrityKey& AnswerKey() const {
    return config_.signs_with_remote ? remote_key_ : local_key_;
  }

  Config config_;
  Random random_;
  stun::IntegrityKey local_key_;
  stun::IntegrityKey remote_key_;
  stun::TransactionId transaction_{};
  TimePoint next_check_{};
  bool was_answered_ = false;
  bool has_answered_ = false;
};

}  // namespace baton::sim
