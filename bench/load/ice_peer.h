// The full, controlling side of ICE towards a node that is ICE-lite (RFC 8445), as far as a peer
// with one address and one candidate of the node needs it: signed checks, answers to the node's own
// checks, and consent that is kept (RFC 7675). Pure: datagrams and time come in, datagrams go out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/address.h"
#include "base/bytes.h"
#include "base/time_point.h"
#include "stun/hmac.h"
#include "stun/message.h"
#include "stun/transaction_ids.h"

namespace baton::bench {

struct IceParameters {
  std::string local_ufrag;
  std::string local_password;
  std::string remote_ufrag;  // the node's
  std::string remote_password;
  TransportAddress candidate;  // the node's
};

class IcePeer {
 public:
  // Larger than any message that is written here.
  static constexpr size_t kMaxMessage = 512;

  // `secret` is for the transaction ids, another one for each peer.
  IcePeer(IceParameters parameters, const stun::TransactionIds::Secret& secret);

  const TransportAddress& candidate() const { return parameters_.candidate; }

  // The node has answered a check of ours, and we have answered one of its: the address is proven
  // as soon as the node has read that.
  bool connected() const { return check_answered_ && answered_check_; }

  // Writes a check and returns its size if one is due by `now`, else 0: at first again and again
  // until connected(), then every five seconds.
  size_t OnTime(TimePoint now, MutableBytes out);
  // Takes a STUN message from the candidate, and returns the size of the answer in `out`, or 0.
  size_t OnMessage(Bytes datagram, MutableBytes out);

 private:
  size_t WriteCheck(MutableBytes out);
  size_t Answer(const stun::MessageView& check, MutableBytes out) const;

  IceParameters parameters_;
  stun::IntegrityKey local_key_;
  stun::IntegrityKey remote_key_;
  stun::TransactionIds ids_;
  uint64_t tie_breaker_;
  // Of the latest check. Answers to older ones say nothing new.
  stun::TransactionId transaction_{};
  TimePoint next_check_;
  bool check_answered_ = false;
  bool answered_check_ = false;
};

}  // namespace baton::bench
