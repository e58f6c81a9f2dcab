#include "bench/yardsticks/participants.h"

#include <algorithm>

#include "bench/yardsticks/udp.h"

namespace baton::bench {
namespace {

// Latency is taken at so many receivers, evenly spread: a burst's first and last copies differ by
// as long as the subject takes to send them all.
constexpr size_t kTimedReceivers = 8;

}  // namespace

Participants OpenParticipants(const Options& options) {
  const uint32_t publishers = options.publishers;
  Participants result;
  result.receivers.resize(publishers);
  uint32_t count = publishers;
  for (uint32_t p = 0; p < publishers; ++p) {
    if (options.all_to_all) {
      for (uint32_t other = 0; other < publishers; ++other) {
        if (other != p) result.receivers[p].push_back(other);
      }
    } else {
      for (uint32_t r = 0; r < options.receivers; ++r) result.receivers[p].push_back(count++);
    }
  }

  const uint32_t first_receiver = options.all_to_all ? 0 : publishers;
  const size_t step = std::max<size_t>(1, (count - first_receiver) / kTimedReceivers);
  for (uint32_t i = 0; i < count; ++i) {
    Participant participant;
    participant.timestamps = i >= first_receiver && (i - first_receiver + 1) % step == 0;
    UdpOptions udp;
    udp.timestamps = participant.timestamps;
    udp.gro = options.receiver_gro;
    participant.socket = OpenUdp(udp);
    participant.address = LocalAddressOf(participant.socket.get());
    result.all.push_back(std::move(participant));
  }
  return result;
}

}  // namespace baton::bench
