// Whether the RTX stream of a leg (RFC 4588) is a stream of its own: its sequence numbers go up by
// one, and each stands for one packet.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"

namespace baton::sim {

class RtxJudge {
 public:
  // A retransmission of the leg's packet `original` under `sequence`; `taken`: its kernel has not
  // refused it, or else it may come again.
  std::optional<std::string> OnWrite(uint16_t sequence, uint16_t original, bool taken) {
    const bool next = !last_ || sequence == static_cast<uint16_t>(*last_ + 1);
    const auto refused = refused_.find(sequence);
    if (!next && (refused == refused_.end() || refused->second != original)) {
      return absl::StrCat("RTX number ", sequence, " after ", *last_);
    }
    if (next) last_ = sequence;
    if (taken) {
      refused_.erase(sequence);
    } else {
      refused_[sequence] = original;
    }
    return std::nullopt;
  }

 private:
  std::optional<uint16_t> last_;
  std::map<uint16_t, uint16_t> refused_;  // the original of each that the kernel has refused
};

}  // namespace baton::sim
