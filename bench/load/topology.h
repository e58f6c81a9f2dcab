// Who is in a run: rooms, the streams that are published in them, and peers, each with a socket.
// Made once before a run; what changes later is atomic and says who writes it.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/address.h"
#include "bench/load/frame_schedule.h"
#include "bench/load/scenario.h"
#include "net/socket.h"
#include "rtp/types.h"

namespace baton::bench {

inline constexpr uint64_t kNotYet = ~uint64_t{0};
inline constexpr uint32_t kNoRoom = ~uint32_t{0};

struct Room {
  std::string name;
  uint32_t first_stream = 0;  // its streams are stream_count in a row
  uint32_t stream_count = 0;
  bool churn = false;  // visitors come and go
};

// One track of one publisher.
struct Stream {
  uint32_t room = 0;
  uint32_t publisher = 0;  // a peer
  std::string track;
  bool video = false;
  uint32_t clock_rate = 0;
  rtp::Ssrc ssrc;
  rtp::PayloadType payload_type;
  StreamSchedule schedule;
  // By the generator. Numbers below `sent` have been handed to the kernel.
  std::atomic<uint64_t> sent{0};
  // By the generator, before it sends that one: the first number that is measured.
  std::atomic<uint64_t> first_measured{kNotYet};
};

enum class Role : uint8_t {
  kPublisher,
  kSubscriber,
  kVisitor,  // joins and leaves rooms for churn; its room is told by PacketJudge
};

struct Peer {
  Role role = Role::kSubscriber;
  Transport transport = Transport::kPlain;
  uint32_t room = kNoRoom;
  std::string endpoint;  // empty for visitors, who get another name each time
  net::UdpSocket socket;
  // By the control thread, before the generator starts: where the node receives the room's media.
  TransportAddress node;
};

struct Topology {
  uint32_t run = 0;  // in every packet
  std::vector<Room> rooms;
  std::deque<Stream> streams;  // they do not move
  std::vector<Peer> peers;
  bool publishers_subscribe = false;

  // Whether `peer` is to get `stream` of its room.
  bool Subscribes(const Peer& peer, const Stream& stream) const {
    if (peer.role != Role::kPublisher) return true;
    return publishers_subscribe && &peers[stream.publisher] != &peer;
  }
};

// How many visitors there are at once, at most, with those whose ports rest before they are used
// again.
uint32_t VisitorsOf(const Scenario& scenario);

// `scenario` has passed CheckScenario() and is no STUN load. Opens the sockets, bound to `local`.
// ResourceExhausted, with what to do, if the process may not have as many.
absl::StatusOr<Topology> MakeTopology(const Scenario& scenario, const IpAddress& local,
                                      uint32_t run);

}  // namespace baton::bench
